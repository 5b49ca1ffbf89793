//! When a node is split.

use super::splitter::Splitter;
use super::target::LeafLimits;

/// When a node is split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Threshold rule.
    pub splitter: Splitter,
    /// Features drawn for each node.
    pub max_features: usize,
    /// Nodes at this depth are leaves.
    pub max_depth: usize,
    /// Nodes of fewer samples are leaves.
    pub min_samples_split: usize,
    /// What each child must have.
    pub limits: LeafLimits,
    /// Least improvement by a split.
    pub min_impurity_decrease: f64,
    /// Most leaves; if given, the node with the best improvement is split next.
    pub max_leaf_nodes: Option<usize>,
}
