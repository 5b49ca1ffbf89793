//! Trees each of which is grown for what the ones before got wrong.

mod algorithm;
mod model;
mod params;

pub use model::AdaBoost;
pub use params::{AdaBoostAlgorithm, AdaBoostParams, AdaBoostValidParams};
