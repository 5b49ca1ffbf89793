//! Nearest neighbours, a number of them or all within a radius, found exactly and without computing
//! most distances.

mod algorithm;
mod manhattan;
mod measured;
mod model;
mod params;
mod power;
mod radius;
#[cfg(test)]
mod tests;

pub use model::KNeighborsClassifier;
pub use params::{Algorithm, KNeighborsParams, KNeighborsValidParams, Metric, Weights};
pub use power::Power;
pub use radius::{
    OutlierLabel, RadiusNeighbors, RadiusNeighborsParams, RadiusNeighborsValidParams,
};
