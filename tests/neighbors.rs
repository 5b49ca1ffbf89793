//! kNN and GaussianNB against scikit-learn's predictions on real images.

mod fashion;

use fashion_bench::catalog::find;
use fashion_bench::catalog::{Params, Profile};
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
