//! Real images for the tests that compare with scikit-learn.

use fashion_bench::dataset::{DatasetName, DatasetRequest, load};
use ndarray::{Array1, Array2, Axis};

/// Images standardised over the train images, in order, as `benchmark/oracle/fashion.py` has them.
pub struct Images {
    pub x_train: Array2<f32>,
    pub y_train: Array1<usize>,
    pub x_test: Array2<f32>,
}

/// The first `n_train` train images and `n_test` test images, or `None` with a note that the test
/// was skipped.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn standardised(n_train: usize, n_test: usize) -> Option<Images> {
    let Some(dir) = std::env::var_os("FASHION_MNIST_DIR").filter(|dir| !dir.is_empty()) else {
        eprintln!("skipped: FASHION_MNIST_DIR is not set");
        return None;
    };
    let request = DatasetRequest {
        data_dir: Some(dir.into()),
        offline: true,
        ..DatasetRequest::new(DatasetName::FashionMnist)
    };
    let raw = load(&request, &mut |_| ()).expect("the files are there");
    let first = |pixels: &[u8], n: usize| {
        Array2::from_shape_fn((n, 784), |(row, column)| {
            f64::from(pixels[row * 784 + column])
        })
    };
    let (x_train, x_test) = (
        first(&raw.train.pixels, n_train),
        first(&raw.test.pixels, n_test),
    );
    let mean = x_train.mean_axis(Axis(0)).expect("rows");
    let scale = x_train
        .std_axis(Axis(0), 0.0)
        .mapv(|std| if std > 0.0 { std } else { 1.0 });
    let standardised = |x: Array2<f64>| ((x - &mean) / &scale).mapv(|value| value as f32);
    let labels = &raw.train.labels[..n_train];
    Some(Images {
        x_train: standardised(x_train),
        y_train: labels.iter().map(|&label| usize::from(label)).collect(),
        x_test: standardised(x_test),
    })
}

/// Labels written as a string of digits.
pub fn labels(digits: &str) -> Vec<usize> {
    digits
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect()
}
