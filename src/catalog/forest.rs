//! `RandomForestClassifier` and `ExtraTreesClassifier`.

use super::tree::depth_up_to;
use super::{Cost, DataShape, Entry, Family};
use crate::estimators::forest::{
    ExtraTreesParams, ExtraTreesValidParams, RandomForestParams, RandomForestValidParams,
};
use crate::estimators::tree::TreeShape;

impl Entry for RandomForestParams {
    const FAMILY: Family = Family::Forest;
    const SUMMARY: &'static str = "forest of randomised CART trees on bootstrap samples";

    fn cost(params: &RandomForestValidParams, shape: &DataShape) -> Cost {
        cost(*params.n_estimators(), params.shape(), shape)
    }
}

impl Entry for ExtraTreesParams {
    const FAMILY: Family = Family::Forest;
    const SUMMARY: &'static str = "forest of extremely randomised trees";

    fn cost(params: &ExtraTreesValidParams, shape: &DataShape) -> Cost {
        cost(*params.n_estimators(), params.shape(), shape)
    }
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(n_estimators: usize, tree: &TreeShape, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let n_trees = n_estimators as f64;
    let depth = depth_up_to(20.0, tree);
    let per_tree = shape.n_train as f64 * (shape.n_features as f64).sqrt() * depth * 3e-9;
    Cost {
        cpu_s: cells * 4e-9 + n_trees * per_tree,
        memory_bytes: 2 * cells as u64 + (n_trees * shape.n_train as f64 * 20.0) as u64,
    }
}
