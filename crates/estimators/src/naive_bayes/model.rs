//! The fitted model and its prediction.

use std::f64::consts::PI;

use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};
use ndarray::parallel::prelude::{IntoParallelIterator, ParallelIterator};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::pairwise_sum::pairwise_sum;
use super::params::{GaussianNbParams, GaussianNbValidParams};
use crate::blocks::scores_in_blocks;
use crate::class_probabilities::softmax_rows;
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, numpy_argmax};

/// Rows that a thread scores at a time.
const BLOCK_ROWS: usize = 64;

/// Gaussian naive Bayes.
///
/// # Structure
/// Mean and variance of each feature in each class, and the logarithm of each class's probability.
///
/// # Prediction
/// The class of the largest joint log-likelihood, ln P(class) + Σ ln N(xⱼ; mean, variance), the
/// lowest label on ties. Where a variance is 0, it may be NaN, and as in scikit-learn the first
/// class of which it is has the row; the report of the fit warns of it.
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
    /// What does not depend on the row: ln P(class) and -½ Σ ln(2π variance).
    constants: Vec<(f64, f64)>,
    /// Classes × features.
    means: Array2<f64>,
    /// Classes × features.
    variances: Array2<f64>,
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
        priors: &[f64],
        means: Array2<f64>,
        variances: Array2<f64>,
    ) -> Self {
        let constants = priors
            .iter()
            .zip(variances.rows())
            .map(|(prior, variances)| {
                let logs: Vec<f64> = variances.iter().map(|v| (2.0 * PI * v).ln()).collect();
                (prior.ln(), -0.5 * pairwise_sum(&logs))
            })
            .collect();
        Self {
            encoding,
            constants,
            means,
            variances,
        }
    }

    /// Calls `put` with the number of each of a few rows and its joint log-likelihoods.
    fn for_each_score(&self, x: ArrayView2<'_, f32>, mut put: impl FnMut(usize, &[f64])) {
        let x = x.mapv(f64::from);
        let mut terms = vec![0.0; x.ncols()];
        let mut scores = vec![0.0; self.constants.len()];
        for (row, x) in x.rows().into_iter().enumerate() {
            let x = x.to_slice().expect("a fresh matrix is row-major");
            for (class, score) in scores.iter_mut().enumerate() {
                let (log_prior, constant) = self.constants[class];
                dispatch(Terms {
                    x,
                    means: row_of(&self.means, class),
                    variances: row_of(&self.variances, class),
                    terms: &mut terms,
                });
                *score = log_prior + (constant - 0.5 * pairwise_sum(&terms));
            }
            put(row, &scores);
        }
    }

    /// Predicts the labels of a few rows.
    fn predict_block(&self, x: ArrayView2<'_, f32>) -> Vec<usize> {
        let mut labels = Vec::with_capacity(x.nrows());
        self.for_each_score(x, |_, scores| {
            labels.push(self.encoding.label(numpy_argmax(scores)));
        });
        labels
    }
}

fn row_of(matrix: &Array2<f64>, row: usize) -> &[f64] {
    let n = matrix.ncols();
    let all = matrix.as_slice().expect("an own matrix is row-major");
    &all[row * n..(row + 1) * n]
}

/// Writes (x - mean)² / variance of each feature to `terms`.
struct Terms<'a> {
    x: &'a [f64],
    means: &'a [f64],
    variances: &'a [f64],
    terms: &'a mut [f64],
}

impl Kernel for Terms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let moments = self.means.iter().zip(self.variances);
        for ((term, x), (mean, variance)) in self.terms.iter_mut().zip(self.x).zip(moments) {
            let difference = x - mean;
            *term = difference * difference / variance;
        }
    }
}

impl FittedClassifier for GaussianNb {
    fn n_features(&self) -> usize {
        self.means.ncols()
    }

    fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite("a mean", &self.means)
            .or_else(|| first_not_finite("a variance", &self.variances))
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let n_classes = self.constants.len();
        let mut scores = scores_in_blocks(x, n_classes, BLOCK_ROWS, |block, mut target| {
            self.for_each_score(block, |row, scores| {
                target.row_mut(row).assign(&ndarray::aview1(scores));
            });
        });
        softmax_rows(&mut scores);
        Some(scores)
    }

    fn fit_info(&self) -> FitInfo {
        let n_zero = self.variances.iter().filter(|&&v| v == 0.0).count();
        let mut info = FitInfo::default();
        if n_zero > 0 {
            info.warnings.push(format!(
                "{n_zero} of {} variances are 0, so that likelihoods are infinite or not a number; \
                 raise `var_smoothing`",
                self.variances.len()
            ));
        }
        info
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
