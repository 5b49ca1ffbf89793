//! `DummyClassifier`.

use super::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::dummy::{DummyParams, DummyValidParams};

impl Entry for DummyParams {
    const FAMILY: Family = Family::Dummy;
    const SUMMARY: &'static str =
        "the most frequent class, or one drawn, whatever the features are";

    /// Removes the constant and the seed of other strategies.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        if params["strategy"] != "constant" {
            params.remove("constant");
        }
        if params["strategy"] != "stratified" && params["strategy"] != "uniform" {
            params.remove("random_state");
        }
        Vec::new()
    }

    fn cost(_: &DummyValidParams, shape: &DataShape) -> Cost {
        Cost {
            cpu_s: 1e-8 * (shape.n_train + shape.n_test) as f64 + 1e-11 * cells(shape),
            memory_bytes: 16 * (shape.n_train + shape.n_test) as u64,
        }
    }
}

/// The values that are checked.
fn cells(shape: &DataShape) -> f64 {
    (shape.n_train * shape.n_features) as f64
}
