//! Random forests.

mod algorithm;
mod class_weight;
mod max_samples;
mod model;
mod params;
mod path;

pub use class_weight::ForestClassWeight;
pub use max_samples::MaxSamples;
pub use model::RandomForest;
pub use params::{RandomForestParams, RandomForestValidParams};
