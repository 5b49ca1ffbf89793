//! kNN and GaussianNB against scikit-learn's predictions on real images.

use std::io::Read as _;
use std::path::Path;

use fashion_bench::estimators::registry::find;
use fashion_bench::estimators::spec::{Params, Profile};
use flate2::read::GzDecoder;
use ndarray::{Array1, Array2, Axis, s};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    n_train: usize,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    parameter: Params,
    /// A digit an image.
    predictions: String,
}

fn load(directory: &Path, name: &str, header: usize) -> Vec<u8> {
    let path = directory.join(format!("{name}-ubyte.gz"));
    let file = std::fs::File::open(path).expect("the data is there");
    let mut content = Vec::new();
    GzDecoder::new(file)
        .read_to_end(&mut content)
        .expect("gzip");
    content.split_off(header)
}

fn load_images(directory: &Path, name: &str, n: usize) -> Array2<f64> {
    let pixels = load(directory, name, 16);
    Array2::from_shape_fn((n, 784), |(row, column)| {
        f64::from(pixels[row * 784 + column])
    })
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn predictions_on_real_images_are_those_of_scikit_learn() {
    let Some(directory) = std::env::var_os("FASHION_MNIST_DIR") else {
        eprintln!("skipped: FASHION_MNIST_DIR is not set");
        return;
    };
    let directory = Path::new(&directory);
    let text = include_str!("oracle/neighbors/fashion_mnist.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    let n_test = oracle.rows[0].predictions.len();

    let x_train = load_images(directory, "train-images-idx3", oracle.n_train);
    let x_test = load_images(directory, "t10k-images-idx3", n_test);
    let labels = load(directory, "train-labels-idx1", 8);
    let y_train: Array1<usize> = labels.iter().map(|&label| usize::from(label)).collect();
    let y_train = y_train.slice(s![..oracle.n_train]);
    let mean = x_train.mean_axis(Axis(0)).unwrap();
    let scale = x_train
        .std_axis(Axis(0), 0.0)
        .mapv(|std| if std > 0.0 { std } else { 1.0 });
    let standardised = |x: Array2<f64>| ((x - &mean) / &scale).mapv(|value| value as f32);
    let (x_train, x_test) = (standardised(x_train), standardised(x_test));

    for row in &oracle.rows {
        let spec = find(&row.name).unwrap();
        let params = spec
            .resolve(&row.parameter, Profile::Sklearn15)
            .unwrap()
            .params;
        let model = spec
            .build(&params, 0)
            .unwrap()
            .fit(x_train.view(), y_train)
            .unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let expected = row
            .predictions
            .bytes()
            .map(|digit| usize::from(digit - b'0'));
        let n_equal = found
            .iter()
            .zip(expected)
            .filter(|(a, b)| **a == *b)
            .count();
        assert_eq!(n_equal, n_test, "{}({:?})", row.name, row.parameter);
    }
}
