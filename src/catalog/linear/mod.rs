//! Linear classifiers fitted by batch optimisation.

mod centroid;
mod cost;
mod logistic;
pub(super) mod penalty;
mod ridge;
mod svc;
