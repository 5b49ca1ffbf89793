//! k nearest neighbours, found exactly and without computing most distances.

mod algorithm;
mod manhattan;
mod measured;
mod model;
mod params;
mod power;
#[cfg(test)]
mod tests;

pub use model::KNeighborsClassifier;
pub use params::{Algorithm, KNeighborsParams, KNeighborsValidParams, Metric, Weights};
pub use power::Power;
