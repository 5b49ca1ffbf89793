//! Feature values as small integers: what every tree here is grown on.

mod bins;

pub use bins::{BLOCK, BinMatrix, Binned, Column, FeatureBins, MAX_BINS};
