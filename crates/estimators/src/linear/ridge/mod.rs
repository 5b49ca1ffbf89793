//! Least squares on the targets ±1 with an l2 penalty.

mod algorithm;
mod params;

pub use params::{RIDGE_CLASSIFIER, RidgeClassifierParams, RidgeClassifierValidParams};

use super::model::linear_classifier;

linear_classifier!(
    /// A fitted ridge classifier.
    RidgeClassifier,
    RidgeClassifierParams
);
