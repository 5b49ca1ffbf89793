//! The fitted model and its prediction.

use linfa_bayes::NaiveBayes as _;
use ndarray::parallel::prelude::{IntoParallelIterator, ParallelIterator};
use ndarray::{Array1, ArrayView2, Axis};

use super::params::{GaussianNbParams, GaussianNbValidParams};
use crate::classifier::FittedClassifier;
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, argmax};

/// Rows that are scored together: their `f64` copies stay in the cache.
const BLOCK_ROWS: usize = 64;

/// Gaussian naive Bayes.
///
/// # Structure
/// Mean and variance of each feature in each class (linfa-bayes' model), the labels, and what
/// user-given priors add to each class's log-likelihood.
///
/// # Prediction
/// The class of the largest joint log-likelihood, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::naive_bayes::GaussianNb;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32, 0.1], [0.2, 0.0], [5.0, 5.1], [5.2, 5.0]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = GaussianNb::params().fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GaussianNb {
    encoding: ClassEncoding,
    log_prior_shift: Vec<f64>,
    upstream: linfa_bayes::GaussianNb<f64, usize>,
    n_features: usize,
}

linfa_traits! { GaussianNbValidParams => GaussianNb; }

impl GaussianNb {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> GaussianNbParams {
        GaussianNbParams::default()
    }

    pub(super) fn new(
        encoding: ClassEncoding,
        log_prior_shift: Vec<f64>,
        upstream: linfa_bayes::GaussianNb<f64, usize>,
        n_features: usize,
    ) -> Self {
        Self {
            encoding,
            log_prior_shift,
            upstream,
            n_features,
        }
    }

    /// Predicts the labels of a few rows.
    fn predict_block(&self, x: ArrayView2<'_, f32>) -> Vec<usize> {
        let x = x.mapv(f64::from);
        let by_class = self.upstream.joint_log_likelihood(x.view());
        // Classes are compared by code, so that the order of linfa's hash map does not decide ties.
        let by_code: Vec<_> = (0..self.encoding.n_classes())
            .map(|code| &by_class[&code])
            .collect();
        let mut scores = vec![0.0; by_code.len()];
        let best = |row_idx| {
            for (code, score) in scores.iter_mut().enumerate() {
                *score = by_code[code][row_idx] + self.log_prior_shift[code];
            }
            self.encoding.label(argmax(&scores))
        };
        (0..x.nrows()).map(best).collect()
    }
}

impl FittedClassifier for GaussianNb {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let blocks = x.axis_chunks_iter(Axis(0), BLOCK_ROWS);
        let predicted: Vec<_> = blocks
            .into_par_iter()
            .map(|block| self.predict_block(block))
            .collect();
        for (target, label) in labels.iter_mut().zip(predicted.into_iter().flatten()) {
            *target = label;
        }
    }
}
