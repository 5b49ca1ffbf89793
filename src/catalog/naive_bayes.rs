//! Naive Bayes.

use super::{Cost, DataShape, Entry, Family};
use crate::estimators::naive_bayes::{GaussianNbParams, GaussianNbValidParams};

/// Measured: 0.65 to 0.96 s for 60,000 × 784.
const FIT_S_PER_VALUE: f64 = 1.6e-8;
/// Measured: 0.09 s for 10,000 × 784 against 10 classes.
const PREDICT_S_PER_VALUE: f64 = 1.1e-9;

impl Entry for GaussianNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str =
        "naive Bayes with a normal distribution for each feature and class";

    fn cost(_: &GaussianNbValidParams, shape: &DataShape) -> Cost {
        let n_values = |n_rows: usize| (n_rows * shape.n_features) as f64;
        // The fit holds the rows in f64 and a copy of the rows of one class.
        let rows_held = shape.n_train + shape.n_train / shape.n_classes.max(1);
        Cost {
            cpu_s: FIT_S_PER_VALUE * n_values(shape.n_train)
                + PREDICT_S_PER_VALUE * n_values(shape.n_test) * shape.n_classes as f64,
            memory_bytes: 8 * (rows_held * shape.n_features) as u64,
        }
    }
}
