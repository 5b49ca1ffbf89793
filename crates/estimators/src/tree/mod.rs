//! Decision trees, and the growing of trees that the ensembles share.
//!
//! - `params`, `algorithm`, `model`: the two classifiers.
//! - `grow` with `space` and `search`: growing a tree from binned features, whatever the target.
//! - `target` and its classes and gradients: what the samples of a node sum up to, and what a split
//!   is worth.
//! - `path`: trees on the same binned rows, with several limits of depth.
//! - `nodes` and `prediction`: the tree itself, and rows on their way through it.

mod algorithm;
mod amount;
mod cell_map;
mod class_counts;
mod class_sample;
mod class_target;
mod class_term;
mod criterion;
mod frame;
mod gradient_target;
mod grow;
mod growth;
mod local;
mod max_features;
mod model;
mod monotonic;
mod narrow_cells;
mod nodes;
mod params;
mod partition;
mod path;
mod prediction;
mod search;
mod shape;
mod space;
mod spare_memory;
mod split;
mod splitter;
mod target;
mod weighted_target;

pub use amount::{Amount, AmountRange};
pub use class_sample::{ClassSample, ClassTotals};
pub use class_target::ClassTarget;
pub use criterion::Criterion;
pub use gradient_target::{FixedPoint, GradientTarget, Improvement};
pub use grow::{Samples, grow, root_histograms};
pub use growth::Growth;
pub use max_features::MaxFeatures;
pub use model::{DecisionTree, ExtraTree};
pub use monotonic::MonotonicConstraints;
pub use nodes::{Node, NodeStats, Tree, normalised};
pub use params::{
    DecisionTreeParams, DecisionTreeValidParams, ExtraTreeParams, ExtraTreeValidParams,
};
pub use prediction::{for_each_leaf, label_rows, score_rows};
pub use shape::TreeShape;
pub use splitter::Splitter;
pub use target::{Cut, LeafLimits, Target};
pub use weighted_target::{WeightedSample, WeightedTarget};

pub(crate) use algorithm::{all_samples, class_order, drop_weightless};
