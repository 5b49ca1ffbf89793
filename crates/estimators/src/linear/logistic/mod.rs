//! Logistic regression: one-vs-rest or multinomial, with an l1, l2 or mixed penalty.

mod algorithm;
mod params;

pub use params::{
    LogisticMultiClass, LogisticRegressionParams, LogisticRegressionValidParams, LogisticSolver,
};

super::model::linear_classifier! {
    /// A fitted logistic regression.
    LogisticRegression: LogisticRegressionParams => LogisticRegressionValidParams
}
