//! Random forests, and forests of extremely randomised trees.

mod algorithm;
mod class_weight;
mod max_samples;
mod model;
mod params;
mod path;

pub use class_weight::ForestClassWeight;
pub use max_samples::MaxSamples;
pub use model::{ExtraTrees, RandomForest};
pub use params::{
    ExtraTreesParams, ExtraTreesValidParams, RandomForestParams, RandomForestValidParams,
};
