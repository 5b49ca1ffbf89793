//! Logistic regression with a penalty that cross-validation chooses.

mod algorithm;
mod params;

pub use params::{Costs, LogisticRegressionCvParams, LogisticRegressionCvValidParams};

super::model::linear_classifier! {
    /// A fitted `LogisticRegressionCV`: the logistic regression of the best penalty.
    LogisticRegressionCv: LogisticRegressionCvParams => LogisticRegressionCvValidParams
}
