//! Fashion-MNIST itself, for the tests that compare with scikit-learn's answers on it.

#![allow(dead_code, reason = "a test uses the part it needs")]

use fashion_bench::dataset::{DatasetName, DatasetRequest, RawDataset, RawSplit, load};
use ndarray::{Array1, Array2, Axis};

/// A request for the data set in the folder that `FASHION_MNIST_DIR` names. Tests that need it are
/// ignored unless asked for, so that none counts as passed that did not run.
pub fn request() -> DatasetRequest {
    let dir = std::env::var_os("FASHION_MNIST_DIR").filter(|dir| !dir.is_empty());
    DatasetRequest {
        data_dir: Some(
            dir.expect("FASHION_MNIST_DIR names the folder of the files")
                .into(),
        ),
        offline: true,
        ..DatasetRequest::new(DatasetName::FashionMnist)
    }
}

/// The data set.
pub fn raw() -> RawDataset {
    load(&request(), &mut |_| ()).expect("the files are there")
}

/// Grey values, 0 to 255, and classes of the first `n` images.
pub fn first(split: &RawSplit, n: usize) -> (Array2<f32>, Array1<usize>) {
    let value =
        |(row, column): (usize, usize)| split.values.at(row * split.n_features() + column) as f32;
    let labels = &split.labels[..n];
    (
        Array2::from_shape_fn((n, split.n_features()), value),
        labels.iter().map(|&label| usize::from(label)).collect(),
    )
}

/// `x` with each feature shifted and scaled as gives `reference` zero mean and unit variance.
pub fn standardise(x: &Array2<f32>, reference: &Array2<f32>) -> Array2<f32> {
    let reference = reference.mapv(f64::from);
    let mean = reference.mean_axis(Axis(0)).expect("there are rows");
    let scale = reference
        .std_axis(Axis(0), 0.0)
        .mapv(|std| if std > 0.0 { std } else { 1.0 });
    ((x.mapv(f64::from) - mean) / scale).mapv(|value| value as f32)
}

/// The first `n_train` train images, standardised, with their classes, and the first `n_test` test
/// images, standardised alike: as `benchmark/oracle/fashion.py` has them.
pub fn standardised(n_train: usize, n_test: usize) -> (Array2<f32>, Array1<usize>, Array2<f32>) {
    let raw = raw();
    let (x, y) = first(&raw.train, n_train);
    let x_test = standardise(&first(&raw.test, n_test).0, &x);
    (standardise(&x, &x), y, x_test)
}

/// Classes written as a string of digits.
pub fn classes(digits: &str) -> Vec<usize> {
    digits
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect()
}
