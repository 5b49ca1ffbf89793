//! What others found for our models: the published table, and scikit-learn's measurements.

mod error;
mod figures;

pub use error::ReferencesError;
pub use figures::{Measured, Published, References};
