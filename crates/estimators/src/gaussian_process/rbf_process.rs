//! Fitted modes of a fixed `c·RBF(l)` and their decisions.
//!
//! A decision is the sign of `f* = Σ k(x*, x_i)(y_i - π_i)`. On standardised pixels its terms lie
//! between 1e-50 and 1e-300, and the nearest rows of either class decide. Sums are taken relative
//! to their largest term, over the rows whose terms are not lost beside it, with distances computed
//! again in `f64`. Far from all rows, where the terms are no numbers of double precision any more,
//! the decision is scikit-learn's all the same: f* is 0 there, and the first class is predicted.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2};

use super::decision::{decide, probability};
use super::model::first_not_finite_mode;
use super::params::GaussianProcessMultiClass;
use super::posterior::Posterior;
use super::rbf::{Rbf, distance_slack, squared_distance, squared_norms};
use crate::blocks::predict_in_blocks;
use crate::finite::NotFinite;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows predicted together: many, as each block reads all training rows, but few enough for the
/// products with these.
pub(super) const BLOCK_ROWS: usize = 192;

/// Terms smaller by e^-40 than the largest of their class are lost beside it.
const WINDOW: f64 = 40.0;

/// Terms beyond this exponent may be too small for all 53 bits, or for any.
const SMALLEST_EXPONENT: f64 = 690.0;

/// From this length scale on, distances from `f32` products are good to 1e-5 of a term.
const COARSE_LENGTH_SCALE: f64 = 10.0;

/// The training rows, in which processes that differ only in their problems look for near ones.
#[derive(Debug)]
pub(super) struct RbfRows {
    pub(super) x: Array2<f32>,
    norms: Vec<f32>,
    pub(super) codes: Vec<usize>,
    pub(super) encoding: ClassEncoding,
    pub(super) kernel: Rbf,
}

/// The training rows, and for each two-class problem the residuals y - π at the posterior mode.
#[derive(Debug, Clone)]
pub(super) struct RbfProcess {
    pub(super) training: Arc<RbfRows>,
    pub(super) multi_class: GaussianProcessMultiClass,
    pub(super) problems: Vec<Problem>,
    /// For each problem, where each training row stands in it.
    places: Vec<Vec<Option<u32>>>,
}

/// A two-class problem and its mode.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// Training rows, ascending.
    pub rows: Vec<usize>,
    pub posterior: Posterior,
}

/// A training row that matters to a prediction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    row: usize,
    /// d²/(2l²).
    exponent: f64,
}

/// f* = value·e^-exponent.
#[derive(Debug, Clone, Copy)]
struct Latent {
    value: f64,
    exponent: f64,
}

impl RbfRows {
    pub fn new(
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: Vec<usize>,
        kernel: Rbf,
    ) -> Self {
        Self {
            norms: squared_norms(x),
            x: x.as_standard_layout().into_owned(),
            codes,
            encoding,
            kernel,
        }
    }

    /// Returns for each row of `x` the training rows that matter to it.
    pub fn near_rows(&self, x: ArrayView2<'_, f32>) -> Vec<Vec<Near>> {
        let mut products = Array2::zeros((x.nrows(), self.x.nrows()));
        gemm_nt(1.0, x, self.x.view(), 0.0, &mut products.view_mut());
        let norms = squared_norms(x);
        let rows = x.rows().into_iter().zip(products.rows()).zip(norms);
        rows.map(|((row, products), norm)| {
            let products = products.to_slice().expect("a fresh matrix is row-major");
            self.near(&row.to_vec(), norm, products)
        })
        .collect()
    }

    /// Returns the training rows whose terms are not lost beside the largest of their class.
    fn near(&self, row: &[f32], norm: f32, products: &[f32]) -> Vec<Near> {
        let distance = |i: usize| (norm + self.norms[i] - 2.0 * products[i]).max(0.0);
        let slack = |i: usize| distance_slack(norm, self.norms[i]);
        let mut nearest = vec![f32::INFINITY; self.encoding.n_classes()];
        for (i, &code) in self.codes.iter().enumerate() {
            nearest[code] = nearest[code].min(distance(i) + slack(i));
        }
        let l = self.kernel.length_scale;
        let window = (WINDOW * 2.0 * l * l) as f32;
        let candidates = (0..self.codes.len())
            .filter(|&i| distance(i) - slack(i) <= nearest[self.codes[i]] + window);
        candidates
            .map(|i| {
                let d2 = if l < COARSE_LENGTH_SCALE {
                    squared_distance(row, self.x.row(i).to_slice().expect("owned row-major"))
                } else {
                    f64::from(distance(i))
                };
                Near {
                    row: i,
                    exponent: self.kernel.exponent(d2),
                }
            })
            .collect()
    }
}

impl RbfProcess {
    pub fn new(
        training: Arc<RbfRows>,
        multi_class: GaussianProcessMultiClass,
        problems: Vec<Problem>,
    ) -> Self {
        let places = problems
            .iter()
            .map(|problem| {
                let mut places = vec![None; training.codes.len()];
                for (place, &row) in (0..).zip(&problem.rows) {
                    places[row] = Some(place);
                }
                places
            })
            .collect();
        Self {
            training,
            multi_class,
            problems,
            places,
        }
    }

    /// Returns the class code of each row, given the training rows that matter to it.
    pub fn classify(&self, near: &[Vec<Near>]) -> Vec<usize> {
        let latents = self.latents(near);
        let is_second: Vec<Vec<bool>> = latents
            .iter()
            .zip(near)
            .map(|(latents, near)| {
                let numbered = latents.iter().enumerate();
                numbered
                    .map(|(problem, latent)| self.is_second(problem, *latent, near))
                    .collect()
            })
            .collect();
        decide(
            self.multi_class,
            self.training.encoding.n_classes(),
            &is_second,
            |rows| self.probabilities(rows, &latents, near),
        )
    }

    /// Returns the probability of each problem's second class for each row of `x`.
    pub fn problem_probabilities(&self, x: ArrayView2<'_, f32>) -> Vec<Vec<f64>> {
        let near = self.training.near_rows(x);
        let all: Vec<usize> = (0..near.len()).collect();
        self.probabilities(&all, &self.latents(&near), &near)
    }

    /// Returns f* of each problem for each of the rows that `near` are near to.
    fn latents(&self, near: &[Vec<Near>]) -> Vec<Vec<Latent>> {
        let of_row = |near: &Vec<Near>| {
            let of_problem = |problem| self.latent(problem, near);
            (0..self.problems.len()).map(of_problem).collect()
        };
        near.iter().map(of_row).collect()
    }

    /// Returns those rows of `near` that are in a problem: place in it, and exponent.
    fn within<'a>(
        &'a self,
        problem: usize,
        near: &'a [Near],
    ) -> impl Iterator<Item = (usize, f64)> + Clone + 'a {
        let places = &self.places[problem];
        near.iter()
            .filter_map(|near| Some((places[near.row]? as usize, near.exponent)))
    }

    /// Returns f* of a problem.
    fn latent(&self, problem: usize, near: &[Near]) -> Latent {
        let near = self.within(problem, near);
        let exponent = near
            .clone()
            .map(|(_, exponent)| exponent)
            .fold(f64::INFINITY, f64::min);
        let residual = &self.problems[problem].posterior.residual;
        let sum: f64 = near
            .map(|(place, e)| (exponent - e).exp() * residual[place])
            .sum();
        Latent {
            value: self.training.kernel.constant * sum,
            exponent,
        }
    }

    /// Returns whether f* of a problem is above 0 in double precision, where tiny terms are rounded
    /// one by one, to 0 in the end.
    fn is_second(&self, problem: usize, latent: Latent, near: &[Near]) -> bool {
        let constant = self.training.kernel.constant;
        if latent.exponent - constant.ln() < SMALLEST_EXPONENT {
            return latent.value > 0.0;
        }
        let residual = &self.problems[problem].posterior.residual;
        let terms = self.within(problem, near);
        let sum: f64 = terms
            .map(|(place, exponent)| constant * (-exponent).exp() * residual[place])
            .sum();
        sum > 0.0
    }

    /// Returns for each of `rows` the probability of each problem's second class.
    fn probabilities(
        &self,
        rows: &[usize],
        latents: &[Vec<Latent>],
        near: &[Vec<Near>],
    ) -> Vec<Vec<f64>> {
        let cutoff = self
            .training
            .kernel
            .exponent(self.training.kernel.cutoff(self.training.codes.len()));
        let mut probabilities = vec![Vec::new(); rows.len()];
        for (problem, fitted) in self.problems.iter().enumerate() {
            let covariances = |row: &usize| -> Vec<(usize, f64)> {
                let near = self.within(problem, &near[*row]);
                near.filter(|(_, exponent)| *exponent <= cutoff)
                    .map(|(place, exponent)| {
                        (place, self.training.kernel.constant * (-exponent).exp())
                    })
                    .collect()
            };
            let points: Vec<Vec<(usize, f64)>> = rows.iter().map(covariances).collect();
            let explained = fitted.posterior.explained_variances(&points);
            for ((row, explained), found) in rows.iter().zip(explained).zip(&mut probabilities) {
                let latent = latents[*row][problem];
                let f = latent.value * (-latent.exponent).exp();
                found.push(probability(f, self.training.kernel.constant - explained));
            }
        }
        probabilities
    }
}

impl RbfProcess {
    pub fn n_features(&self) -> usize {
        self.training.x.ncols()
    }

    pub fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let training = &self.training;
        predict_in_blocks(x, labels, &training.encoding, BLOCK_ROWS, |block| {
            self.classify(&training.near_rows(block))
        });
    }

    /// Returns the first number of the modes that is NaN or infinite.
    pub fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite_mode(self.problems.iter().map(|problem| &problem.posterior))
    }

    pub fn fit_info(&self) -> FitInfo {
        let modes = || self.problems.iter().map(|problem| &problem.posterior);
        FitInfo {
            n_iter: modes().map(|mode| mode.n_iter as u64).max(),
            converged: Some(modes().all(|mode| mode.converged)),
            ..FitInfo::default()
        }
    }
}
