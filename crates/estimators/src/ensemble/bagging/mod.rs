//! Classifiers fitted to samples of the rows and of the features.

mod model;
mod params;

pub use model::Bagging;
pub use params::{BaggingParams, BaggingValidParams};
