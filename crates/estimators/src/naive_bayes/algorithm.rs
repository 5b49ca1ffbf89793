//! Fitting: mean and variance of each feature in each class.
//!
//! Everything is in `f64` and summed up in numpy's order, as in scikit-learn: pixels that are
//! constant within a class have a variance of 1e-9 of the largest, against which a mean that is off
//! by `f32` rounding costs whole units of log-likelihood; and with `var_smoothing` 0 it is rounding
//! that tells a variance of 0 from a tiny one. Cost: two passes over the rows.

use ndarray::{Array2, ArrayView2};

use super::model::GaussianNb;
use super::pairwise_sum::pairwise_sum;
use super::params::{GaussianNbParams, GaussianNbValidParams};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

impl Classifier for GaussianNbValidParams {
    type Model = GaussianNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<GaussianNb, FitError> {
        let counts = class_counts(codes, encoding.n_classes());
        let priors = self.class_priors(&counts)?;
        let groups = Groups {
            x: x.view(),
            of_row: codes,
            counts: &counts,
        };
        let (means, mut variances) = groups.moments();
        let all = Groups {
            x: x.view(),
            of_row: &vec![0; codes.len()],
            counts: &[codes.len()],
        };
        let (_, of_all) = all.moments();
        let largest = of_all.iter().copied().fold(0.0, f64::max);
        variances += self.var_smoothing * largest;
        Ok(GaussianNb::new(encoding, &priors, means, variances))
    }
}

impl GaussianNbValidParams {
    /// Returns the probability of each class.
    fn class_priors(&self, counts: &[usize]) -> Result<Vec<f64>, ParamError> {
        let Some(priors) = &self.priors else {
            let n_rows = counts.iter().sum::<usize>() as f64;
            return Ok(counts.iter().map(|&count| count as f64 / n_rows).collect());
        };
        if priors.len() != counts.len() {
            return Err(ParamError::value(
                GaussianNbParams::ESTIMATOR,
                "priors",
                format!(
                    "a list of {} numbers, one per class of the training data",
                    counts.len()
                ),
                format_args!("{priors:?}"),
            ));
        }
        Ok(priors.clone())
    }
}

/// Rows in groups.
struct Groups<'a> {
    x: ArrayView2<'a, f32>,
    /// The group of each row.
    of_row: &'a [usize],
    /// The rows of each group.
    counts: &'a [usize],
}

impl Groups<'_> {
    /// Returns means and variances: groups × features.
    fn moments(&self) -> (Array2<f64>, Array2<f64>) {
        let means = self.means_of(|_, _, value| value);
        let variances = self.means_of(|group, feature, value| {
            let difference = value - means[[group, feature]];
            difference * difference
        });
        (means, variances)
    }

    /// Returns the mean of `value` (of group, feature, and the value there): groups × features.
    fn means_of(&self, value: impl Fn(usize, usize, f64) -> f64) -> Array2<f64> {
        let n_features = self.x.ncols();
        let mut sums = Array2::zeros((self.counts.len(), n_features));
        if n_features == 1 {
            // numpy sums a single column pairwise, several of them row by row.
            let mut columns = vec![Vec::new(); self.counts.len()];
            for (&group, &x) in self.of_row.iter().zip(self.x.iter()) {
                columns[group].push(value(group, 0, f64::from(x)));
            }
            for (sum, column) in sums.iter_mut().zip(&columns) {
                *sum = pairwise_sum(column);
            }
        } else {
            for (&group, row) in self.of_row.iter().zip(self.x.rows()) {
                let sums = sums.row_mut(group).into_iter();
                for (feature, (sum, &x)) in sums.zip(row).enumerate() {
                    *sum += value(group, feature, f64::from(x));
                }
            }
        }
        for (mut sums, &count) in sums.rows_mut().into_iter().zip(self.counts) {
            sums /= count as f64;
        }
        sums
    }
}
