//! Feature values as small integers: what every tree here is grown on.
//!
//! - `bins`: the bins of one feature, whose thresholds lie between the values of a node.
//! - `edge_bins`: the bins of one feature, whose thresholds are the same in every node.
//! - `binned` with `distinct`: the bins of a training set, from its values.
//! - `matrix` with `row_walk`: how the bins lie in memory.
//! - `fill` and `together`: sums over samples by column and bin.

mod binned;
mod bins;
mod distinct;
mod edge_bins;
mod fill;
mod matrix;
mod row_walk;
mod together;

pub use binned::{Binned, Bins};
pub use bins::{FeatureBins, MAX_BINS};
pub use edge_bins::EdgeBins;
pub use fill::{Sums, fill};
pub use matrix::{BLOCK, BinMatrix, Column};
pub use row_walk::{rows_ahead, rows_of};
pub use together::{LEAST_TOGETHER, fill_together};
