//! The fitted trees and their sum.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::params::{AdaBoostAlgorithm, AdaBoostParams, AdaBoostValidParams};
use crate::class_probabilities::{logistic, of_second, softmax_rows};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax};
use crate::tree::{Node, Tree, for_each_leaf, label_rows, score_rows};

/// A fitted `AdaBoostClassifier`.
///
/// # Structure
/// Trees whose leaves hold what they add to the score of each class.
///
/// # Prediction
/// The class of the largest sum over all trees, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::ensemble::AdaBoost;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32], [1.0], [4.0], [5.0], [8.0], [9.0]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8, 3, 3]);
/// let model = AdaBoost::params().seed(1).fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8, 3, 3]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdaBoost {
    pub(super) encoding: ClassEncoding,
    pub(super) stages: Vec<Stage>,
    pub(super) n_features: usize,
    pub(super) info: FitInfo,
}

/// A tree as a part of the sum.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Stage {
    nodes: Vec<Node>,
    /// What each node adds to the score of each class, nodes × classes.
    parts: Vec<f64>,
    weight: f64,
}

impl Stage {
    pub fn new(algorithm: AdaBoostAlgorithm, tree: &Tree, weight: f64, n_classes: usize) -> Self {
        let k = n_classes as f64;
        let mut parts = tree.values.clone();
        for part in parts.chunks_exact_mut(n_classes) {
            match algorithm {
                AdaBoostAlgorithm::Discrete => {
                    let class = argmax(part);
                    part.fill(-weight / (k - 1.0));
                    part[class] = weight;
                }
                AdaBoostAlgorithm::Real => {
                    part.iter_mut()
                        .for_each(|share| *share = share.max(f64::EPSILON).ln());
                    let mean = part.iter().sum::<f64>() / k;
                    part.iter_mut()
                        .for_each(|log| *log = (k - 1.0) * (*log - mean));
                }
            }
        }
        Self {
            nodes: tree.nodes.clone(),
            parts,
            weight,
        }
    }
}

linfa_traits! { AdaBoostValidParams => AdaBoost; }

impl AdaBoost {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> AdaBoostParams {
        AdaBoostParams::default()
    }

    /// Adds the parts of all trees to `scores`, row after row, over the sum of their weights.
    fn add_scores(&self, rows: &[&[f32]], scores: &mut [f64]) {
        let n_classes = self.encoding.n_classes();
        for stage in &self.stages {
            for_each_leaf(&stage.nodes, rows, |row, leaf| {
                let parts = &stage.parts[leaf * n_classes..][..n_classes];
                for (score, part) in scores[row * n_classes..].iter_mut().zip(parts) {
                    *score += part;
                }
            });
        }
        let sum: f64 = self.stages.iter().map(|stage| stage.weight).sum();
        scores.iter_mut().for_each(|score| *score /= sum);
    }
}

/// Returns the class of the largest score; of two classes as scikit-learn has it, by the sign of the
/// difference.
fn class_of(scores: &[f64]) -> usize {
    match scores {
        [first, second] => usize::from(second - first > 0.0),
        _ => argmax(scores),
    }
}

impl FittedClassifier for AdaBoost {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let n_classes = self.encoding.n_classes();
        label_rows(x, labels, |rows| {
            let mut scores = vec![0.0; rows.len() * n_classes];
            self.add_scores(rows, &mut scores);
            let label = |scores: &[f64]| self.encoding.label(class_of(scores));
            scores.chunks_exact(n_classes).map(label).collect()
        });
    }

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let scores = score_rows(x, self.encoding.n_classes(), |rows, scores| {
            self.add_scores(rows, scores);
        });
        if scores.ncols() != 2 {
            return Some(scores);
        }
        let differences = scores.rows().into_iter().map(|row| row[1] - row[0]);
        Some(Array1::from_iter(differences).insert_axis(Axis(1)))
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut scores = self.decision_function(x)?;
        match self.encoding.n_classes() {
            1 => scores.fill(1.0),
            2 => return Some(of_second(scores.iter().map(|&score| logistic(score)))),
            n_classes => {
                scores /= n_classes as f64 - 1.0;
                softmax_rows(&mut scores);
            }
        }
        Some(scores)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let parts = self.stages.iter().flat_map(|stage| &stage.parts);
        let weights = self.stages.iter().map(|stage| &stage.weight);
        first_not_finite("the weight of a tree", weights).or_else(|| {
            match self.encoding.n_classes() {
                1 => None,
                _ => first_not_finite("a part of a score", parts),
            }
        })
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
