//! x
mod centroid;
pub use centroid::*;
