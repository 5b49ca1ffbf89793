//! The fitted model and its prediction.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};

use super::params::{QuadraticDiscriminantParams, QuadraticDiscriminantValidParams};
use super::whitening::Whitening;
use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::class_probabilities::softmax_rows;
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_nan, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, numpy_argmax};

/// Rows that are scored together, so that a class's map is read once for many.
const BLOCK_ROWS: usize = 512;

/// A fitted `QuadraticDiscriminantAnalysis`.
///
/// # Structure
/// For each class its mean and a map that gives its rows unit covariance.
///
/// # Prediction
/// The class of the largest posterior probability, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::discriminant_analysis::QuadraticDiscriminant;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[-1.0_f32, -1.0], [-2.0, -1.0], [-3.0, -2.0], [1.0, 1.0], [2.0, 1.0], [3.0, 2.0]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 3, 8, 8, 8]);
/// let model = QuadraticDiscriminant::params().fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 3, 8, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QuadraticDiscriminant {
    pub(super) encoding: ClassEncoding,
    /// Classes × features.
    pub(super) means: Array2<f64>,
    pub(super) whitenings: Vec<Whitening>,
    /// What does not depend on the row.
    pub(super) offsets: Vec<f64>,
    pub(super) info: FitInfo,
}

linfa_traits! { QuadraticDiscriminantValidParams => QuadraticDiscriminant; }

impl QuadraticDiscriminant {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> QuadraticDiscriminantParams {
        QuadraticDiscriminantParams::default()
    }

    /// Writes the logarithm of each row's posterior probabilities, but for a constant, to `target`.
    fn score(&self, x: ArrayView2<'_, f32>, mut target: ArrayViewMut2<'_, f64>) {
        let x = x.mapv(f64::from);
        let mut about = Array2::zeros(x.dim());
        for (class, whitening) in self.whitenings.iter().enumerate() {
            about.assign(&x);
            about -= &self.means.row(class);
            let squares = whitening.squares(about.view());
            for (target, square) in target.column_mut(class).iter_mut().zip(squares) {
                *target = -0.5 * square + self.offsets[class];
            }
        }
    }

    fn scores(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        scores_in_blocks(x, self.offsets.len(), BLOCK_ROWS, |block, target| {
            self.score(block, target);
        })
    }
}

impl FittedClassifier for QuadraticDiscriminant {
    fn n_features(&self) -> usize {
        self.means.ncols()
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            let mut scores = Array2::zeros((block.nrows(), self.offsets.len()));
            self.score(block, scores.view_mut());
            let rows = scores.rows().into_iter();
            rows.map(|row| numpy_argmax(row.to_slice().expect("row-major")))
                .collect()
        });
    }

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let scores = self.scores(x);
        if scores.ncols() != 2 {
            return Some(scores);
        }
        let differences = scores.rows().into_iter().map(|row| row[1] - row[0]);
        Some(Array1::from_iter(differences).insert_axis(Axis(1)))
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut scores = self.scores(x);
        softmax_rows(&mut scores);
        Some(scores)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let elements = self.whitenings.iter().flat_map(Whitening::elements);
        first_not_finite("a mean", &self.means)
            .or_else(|| first_nan("an element of a map", elements))
            .or_else(|| first_nan("an offset", &self.offsets))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
