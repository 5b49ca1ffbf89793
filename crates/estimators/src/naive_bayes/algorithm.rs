//! Fitting: mean and variance of each feature in each class.
//!
//! Everything is in `f64` and summed up in numpy's order, as in scikit-learn: pixels that are
//! constant within a class have a variance of 1e-9 of the largest, against which a mean that is off
//! by `f32` rounding costs whole units of log-likelihood; and with `var_smoothing` 0 it is rounding
//! that tells a variance of 0 from a tiny one. Cost: two passes over the rows,
//! each for the classes and for all rows together.

use ndarray::{Array2, ArrayView2};

use super::model::GaussianNb;
use super::pairwise_sum::pairwise_sum;
use super::params::{GaussianNbParams, GaussianNbValidParams};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

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
        let Moments {
            means,
            mut variances,
            of_all,
        } = groups.moments();
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

/// What is found of the rows.
struct Moments {
    /// Groups × features.
    means: Array2<f64>,
    /// Groups × features.
    variances: Array2<f64>,
    /// The variance of each feature over all rows.
    of_all: Vec<f64>,
}

impl Groups<'_> {
    fn moments(&self) -> Moments {
        let n_features = self.x.ncols();
        let zeros = Array2::zeros((self.counts.len(), n_features));
        let (means, mean_of_all) = self.averages(&zeros, &vec![0.0; n_features], |x, _| x);
        let square = |x: f64, mean: f64| {
            let difference = x - mean;
            difference * difference
        };
        let (variances, of_all) = self.averages(&means, &mean_of_all, square);
        Moments {
            means,
            variances,
            of_all,
        }
    }

    /// Returns the averages of `value` (of a number and of the one given for its group and feature):
    /// groups × features, and of all rows. `given` are those of the groups, and `of_all` those for
    /// the average of all rows.
    fn averages(
        &self,
        given: &Array2<f64>,
        given_of_all: &[f64],
        value: impl Fn(f64, f64) -> f64 + Copy,
    ) -> (Array2<f64>, Vec<f64>) {
        let n_features = self.x.ncols();
        let mut sums = Array2::zeros(given.dim());
        let mut of_all = vec![0.0; n_features];
        if n_features == 1 {
            // numpy sums a single column pairwise, several of them row by row.
            let mut columns = vec![Vec::new(); self.counts.len()];
            for (&group, &x) in self.of_row.iter().zip(self.x.iter()) {
                columns[group].push(value(f64::from(x), given[[group, 0]]));
            }
            for (sum, column) in sums.iter_mut().zip(&columns) {
                *sum = pairwise_sum(column);
            }
            let all = self.x.iter();
            let all: Vec<f64> = all.map(|&x| value(f64::from(x), given_of_all[0])).collect();
            of_all[0] = pairwise_sum(&all);
        } else {
            let x = self.x.as_standard_layout();
            dispatch(AddRows {
                rows: x.as_slice().expect("standard layout"),
                of_row: self.of_row,
                given: given.as_slice().expect("standard layout"),
                given_of_all,
                sums: sums.as_slice_mut().expect("a fresh matrix is row-major"),
                of_all: &mut of_all,
                value,
            });
        }
        for (mut sums, &count) in sums.rows_mut().into_iter().zip(self.counts) {
            sums /= count as f64;
        }
        let n_rows = self.of_row.len() as f64;
        of_all.iter_mut().for_each(|sum| *sum /= n_rows);
        (sums, of_all)
    }
}

/// Adds up a function of all numbers of rows, feature by feature in the order of the rows: within
/// groups, and for all rows.
struct AddRows<'a, F> {
    /// Rows one after the other.
    rows: &'a [f32],
    of_row: &'a [usize],
    /// Second arguments of the function: groups × features, and features.
    given: &'a [f64],
    given_of_all: &'a [f64],
    /// What is added to, in the same shapes.
    sums: &'a mut [f64],
    of_all: &'a mut [f64],
    value: F,
}

impl<F: Fn(f64, f64) -> f64> Kernel for AddRows<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let n_features = self.given_of_all.len();
        for (row, &group) in self.rows.chunks_exact(n_features).zip(self.of_row) {
            let group = group * n_features..(group + 1) * n_features;
            let (given, sums) = (&self.given[group.clone()], &mut self.sums[group]);
            let of_group = sums.iter_mut().zip(given);
            let of_all = self.of_all.iter_mut().zip(self.given_of_all);
            for ((&x, (sum, given)), (total, given_of_all)) in row.iter().zip(of_group).zip(of_all)
            {
                let x = f64::from(x);
                *sum += (self.value)(x, *given);
                *total += (self.value)(x, *given_of_all);
            }
        }
    }
}
