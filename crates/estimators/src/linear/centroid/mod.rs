//! The class whose centre is nearest.

mod algorithm;
mod model;
mod params;

pub use model::NearestCentroid;
pub use params::{CentroidMetric, NearestCentroidParams, NearestCentroidValidParams};
