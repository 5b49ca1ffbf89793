//! Trees of histogram boosting, grown leaf by leaf, as scikit-learn grows them.
//!
//! - `cells`: histograms of gradients and Hessians.
//! - `search` with `category_search`: the best split of a node.
//! - `constraints`: which features a node may split by, and between which bounds values lie.
//! - `frontier`: which node is split next.
//! - `grower`: the tree itself.
//!
//! Gradients and Hessians are `f32`, their sums `f64`, added in the order of the rows, and a
//! histogram of the larger child is its parent's minus that of the smaller one, all as in
//! scikit-learn: equal splits, and splits that gain nothing, are told apart by rounding there, and
//! so they are here.

mod category_search;
mod cells;
mod constraints;
mod frontier;
mod grower;
mod search;

pub(super) use cells::Cell;
pub(super) use constraints::{Constraints, feature_groups};
pub(super) use grower::{Columns, LeafWise};
pub(super) use search::SplitRules;
