//! Feature values as small integers: what every tree here is grown on.

mod bins;
mod matrix;

pub use bins::{Binned, FeatureBins, MAX_BINS};
pub use matrix::{BLOCK, BinMatrix, Column};
