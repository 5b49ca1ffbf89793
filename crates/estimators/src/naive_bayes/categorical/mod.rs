//! Naive Bayes of features that are categories.

mod algorithm;
mod model;
mod params;

pub use model::CategoricalNb;
pub use params::{CategoricalNbParams, CategoricalNbValidParams, MinCategories};
