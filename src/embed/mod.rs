//! Pictures of a data set in the plane, as its own page shows them.
//!
//! [`embed`] places samples, [`Scatter`] draws them coloured by class. Both take plain arrays:
//! loading the data and writing files is left to the command line.

mod error;
mod place;
mod scatter;

pub use error::EmbedError;
pub use place::{Method, Placed, Stage, embed};
pub use scatter::Scatter;
