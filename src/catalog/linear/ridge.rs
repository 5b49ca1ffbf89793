//! `RidgeClassifier`.

use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::linear::{RidgeClassifierParams, RidgeClassifierValidParams};

impl Entry for RidgeClassifierParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "least squares on the targets ±1 with an l2 penalty";

    fn cost(_: &RidgeClassifierValidParams, shape: &DataShape) -> Cost {
        let (n, p) = (shape.n_train as f64, shape.n_features as f64);
        // 0.7 core-seconds for the Gram matrix of 60,000 × 784 rows.
        let width = shape.n_features as u64;
        Cost {
            cpu_s: 0.1 + 0.7 * (n * p * p) / (60_000.0 * 784.0 * 784.0),
            memory_bytes: width * width * 24 + shape.n_train as u64 * shape.n_classes as u64 * 4,
        }
    }
}
