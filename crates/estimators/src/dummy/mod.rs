//! A classifier that does not look at the features: what any other has to beat.

mod model;
mod params;

pub use model::DummyClassifier;
pub use params::{DummyParams, DummyStrategy, DummyValidParams};
