//! Naive Bayes with normally distributed features, on linfa-bayes.

mod algorithm;
mod model;
mod params;

pub use model::GaussianNb;
pub use params::{GAUSSIAN_NB, GaussianNbParams, GaussianNbValidParams};
