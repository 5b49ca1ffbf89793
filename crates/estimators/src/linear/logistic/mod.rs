//! Logistic regression: one-vs-rest or multinomial, with an l1, l2 or mixed penalty.

mod algorithm;
mod params;

pub use params::{
    LOGISTIC_REGRESSION, LogisticMultiClass, LogisticPenalty, LogisticRegressionParams,
    LogisticRegressionValidParams, LogisticSolver,
};

use super::model::linear_classifier;

linear_classifier!(
    /// A fitted logistic regression.
    LogisticRegression,
    LogisticRegressionParams
);
