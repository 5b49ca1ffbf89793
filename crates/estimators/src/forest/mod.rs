//! Random forests.

mod algorithm;
mod model;
mod params;

pub use model::RandomForest;
pub use params::{MaxSamples, RANDOM_FOREST, RandomForestParams, RandomForestValidParams};
