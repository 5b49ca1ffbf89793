//! Feature values as small integers: what every tree here is grown on.
//!
//! - `bins`: the bins of one feature.
//! - `binned` with `distinct`: the bins of a training set, from its values.
//! - `matrix`: how the bins lie in memory.

mod binned;
mod bins;
mod distinct;
mod matrix;

pub use binned::Binned;
pub use bins::{FeatureBins, MAX_BINS};
pub use matrix::{BLOCK, BinMatrix, Column};
