//! The parameters that say how far a tree grows, which every ensemble of trees has as well.

use super::amount::{Amount, AmountRange};
use super::growth::Growth;
use super::max_features::MaxFeatures;
use super::splitter::Splitter;
use super::target::LeafLimits;
use crate::parameters::Interval;

parameter_group! {
    /// How far a tree grows.
    #[derive(Copy)]
    pub struct TreeShape {
        /// depth at which nodes are leaves; null: grown to purity
        max_depth: Option<usize> = None, in Interval::at_least(1);
        /// fewest samples of a node that is split: a count, or a fraction of all
        min_samples_split: Amount = Amount::Count(2), in AmountRange::new(2, Interval::SHARE);
        /// fewest samples of a leaf: a count, or a fraction of all
        min_samples_leaf: Amount = Amount::Count(1), in AmountRange::new(1, Interval::PART);
        /// least share of the training weight in a leaf
        min_weight_fraction_leaf: f64 = 0.0, in Interval::closed(0.0, 0.5);
        /// features drawn for each node: a count, a fraction, sqrt, log2; null: all
        max_features: MaxFeatures = MaxFeatures::All, in AmountRange::new(1, Interval::SHARE);
        /// most leaves, splitting the best node next; null: no limit
        max_leaf_nodes: Option<usize> = None, in Interval::at_least(2);
        /// least decrease of weighted impurity by a split
        min_impurity_decrease: f64 = 0.0, in Interval::NOT_NEGATIVE;
        /// prunes subtrees that gain at most this much per leaf
        ccp_alpha: f64 = 0.0, in Interval::NOT_NEGATIVE;
    }
}

impl TreeShape {
    /// Returns the rules for a training set of `n_samples` samples, which weigh `weight` together,
    /// and `n_features` features.
    #[must_use]
    pub fn growth(
        &self,
        splitter: Splitter,
        n_samples: usize,
        weight: f64,
        n_features: usize,
    ) -> Growth {
        let min_samples = self.min_samples_leaf.of(n_samples);
        let min_samples_split = self.min_samples_split.of(n_samples);
        Growth {
            splitter,
            max_features: self.max_features.of(n_features),
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: min_samples_split.max(2 * min_samples).max(2),
            limits: LeafLimits {
                min_samples,
                min_weight: self.min_weight_fraction_leaf * weight,
            },
            min_impurity_decrease: self.min_impurity_decrease,
            max_leaf_nodes: self.max_leaf_nodes,
        }
    }
}
