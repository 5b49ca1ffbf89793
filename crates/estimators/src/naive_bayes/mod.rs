//! Naive Bayes with normally distributed features.

mod algorithm;
mod model;
mod pairwise_sum;
mod params;
#[cfg(test)]
mod tests;

pub use model::GaussianNb;
pub use params::{GaussianNbParams, GaussianNbValidParams};
