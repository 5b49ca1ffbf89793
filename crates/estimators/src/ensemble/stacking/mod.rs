//! A classifier of what other classifiers say.

mod model;
mod params;

pub use model::Stacking;
pub use params::{StackMethod, StackingParams, StackingValidParams};
