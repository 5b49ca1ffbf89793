//! A model whose log-likelihoods are linear in the features, or in which of them are above a
//! threshold.

use fashion_bench_numeric::accumulate::{add_scaled_rows, dot_mixed};
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, CowArray};

use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::class_probabilities::softmax_rows;
use crate::error::FitError;
use crate::finite::{NotFinite, first_nan};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, numpy_argmax};

/// Rows that a thread scores at a time.
const BLOCK_ROWS: usize = 128;

/// Rows that are added to the sums of their class at a time.
const SUMMED_ROWS: usize = 64;

/// Weights and an offset for each class; in `f64`, as scikit-learn's are: log-likelihoods of
/// hundreds of pixels are in the thousands.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct LogLinear {
    pub encoding: ClassEncoding,
    /// Classes × features.
    pub weights: Array2<f64>,
    /// One per class.
    pub offsets: Vec<f64>,
    /// Where features are above or not, if that is all that counts.
    pub threshold: Option<f64>,
    pub info: FitInfo,
}

impl LogLinear {
    pub fn n_features(&self) -> usize {
        self.weights.ncols()
    }

    /// Writes the log-likelihood of each row of `x` in each class to `target`.
    fn score(&self, x: ArrayView2<'_, f32>, mut target: ArrayViewMut2<'_, f64>) {
        let x = match self.threshold {
            Some(threshold) => CowArray::from(binarised(x, threshold)),
            None => CowArray::from(x),
        };
        for (x, mut target) in x.rows().into_iter().zip(target.rows_mut()) {
            let x = x.to_slice().expect("rows are contiguous");
            let classes = self.weights.rows().into_iter().zip(&self.offsets);
            for (target, (weights, offset)) in target.iter_mut().zip(classes) {
                let weights = weights.to_slice().expect("own weights are row-major");
                *target = dot_mixed(x, weights) + offset;
            }
        }
    }

    pub fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let n_classes = self.offsets.len();
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            let mut scores = Array2::zeros((block.nrows(), n_classes));
            self.score(block, scores.view_mut());
            let rows = scores.rows().into_iter();
            rows.map(|row| numpy_argmax(row.to_slice().expect("row-major")))
                .collect()
        });
    }

    /// Returns the log-likelihoods of each row in each class; of two classes the difference.
    pub fn decision_function(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let scores = scores_in_blocks(x, self.offsets.len(), BLOCK_ROWS, |block, target| {
            self.score(block, target);
        });
        if scores.ncols() != 2 {
            return scores;
        }
        let differences = scores.rows().into_iter().map(|row| row[1] - row[0]);
        Array1::from_iter(differences).insert_axis(Axis(1))
    }

    pub fn probabilities(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut scores = scores_in_blocks(x, self.offsets.len(), BLOCK_ROWS, |block, target| {
            self.score(block, target);
        });
        softmax_rows(&mut scores);
        scores
    }

    pub fn not_finite(&self) -> Option<NotFinite> {
        first_nan("a log-probability", &self.weights)
            .or_else(|| first_nan("a log-probability", &self.offsets))
    }
}

/// Returns 1 where a feature is above `threshold`, else 0.
pub(crate) fn binarised(x: ArrayView2<'_, f32>, threshold: f64) -> Array2<f32> {
    x.mapv(|value| f32::from(u8::from(f64::from(value) > threshold)))
}

/// Returns the sums of the features over the rows of each class: classes × features.
pub(crate) fn class_sums(x: ArrayView2<'_, f32>, codes: &[usize], n_classes: usize) -> Array2<f64> {
    let n_features = x.ncols();
    let all = x.to_slice().expect("rows are contiguous");
    let row = |row: usize| &all[row * n_features..(row + 1) * n_features];
    let mut waiting: Vec<Vec<(f64, &[f32])>> = vec![Vec::new(); n_classes];
    let mut sums = Array2::zeros((n_classes, n_features));
    let mut add = |class: usize, rows: &mut Vec<(f64, &[f32])>| {
        let mut sums: ndarray::ArrayViewMut1<'_, f64> = sums.row_mut(class);
        add_scaled_rows(rows, sums.as_slice_mut().expect("own sums are row-major"));
        rows.clear();
    };
    for (row_idx, &class) in codes.iter().enumerate() {
        let rows = &mut waiting[class];
        rows.push((1.0, row(row_idx)));
        if rows.len() == SUMMED_ROWS {
            add(class, rows);
        }
    }
    for (class, rows) in waiting.iter_mut().enumerate() {
        add(class, rows);
    }
    sums
}

/// Checks that counts are none below 0.
pub(crate) fn check_counts(
    estimator: &'static str,
    x: ArrayView2<'_, f32>,
) -> Result<(), FitError> {
    for (row, values) in x.rows().into_iter().enumerate() {
        if values.iter().fold(true, |all, &value| all & (value >= 0.0)) {
            continue;
        }
        let column = values.iter().position(|&value| value < 0.0);
        let column = column.unwrap_or_default();
        return Err(FitError::Negative {
            estimator,
            row,
            column,
            value: values[column],
        });
    }
    Ok(())
}

/// Gives a classifier that wraps [`LogLinear`] linfa's traits and its parameters.
macro_rules! log_linear_classifier {
    ($(#[$doc:meta])* $name:ident: $params:ty => $valid:ty $(, $has_decisions:ident)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(pub(super) $crate::log_linear::LogLinear);

        linfa_traits! { $valid => $name; }

        impl $name {
            /// Returns the parameters at scikit-learn's defaults.
            #[must_use]
            pub fn params() -> $params {
                <$params>::default()
            }
        }

        impl $crate::classifier::FittedClassifier for $name {
            fn n_features(&self) -> usize {
                self.0.n_features()
            }

            fn predict_rows(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
                labels: &mut ndarray::Array1<usize>,
            ) {
                self.0.predict_rows(x, labels);
            }

            fn probabilities(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
            ) -> Option<ndarray::Array2<f64>> {
                Some(self.0.probabilities(x))
            }

            $(fn $has_decisions(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
            ) -> Option<ndarray::Array2<f64>> {
                Some(self.0.$has_decisions(x))
            })?

            fn not_finite(&self) -> Option<$crate::finite::NotFinite> {
                self.0.not_finite()
            }

            fn fit_info(&self) -> $crate::FitInfo {
                self.0.info.clone()
            }
        }
    };
}

pub(crate) use log_linear_classifier;
