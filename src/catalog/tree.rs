//! `DecisionTreeClassifier` and `ExtraTreeClassifier`.

use super::{Cost, DataShape, Entry, Family};
use crate::estimators::tree::{
    DecisionTreeParams, DecisionTreeValidParams, ExtraTreeParams, ExtraTreeValidParams,
    MaxFeatures, TreeShape,
};

impl Entry for DecisionTreeParams {
    const FAMILY: Family = Family::Tree;
    const SUMMARY: &'static str = "CART decision tree";

    fn own_share(params: &DecisionTreeValidParams) -> f64 {
        own_share(params.shape())
    }

    fn cost(params: &DecisionTreeValidParams, shape: &DataShape) -> Cost {
        cost(params.shape(), shape)
    }
}

impl Entry for ExtraTreeParams {
    const FAMILY: Family = Family::Tree;
    const SUMMARY: &'static str = "extremely randomised tree";

    fn own_share(params: &ExtraTreeValidParams) -> f64 {
        own_share(params.shape())
    }

    fn cost(params: &ExtraTreeValidParams, shape: &DataShape) -> Cost {
        cost(params.shape(), shape)
    }
}

/// Returns the depth that a cost is reckoned with: `max_depth`, but at most `most`.
pub(super) fn depth_up_to(most: f64, tree: &TreeShape) -> f64 {
    let max_depth = tree.max_depth.map(|depth| depth as f64);
    max_depth.unwrap_or(f64::INFINITY).min(most)
}

/// All but the binning of the rows, unless a deeper tree of the path is the same: from runs on
/// Fashion-MNIST.
fn own_share(tree: &TreeShape) -> f64 {
    if tree.max_features == MaxFeatures::All {
        0.8
    } else {
        0.3
    }
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(tree: &TreeShape, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let depth = depth_up_to(20.0, tree);
    let per_cell = if tree.max_features == MaxFeatures::All {
        1e-9 * depth
    } else {
        1e-10 * depth
    };
    Cost {
        cpu_s: cells * (3e-9 + per_cell),
        memory_bytes: cells as u64 + (shape.n_features * shape.n_classes * 256 * 4 * 12) as u64,
    }
}
