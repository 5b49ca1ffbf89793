//! Votes of all rows within a distance.

mod model;
mod params;

pub use model::RadiusNeighbors;
pub use params::{OutlierLabel, RadiusNeighborsParams, RadiusNeighborsValidParams};
