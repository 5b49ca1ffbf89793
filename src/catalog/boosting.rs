//! `GradientBoostingClassifier` and `HistGradientBoostingClassifier`.

use serde_json::Value;

use super::tree::depth_up_to;
use super::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::boosting::{
    GradientBoostingParams, GradientBoostingValidParams, HistGradientBoostingParams,
    HistGradientBoostingValidParams,
};

impl Entry for GradientBoostingParams {
    const FAMILY: Family = Family::Boosting;
    const SUMMARY: &'static str = "gradient boosting with exact splits";

    /// Without early stopping, what it looks at does not matter.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        if params.get("n_iter_no_change").is_some_and(Value::is_null) {
            for name in ["validation_fraction", "tol"] {
                params.remove(name);
            }
        }
        Vec::new()
    }

    /// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
    fn cost(params: &GradientBoostingValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train * shape.n_features) as f64;
        let n_trees = *params.n_estimators() as f64 * shape.n_classes as f64;
        let depth = depth_up_to(12.0, params.shape());
        let n_nodes = 2.0f64.powf(depth).min(shape.n_train as f64 / 6.0);
        // Histograms of the roots of a stage, and their sums while they are filled.
        let n_sums = 16 + n_together(shape);
        let roots = 8 * n_sums * (256 * shape.n_features + shape.n_train);
        Cost {
            cpu_s: cells * (4e-9 + n_trees * (1e-9 + 0.6e-9 * depth)),
            memory_bytes: (cells + n_trees * n_nodes * 48.0) as u64 + 50_000_000 + roots as u64,
        }
    }
}

impl Entry for HistGradientBoostingParams {
    const FAMILY: Family = Family::Boosting;
    const SUMMARY: &'static str = "gradient boosting with leaf-wise trees on histograms";

    /// Without early stopping, what it looks at does not matter.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        if params.get("early_stopping") == Some(&Value::Bool(false)) {
            for name in ["scoring", "validation_fraction", "n_iter_no_change", "tol"] {
                params.remove(name);
            }
        }
        Vec::new()
    }

    /// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
    fn cost(params: &HistGradientBoostingValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train * shape.n_features) as f64;
        let n_trees = *params.max_iter() as f64 * shape.n_classes as f64;
        // A histogram for each node that may still be split, of 24 bytes for each bin.
        let n_leaves = shape.n_train / (2 * params.min_samples_leaf()) + 1;
        let n_nodes = params.max_leaf_nodes().unwrap_or(n_leaves).min(n_leaves);
        let n_bins = shape.n_features * params.max_bins();
        // Histograms of the roots of a stage, and their sums while they are filled.
        let n_together = n_together(shape);
        let roots = n_bins * (24 * n_together + 8 * (16 + 2 * n_together));
        Cost {
            cpu_s: cells * (4e-9 + n_trees * 4e-9),
            memory_bytes: cells as u64 * 5 + 100_000_000 + (n_nodes * n_bins * 24 + roots) as u64,
        }
    }
}

/// Returns the number of trees of a stage whose roots are in memory together.
fn n_together(shape: &DataShape) -> usize {
    shape.n_classes.min(16)
}
