//! The fitted model and its prediction.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::params::{CategoricalNbParams, CategoricalNbValidParams};
use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::class_probabilities::softmax_rows;
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_nan};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, numpy_argmax};

/// Rows that a thread scores at a time.
const BLOCK_ROWS: usize = 64;

/// A fitted `CategoricalNB`.
///
/// # Structure
/// The logarithm of the share of each category of each feature in each class, and of each class's
/// probability.
///
/// # Prediction
/// The class of the largest joint log-likelihood, the lowest label on ties. A category that no row
/// had has the share of one that does not occur; scikit-learn fails where it is beyond the largest.
///
/// # Example
/// ```
/// use fashion_bench_estimators::naive_bayes::CategoricalNb;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32, 2.0], [0.0, 1.0], [3.0, 0.0], [3.0, 0.0]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = CategoricalNb::params().fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CategoricalNb {
    pub(super) encoding: ClassEncoding,
    /// Where each feature's part of the table begins, and its end.
    pub(super) starts: Vec<usize>,
    /// Categories × classes, feature after feature.
    pub(super) table: Vec<f64>,
    /// Features × classes: what stands for a category beyond the table.
    pub(super) unseen: Vec<f64>,
    pub(super) log_priors: Vec<f64>,
    pub(super) info: FitInfo,
}

linfa_traits! { CategoricalNbValidParams => CategoricalNb; }

impl CategoricalNb {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> CategoricalNbParams {
        CategoricalNbParams::default()
    }

    /// Adds the log-likelihoods of `row` to `scores`, one per class.
    fn add_scores(&self, row: ArrayView1<'_, f32>, scores: &mut [f64]) {
        let n_classes = self.log_priors.len();
        for (feature, &value) in row.iter().enumerate() {
            let (start, end) = (self.starts[feature], self.starts[feature + 1]);
            let place = (value.trunc() as usize).saturating_mul(n_classes);
            let is_known = value.trunc() >= 0.0 && place < end - start;
            let logs = if is_known {
                &self.table[start + place..][..n_classes]
            } else {
                &self.unseen[feature * n_classes..][..n_classes]
            };
            for (score, log) in scores.iter_mut().zip(logs) {
                *score += log;
            }
        }
        for (score, log) in scores.iter_mut().zip(&self.log_priors) {
            *score += log;
        }
    }
}

impl FittedClassifier for CategoricalNb {
    fn n_features(&self) -> usize {
        self.starts.len() - 1
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            let mut scores = vec![0.0; self.log_priors.len()];
            let mut classify = |row| {
                scores.fill(0.0);
                self.add_scores(row, &mut scores);
                numpy_argmax(&scores)
            };
            block.rows().into_iter().map(&mut classify).collect()
        });
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let n_classes = self.log_priors.len();
        let mut scores = scores_in_blocks(x, n_classes, BLOCK_ROWS, |block, mut target| {
            for (row, mut target) in block.rows().into_iter().zip(target.rows_mut()) {
                self.add_scores(row, target.as_slice_mut().expect("row-major"));
            }
        });
        softmax_rows(&mut scores);
        Some(scores)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        first_nan("a log-probability", &self.table)
            .or_else(|| first_nan("a log-probability", &self.log_priors))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
