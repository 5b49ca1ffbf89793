//! Naive Bayes with normally distributed features, on linfa-bayes.

mod algorithm;
mod model;
mod params;
#[cfg(test)]
mod tests;

pub use model::GaussianNb;
pub use params::{GaussianNbParams, GaussianNbValidParams};
