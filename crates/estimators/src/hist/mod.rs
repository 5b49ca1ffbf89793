//! Feature values as small integers: what every tree here is grown on.
//!
//! - `bins`: the bins of one feature, whose thresholds lie between the values of a node.
//! - `edge_bins`: the bins of one feature, whose thresholds are the same in every node.
//! - `binned` with `distinct`: the bins of a training set, from its values.
//! - `matrix`: how the bins lie in memory.

mod binned;
mod bins;
mod distinct;
mod edge_bins;
mod matrix;

pub use binned::{Binned, Bins};
pub use bins::{FeatureBins, MAX_BINS};
pub use edge_bins::EdgeBins;
pub use matrix::{BLOCK, BinMatrix, Column};
