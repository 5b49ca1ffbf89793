//! `RandomForestClassifier`.

use super::tree::depth_up_to;
use super::{Cost, DataShape, Entry, Family};
use crate::estimators::forest::{RandomForestParams, RandomForestValidParams};

impl Entry for RandomForestParams {
    const FAMILY: Family = Family::Forest;
    const SUMMARY: &'static str = "forest of randomised CART trees on bootstrap samples";

    /// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
    fn cost(params: &RandomForestValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train * shape.n_features) as f64;
        let n_trees = *params.n_estimators() as f64;
        let depth = depth_up_to(20.0, params.shape());
        let per_tree = shape.n_train as f64 * (shape.n_features as f64).sqrt() * depth * 3e-9;
        Cost {
            cpu_s: cells * 4e-9 + n_trees * per_tree,
            memory_bytes: 2 * cells as u64 + (n_trees * shape.n_train as f64 * 20.0) as u64,
        }
    }
}
