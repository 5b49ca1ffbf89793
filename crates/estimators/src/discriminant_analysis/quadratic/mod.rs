//! Quadratic discriminant analysis.

mod algorithm;
mod model;
mod params;
mod whitening;

pub use model::QuadraticDiscriminant;
pub use params::{QuadraticDiscriminantParams, QuadraticDiscriminantValidParams};
