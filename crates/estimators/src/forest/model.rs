//! A fitted forest.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2};

use super::params::{
    ExtraTreesParams, ExtraTreesValidParams, RandomForestParams, RandomForestValidParams,
};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax};
use crate::tree::{Node, Tree, for_each_leaf, label_rows, normalised, score_rows};

/// A tree reduced to what voting needs. A leaf's `right` is its place in `shares`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Voter {
    nodes: Vec<Node>,
    /// Class shares, leaf after leaf.
    shares: Vec<f64>,
    importances: Vec<f64>,
    n_leaves: usize,
    depth: usize,
}

impl Voter {
    pub(super) fn new(tree: &Tree, n_features: usize) -> Self {
        let n_classes = tree.values.len() / tree.nodes.len();
        let mut nodes = tree.nodes.clone();
        let mut shares = Vec::with_capacity(tree.values.len() / 2 + n_classes);
        for (node, values) in nodes.iter_mut().zip(tree.values.chunks_exact(n_classes)) {
            if node.is_leaf() {
                let leaf = shares.len() / n_classes;
                node.right = u32::try_from(leaf).expect("nodes are counted in 32 bits");
                shares.extend_from_slice(values);
            }
        }
        let mut importances = vec![0.0; n_features];
        tree.add_importances(&mut importances);
        Self {
            nodes,
            shares,
            importances,
            n_leaves: tree.n_leaves(),
            depth: tree.depth(),
        }
    }

    /// Adds the class shares of the leaf of each row to its `votes`, row after row.
    pub(super) fn vote(&self, rows: &[&[f32]], votes: &mut [f64]) {
        let n_classes = votes.len() / rows.len().max(1);
        for_each_leaf(&self.nodes, rows, |row, leaf| {
            let leaf = self.nodes[leaf].right as usize;
            let shares = &self.shares[leaf * n_classes..][..n_classes];
            for (vote, share) in votes[row * n_classes..].iter_mut().zip(shares) {
                *vote += share;
            }
        });
    }
}

/// A random forest classifier.
///
/// # Structure
/// Trees whose leaves hold class shares.
///
/// # Prediction
/// The class of the largest sum of shares over all trees, the lowest class on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::forest::RandomForest;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = Dataset::new(array![[0.0f32], [1.0], [8.0], [9.0]], array![0usize, 0, 1, 1]);
/// let forest = RandomForest::params().n_estimators(20).seed(1).fit(&data)?;
/// assert_eq!(forest.predict(&array![[0.5f32], [9.0]]), array![0usize, 1]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RandomForest {
    trees: Vec<Voter>,
    encoding: ClassEncoding,
    n_features: usize,
    info: FitInfo,
}

impl RandomForest {
    /// Returns the parameters of a forest, at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> RandomForestParams {
        RandomForestParams::default()
    }

    pub(super) fn new(
        trees: Vec<Voter>,
        encoding: ClassEncoding,
        n_features: usize,
        oob_accuracy: Option<f64>,
    ) -> Self {
        let mut importances = vec![0.0; n_features];
        for tree in &trees {
            let own = normalised(&tree.importances);
            for (sum, part) in importances.iter_mut().zip(own) {
                *sum += f64::from(part);
            }
        }
        let n_leaves: usize = trees.iter().map(|tree| tree.n_leaves).sum();
        let depth = trees.iter().map(|tree| tree.depth).max().unwrap_or(0);
        let mut details = BTreeMap::from([
            ("n_leaves".to_owned(), n_leaves as f64),
            ("depth".to_owned(), depth as f64),
        ]);
        details.extend(oob_accuracy.map(|accuracy| ("oob_accuracy".to_owned(), accuracy)));
        let info = FitInfo {
            feature_importances: normalised(&importances),
            details,
            ..FitInfo::default()
        };
        Self {
            trees,
            encoding,
            n_features,
            info,
        }
    }
}

linfa_traits! { RandomForestValidParams, ExtraTreesValidParams => RandomForest; }

impl FittedClassifier for RandomForest {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let n_classes = self.encoding.n_classes();
        label_rows(x, labels, |rows| {
            let mut votes = vec![0.0; rows.len() * n_classes];
            for tree in &self.trees {
                tree.vote(rows, &mut votes);
            }
            let label = |votes: &[f64]| self.encoding.label(argmax(votes));
            votes.chunks_exact(n_classes).map(label).collect()
        });
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut shares = score_rows(x, self.encoding.n_classes(), |rows, shares| {
            for tree in &self.trees {
                tree.vote(rows, shares);
            }
        });
        shares /= self.trees.len() as f64;
        Some(shares)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let nodes = self.trees.iter().flat_map(|tree| &tree.nodes);
        let shares = self.trees.iter().flat_map(|tree| &tree.shares);
        first_not_finite("a threshold", nodes.map(|node| &node.threshold))
            .or_else(|| first_not_finite("a class share", shares))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}

/// The way to [`ExtraTreesParams`]; fitting them gives a [`RandomForest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraTrees;

impl ExtraTrees {
    /// Returns the parameters of a forest of extremely randomised trees, at scikit-learn's defaults.
    ///
    /// ```
    /// use fashion_bench_estimators::forest::ExtraTrees;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let data = Dataset::new(array![[0.0f32], [1.0], [8.0], [9.0]], array![0usize, 0, 1, 1]);
    /// let forest = ExtraTrees::params().n_estimators(20).seed(1).fit(&data)?;
    /// assert_eq!(forest.predict(&array![[0.5f32], [9.0]]), array![0usize, 1]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    #[must_use]
    pub fn params() -> ExtraTreesParams {
        ExtraTreesParams::default()
    }
}
