//! k nearest neighbours, found exactly and without computing most distances.

mod algorithm;
mod basis;
mod euclidean;
mod manhattan;
mod model;
mod params;
mod quantised;
mod search;
#[cfg(test)]
mod tests;

pub use model::KNeighborsClassifier;
pub use params::{Algorithm, KNeighborsParams, KNeighborsValidParams, Metric, Weights};
