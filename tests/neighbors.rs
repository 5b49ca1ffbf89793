//! kNN and GaussianNB against scikit-learn's predictions, on real images and on small data.

mod fashion;

use fashion_bench::catalog::find;
use fashion_bench::catalog::{Params, Profile};
use ndarray::{Array1, Array2};
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

#[derive(Deserialize)]
struct SmallOracle {
    /// In eighths.
    x: Vec<Vec<i16>>,
    y: Vec<usize>,
    x_test: Vec<Vec<i16>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    params: Params,
    predictions: Vec<usize>,
    /// Whether rows tie for the last place among the neighbours.
    is_tied: Vec<bool>,
}

#[test]
fn every_metric_predicts_as_scikit_learn_where_no_rows_tie() {
    let text = include_str!("oracle/neighbors/metrics.json");
    let oracle: SmallOracle = serde_json::from_str(text).unwrap();
    let matrix = |rows: &[Vec<i16>]| {
        let shape = (rows.len(), rows[0].len());
        Array2::from_shape_fn(shape, |(i, j)| f32::from(rows[i][j]) / 8.0)
    };
    let (x, x_test) = (matrix(&oracle.x), matrix(&oracle.x_test));
    let y = Array1::from(oracle.y.clone());
    let mut n_compared = 0;
    for case in &oracle.cases {
        let spec = find("KNeighborsClassifier").unwrap();
        let resolved = spec.resolve(&case.params, Profile::Sklearn15).unwrap();
        let model = spec.build(&resolved.params, 0).unwrap();
        let model = model.fit(x.view(), y.view()).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        for (row, is_tied) in case.is_tied.iter().enumerate() {
            if !is_tied {
                let expected = case.predictions[row];
                assert_eq!(found[row], expected, "row {row} of {:?}", case.params);
                n_compared += 1;
            }
        }
    }
    assert!(n_compared > 1900, "{n_compared}");
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn predictions_on_real_images_are_those_of_scikit_learn() {
    let text = include_str!("oracle/neighbors/fashion_mnist.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    let n_test = oracle.rows[0].predictions.len();
    let (x, y, x_test) = fashion::standardised(oracle.n_train, n_test);

    for row in &oracle.rows {
        let spec = find(&row.name).unwrap();
        let params = spec
            .resolve(&row.parameter, Profile::Sklearn15)
            .unwrap()
            .params;
        let model = spec
            .build(&params, 0)
            .unwrap()
            .fit(x.view(), y.view())
            .unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let expected = fashion::classes(&row.predictions);
        let n_equal = found.iter().zip(&expected).filter(|(a, b)| a == b).count();
        assert_eq!(n_equal, n_test, "{}({:?})", row.name, row.parameter);
    }
}
