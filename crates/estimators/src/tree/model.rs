//! A fitted tree.

use std::collections::BTreeMap;

use linfa::traits::PredictInplace;
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use rayon::prelude::*;

use super::nodes::{Tree, for_each_leaf, normalised};
use super::params::DecisionTreeParams;
use crate::info::{FitInfo, Fitted};
use crate::multiclass::ClassEncoding;

/// A decision tree classifier.
///
/// # Structure
/// A flat list of nodes with the share of each class.
///
/// # Prediction
/// The class of the largest share in the leaf a row falls into, the lowest class on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::tree::DecisionTree;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = Dataset::new(array![[0.0f32], [1.0], [2.0], [3.0]], array![4usize, 4, 7, 7]);
/// let tree = DecisionTree::params().fit(&data)?;
/// assert_eq!(tree.predict(&array![[0.5f32], [9.0]]), array![4usize, 7]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTree {
    tree: Tree,
    encoding: ClassEncoding,
    n_features: usize,
    info: FitInfo,
}

impl DecisionTree {
    /// Parameters of a CART tree.
    #[must_use]
    pub fn params() -> DecisionTreeParams {
        DecisionTreeParams::decision_tree()
    }

    pub(super) fn new(tree: Tree, encoding: ClassEncoding, n_features: usize) -> Self {
        let mut importances = vec![0.0; n_features];
        tree.add_importances(&mut importances);
        let info = FitInfo {
            feature_importances: normalised(&importances),
            details: BTreeMap::from([
                ("n_leaves".to_owned(), tree.n_leaves() as f64),
                ("depth".to_owned(), tree.depth() as f64),
            ]),
            ..FitInfo::default()
        };
        Self {
            tree,
            encoding,
            n_features,
            info,
        }
    }

    /// The tree, for inspection.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    fn classes_of(&self, rows: &[&[f32]]) -> Vec<usize> {
        let n_classes = self.encoding.n_classes();
        let mut classes = vec![0; rows.len()];
        for_each_leaf(&self.tree.nodes, rows, |row, leaf| {
            let shares = &self.tree.values[leaf * n_classes..][..n_classes];
            classes[row] = self.encoding.label(largest(shares));
        });
        classes
    }
}

/// Position of the largest value, the first on ties.
#[must_use]
pub fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (idx, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = idx;
        }
    }
    best
}

/// Rows that are put through a tree before the next tree comes: a tree's nodes stay in the cache.
const ROWS_AT_ONCE: usize = 256;

/// Fills `out` with what `labels` says of a few rows of `x` at a time, in parallel.
pub fn predict_rows(
    x: ArrayView2<'_, f32>,
    out: &mut Array1<usize>,
    labels: impl Fn(&[&[f32]]) -> Vec<usize> + Send + Sync,
) {
    let x = x.as_standard_layout();
    let rows: Vec<&[f32]> = x
        .rows()
        .into_iter()
        .map(|row| row.to_slice().expect("row-major"))
        .collect();
    let labels: Vec<usize> = rows
        .par_chunks(ROWS_AT_ONCE)
        .flat_map_iter(labels)
        .collect();
    out.assign(&Array1::from_vec(labels));
}

impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for DecisionTree {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        predict_rows(x.view(), y, |rows| self.classes_of(rows));
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl Fitted for DecisionTree {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
