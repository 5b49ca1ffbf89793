//! Processes of any kernel: the fit of each two-class problem, and its decisions.
//!
//! Every problem has numbers of the kernel of its own. A decision is the sign of
//! `f* = Σ k(x*, x_i)(y_i - π_i)`, summed over all rows in `f64` as scikit-learn does. All matrices
//! are dense: n² numbers for each problem, and n³ operations for each Newton step.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::algorithm::Split;
use super::covariance::check_dense;
use super::decision::{decide, probability};
use super::expression::{Kernel, KernelExpression};
use super::kernel_search::KernelSearch;
use super::likelihood::Likelihood;
use super::pairs::{Needs, NewRow, Rows, TrainRows};
use super::params::{GaussianProcessMultiClass, GaussianProcessParams, GaussianProcessValidParams};
use super::posterior::Posterior;
use crate::blocks::predict_in_blocks;
use crate::error::{FitError, ParamError};
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;

/// Rows predicted together.
const BLOCK_ROWS: usize = 32;

/// Values of kernels that a report of a fit lists at most.
const MAX_LISTED: usize = 64;

/// Matrices beside the kept factor that a Newton step holds, and that a gradient adds.
const STEP_MATRICES: usize = 2;
const GRADIENT_MATRICES: usize = 2;

/// A fitted process.
#[derive(Debug, Clone)]
pub(super) struct KernelProcess {
    x: Array2<f64>,
    pub encoding: ClassEncoding,
    pub multi_class: GaussianProcessMultiClass,
    pub problems: Vec<KernelProblem>,
}

/// A two-class problem, the kernel that was found for it, and its mode.
#[derive(Debug, Clone)]
pub(super) struct KernelProblem {
    /// Training rows, ascending.
    pub rows: Vec<usize>,
    pub kernel: Kernel,
    pub posterior: Posterior,
    pub search: KernelSearch,
}

impl GaussianProcessValidParams {
    /// Fits `kernel` to each of `splits`.
    pub(super) fn fit_kernels(
        &self,
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        KernelExpression(kernel): &KernelExpression,
        splits: &[Split],
    ) -> Result<KernelProcess, FitError> {
        check_scales(kernel, x.ncols())?;
        let needs = Needs::of(kernel);
        let is_free = self.optimizer.is_some() && kernel.n_free() > 0;
        let gradient_matrices = if is_free { GRADIENT_MATRICES } else { 0 };
        let sizes: Vec<usize> = splits.iter().map(|split| split.rows.len()).collect();
        check_dense(
            &sizes,
            STEP_MATRICES + gradient_matrices + needs.n_matrices(),
        )?;
        let x = x.mapv(f64::from);
        // Problems of all rows share what is read of the pairs.
        let is_whole = |split: &Split| split.rows.len() == x.nrows();
        let shared = splits
            .iter()
            .any(is_whole)
            .then(|| TrainRows::new(Rows::new(x.view()), needs));
        let fit = |split: &Split| -> Result<KernelProblem, FitError> {
            if let Some(rows) = shared.as_ref().filter(|_| is_whole(split)) {
                return self.fit_kernel(kernel, rows, split, is_free);
            }
            let own = x.select(Axis(0), &split.rows);
            self.fit_kernel(
                kernel,
                &TrainRows::new(Rows::new(own.view()), needs),
                split,
                is_free,
            )
        };
        let problems = splits.iter().map(fit).collect::<Result<Vec<_>, _>>()?;
        Ok(KernelProcess {
            x,
            encoding,
            multi_class: self.multi_class,
            problems,
        })
    }

    fn fit_kernel(
        &self,
        kernel: &Kernel,
        rows: &TrainRows<'_>,
        split: &Split,
        is_free: bool,
    ) -> Result<KernelProblem, FitError> {
        let mut kernel = kernel.clone();
        let mut likelihood = Likelihood {
            rows,
            is_one: &split.is_one,
            max_iter: self.max_iter_predict,
            is_warm: self.warm_start,
            last: None,
        };
        let mut found = None;
        if is_free {
            found = Some(self.optimise(&mut kernel, &mut likelihood)?);
        } else if self.warm_start {
            // scikit-learn computes the likelihood first, and the mode from where that ended.
            likelihood.mode(&kernel)?;
        }
        let (mode, covariance) = likelihood.mode(&kernel)?;
        let search = found.unwrap_or(KernelSearch {
            n_iter: mode.n_iter,
            converged: mode.converged,
            log_likelihood: mode.log_likelihood,
        });
        Ok(KernelProblem {
            rows: split.rows.clone(),
            kernel,
            posterior: Posterior::of(mode, covariance),
            search,
        })
    }
}

/// Checks that lists of length scales have one for each feature.
fn check_scales(kernel: &Kernel, n_features: usize) -> Result<(), FitError> {
    let plain = kernel.plain();
    let mut numbers = plain.iter().flat_map(|kernel| &kernel.numbers);
    if numbers.all(|number| number.values.len() == 1 || number.values.len() == n_features) {
        return Ok(());
    }
    let expected = format!("a kernel with one length_scale for each of the {n_features} features");
    let error = ParamError::value(GaussianProcessParams::ESTIMATOR, "kernel", expected, kernel);
    Err(error.into())
}

impl KernelProcess {
    /// Makes a process of its parts.
    #[cfg(feature = "serde")]
    pub fn new(
        x: Array2<f64>,
        encoding: ClassEncoding,
        multi_class: GaussianProcessMultiClass,
        problems: Vec<KernelProblem>,
    ) -> Self {
        Self {
            x,
            encoding,
            multi_class,
            problems,
        }
    }

    /// Returns the training rows.
    #[cfg(feature = "serde")]
    pub fn rows(&self) -> &Array2<f64> {
        &self.x
    }

    pub fn n_features(&self) -> usize {
        self.x.ncols()
    }

    pub fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let classify = |block: ArrayView2<'_, f32>| self.classify(block);
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, classify);
    }

    /// Returns the class code of each row of `x`.
    fn classify(&self, x: ArrayView2<'_, f32>) -> Vec<usize> {
        self.evaluate(x, |is_second, probabilities| {
            let n_classes = self.encoding.n_classes();
            decide(self.multi_class, n_classes, is_second, probabilities)
        })
    }

    /// Returns the probability of each problem's second class for each row of `x`.
    pub fn problem_probabilities(&self, x: ArrayView2<'_, f32>) -> Vec<Vec<f64>> {
        self.evaluate(x, |is_second, probabilities| {
            let all: Vec<usize> = (0..is_second.len()).collect();
            probabilities(&all)
        })
    }

    /// Returns what `conclude` makes of the rows of `x`: it gets whether f* of each problem is for
    /// the second class, and what computes the probabilities of that for the rows it is given.
    fn evaluate<T>(
        &self,
        x: ArrayView2<'_, f32>,
        conclude: impl FnOnce(&[Vec<bool>], &dyn Fn(&[usize]) -> Vec<Vec<f64>>) -> T,
    ) -> T {
        let x = x.mapv(f64::from);
        let x = x.as_standard_layout();
        let needs = Needs::of(&self.problems[0].kernel);
        let slices: Vec<&[f64]> = x
            .rows()
            .into_iter()
            .map(|row| row.to_slice().expect("standard layout"))
            .collect();
        let new_rows: Vec<NewRow<'_>> = slices
            .iter()
            .map(|row| NewRow::new(row, Rows::new(self.x.view()), needs))
            .collect();
        let mut latents = vec![Vec::new(); new_rows.len()];
        let mut covariances: Vec<Vec<Vec<f64>>> = Vec::new();
        for problem in &self.problems {
            let selected;
            let rows = if problem.rows.len() == self.x.nrows() {
                Rows::new(self.x.view())
            } else {
                selected = self.x.select(Axis(0), &problem.rows);
                Rows::new(selected.view())
            };
            let of_row = |row: &NewRow<'_>| row.covariances(&problem.kernel, rows, &problem.rows);
            let values: Vec<Vec<f64>> = new_rows.iter().map(of_row).collect();
            for (latents, values) in latents.iter_mut().zip(&values) {
                let terms = values.iter().zip(&problem.posterior.residual);
                latents.push(terms.map(|(k, residual)| k * residual).sum::<f64>());
            }
            covariances.push(values);
        }
        let is_second: Vec<Vec<bool>> = latents
            .iter()
            .map(|latents| latents.iter().map(|f| *f > 0.0).collect())
            .collect();
        conclude(&is_second, &|rows| {
            let mut found = vec![Vec::new(); rows.len()];
            for (place, problem) in self.problems.iter().enumerate() {
                let numbered = |row: &usize| -> Vec<(usize, f64)> {
                    let of_row = covariances[place][*row].iter().copied();
                    of_row.enumerate().collect()
                };
                let points: Vec<Vec<(usize, f64)>> = rows.iter().map(numbered).collect();
                let explained = problem.posterior.explained_variances(&points);
                for ((row, explained), found) in rows.iter().zip(explained).zip(&mut found) {
                    let variance = problem.kernel.variance(slices[*row]) - explained;
                    found.push(probability(latents[*row][place], variance));
                }
            }
            found
        })
    }

    pub fn fit_info(&self) -> FitInfo {
        let searches = || self.problems.iter().map(|problem| &problem.search);
        let mut info = FitInfo {
            n_iter: searches().map(|search| search.n_iter as u64).max(),
            converged: Some(
                searches().all(|search| search.converged)
                    && self
                        .problems
                        .iter()
                        .all(|problem| problem.posterior.converged),
            ),
            ..FitInfo::default()
        };
        let sum: f64 = searches().map(|search| search.log_likelihood).sum();
        let mean = sum / self.problems.len() as f64;
        info.details
            .insert("log_marginal_likelihood".to_owned(), mean);
        let n_listed: usize = self
            .problems
            .iter()
            .map(|problem| problem.kernel.n_free())
            .sum();
        if n_listed <= MAX_LISTED {
            for (place, problem) in self.problems.iter().enumerate() {
                let names = problem.kernel.free_names().into_iter();
                for (name, theta) in names.zip(problem.kernel.theta()) {
                    let name = match self.problems.len() {
                        1 => name,
                        _ => format!("{place}__{name}"),
                    };
                    info.details.insert(name, theta.exp());
                }
            }
        }
        info
    }
}
