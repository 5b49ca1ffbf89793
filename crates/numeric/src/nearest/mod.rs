//! The k nearest rows, found exactly and without computing most distances.
//!
//! [`nearest`] asks an [`Index`] for bounds and measures few rows; [`EuclideanIndex`] is the one for
//! Euclidean distances.

mod basis;
mod euclidean;
mod quantised;
mod search;

pub use basis::gamma;
pub use euclidean::EuclideanIndex;
pub use quantised::{Quantiser, Remainder};
pub use search::{Index, Neighbor, nearest, within};
