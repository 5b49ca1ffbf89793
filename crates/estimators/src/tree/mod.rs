//! Decision trees, and the tree-growing core that the ensembles share.

mod algorithm;
mod class_counts;
mod class_target;
mod class_weight;
mod gradient_target;
mod grow;
mod model;
mod narrow_cells;
mod nodes;
mod params;
mod search;
mod shape;
mod space;
mod target;

pub use class_target::{ClassSample, ClassTarget, Criterion};
pub use class_weight::ClassWeight;
pub use gradient_target::{FixedPoint, GradientTarget, Improvement};
pub use grow::{Growth, Samples, Splitter, grow};
pub use model::{DecisionTree, largest, predict_rows};
pub use nodes::{Node, NodeStats, Tree, for_each_leaf, normalised};
pub use params::{
    CRITERION, DECISION_TREE, DecisionTreeParams, DecisionTreeValidParams, EXTRA_TREE, MAX_DEPTH,
    MONOTONIC_CST, criterion_from_args, refuse_monotonic_cst,
};
pub use shape::{
    Amount, CCP_ALPHA, MAX_FEATURES, MAX_LEAF_NODES, MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF,
    MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MaxFeatures, Shape,
};
pub use target::{Cut, LeafLimits, Target};

pub(crate) use algorithm::{all_samples, class_order};
