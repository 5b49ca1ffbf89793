//! What others found for our models: the published table, and scikit-learn's measurements.

mod error;
mod known;
mod measured;
mod published;

pub use error::FiguresError;
pub use known::KnownFigures;
pub use measured::{Measured, our_id};
pub use published::Published;
