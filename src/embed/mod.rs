//! Pictures of a data set in the plane, like those on the data set's own page.
//!
//! [`embed`] places samples, and [`Scatter`] draws them coloured by class. Both take plain arrays:
//! loading the data and writing files are left to the command line.

mod error;
mod place;
mod scatter;

pub use error::EmbedError;
pub use place::{Method, Placed, Stage, embed};
pub use scatter::Scatter;
