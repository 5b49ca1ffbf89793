//! A fitted tree.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2};

use super::nodes::{Tree, normalised};
use super::params::{
    DecisionTreeParams, DecisionTreeValidParams, ExtraTreeParams, ExtraTreeValidParams,
};
use super::prediction::{for_each_leaf, label_rows, score_rows};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax};

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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DecisionTree {
    tree: Tree,
    encoding: ClassEncoding,
    n_features: usize,
    info: FitInfo,
}

impl DecisionTree {
    /// Returns the parameters of a CART tree, at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> DecisionTreeParams {
        DecisionTreeParams::default()
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

    /// Returns the tree, for inspection.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    fn classes_of(&self, rows: &[&[f32]]) -> Vec<usize> {
        let n_classes = self.encoding.n_classes();
        let mut classes = vec![0; rows.len()];
        for_each_leaf(&self.tree.nodes, rows, |row, leaf| {
            let shares = &self.tree.values[leaf * n_classes..][..n_classes];
            classes[row] = self.encoding.label(argmax(shares));
        });
        classes
    }
}

linfa_traits! { DecisionTreeValidParams, ExtraTreeValidParams => DecisionTree; }

impl FittedClassifier for DecisionTree {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        label_rows(x, labels, |rows| self.classes_of(rows));
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let n_classes = self.encoding.n_classes();
        Some(score_rows(x, n_classes, |rows, shares| {
            for_each_leaf(&self.tree.nodes, rows, |row, leaf| {
                let of_leaf = &self.tree.values[leaf * n_classes..][..n_classes];
                shares[row * n_classes..][..n_classes].copy_from_slice(of_leaf);
            });
        }))
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let thresholds = self.tree.nodes.iter().map(|node| &node.threshold);
        first_not_finite("a threshold", thresholds)
            .or_else(|| first_not_finite("a class share", &self.tree.values))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}

/// The way to [`ExtraTreeParams`]; fitting them gives a [`DecisionTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraTree;

impl ExtraTree {
    /// Returns the parameters of an extremely randomised tree, at scikit-learn's defaults.
    ///
    /// ```
    /// use fashion_bench_estimators::tree::ExtraTree;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let data = Dataset::new(array![[0.0f32], [1.0], [2.0], [3.0]], array![4usize, 4, 7, 7]);
    /// let tree = ExtraTree::params().seed(1).fit(&data)?;
    /// assert_eq!(tree.predict(data.records()), array![4usize, 4, 7, 7]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    #[must_use]
    pub fn params() -> ExtraTreeParams {
        ExtraTreeParams::default()
    }
}
