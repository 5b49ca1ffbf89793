//! Fits the ridge classifier.
//!
//! Minimises `Σ_i s_i·(x_i·w + b - y_i)² + alpha·|w|²` for each class against the rest, with
//! `y_i = ±1` and row weights `s` from the classes. The normal equations of the centred rows are
//! solved by Cholesky: one Gram matrix for all classes, O(n·p²). There is nothing to converge,
//! unless the weights may not fall below 0 ([`super::nonnegative`]).

use ndarray::{Array1, Array2, ArrayView2};

use super::super::model::LinearModel;
use super::super::one_vs_rest::OneVsRest;
use super::RidgeClassifier;
use super::nonnegative::Quadratic;
use super::params::{RidgeClassifierParams, RidgeClassifierValidParams};
use crate::FitError;
use crate::classifier::Classifier;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;

impl Classifier for RidgeClassifierValidParams {
    type Model = RidgeClassifier;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<RidgeClassifier, FitError> {
        let class_weights =
            self.class_weight
                .of_classes(RidgeClassifierParams::ESTIMATOR, &encoding, codes)?;
        let fit = Fit {
            x: x.view(),
            codes,
            encoding: &encoding,
            class_weights: &class_weights,
            fit_intercept: self.fit_intercept,
        };
        let normal = fit.normal_equations();
        let solved = self.solve(&normal.gram, &normal.targets);
        Ok(fit.model(&normal, solved).into())
    }
}

/// What is fitted, but for the penalty.
#[derive(Clone, Copy)]
pub(in super::super) struct Fit<'a> {
    pub x: ArrayView2<'a, f32>,
    pub codes: &'a [usize],
    pub encoding: &'a ClassEncoding,
    /// The weight of each class's rows.
    pub class_weights: &'a [f64],
    pub fit_intercept: bool,
}

/// The normal equations of the centred rows.
pub(in super::super) struct NormalEquations {
    pub gram: Gram<f64>,
    targets: Vec<Target>,
    /// Of the features.
    pub means: Vec<f64>,
}

impl Fit<'_> {
    /// Returns the number of outputs.
    pub fn n_outputs(&self) -> usize {
        match self.encoding.n_classes() {
            2 => 1,
            n_classes => n_classes,
        }
    }

    /// Returns the target of a row of the class `code` in an output.
    pub fn target(&self, code: usize, output: usize) -> f64 {
        let class = output + usize::from(self.encoding.n_classes() == 2);
        if code == class { 1.0 } else { -1.0 }
    }

    /// Returns the weighted mean of each output's targets; 0 without an intercept.
    pub fn target_means(&self, normal: &NormalEquations) -> Vec<f64> {
        normal.targets.iter().map(|target| target.mean).collect()
    }

    /// Fits a model for each of `alphas`.
    pub fn models(&self, normal: &NormalEquations, alphas: &[f64]) -> Vec<LinearModel> {
        let of_alpha = |&alpha: &f64| {
            let solved = solve_penalised(&normal.gram, &normal.targets, alpha);
            self.model(normal, solved)
        };
        alphas.iter().map(of_alpha).collect()
    }

    /// Sums up the rows.
    pub fn normal_equations(&self) -> NormalEquations {
        let (x, codes, n_classes) = (self.x, self.codes, self.encoding.n_classes());
        let sums = class_sums(x, codes, n_classes);
        let problems = OneVsRest::new(codes, n_classes);
        let weighted = Weighted {
            totals: problems
                .counts()
                .iter()
                .zip(self.class_weights)
                .map(|(&n, w)| n as f64 * w)
                .collect(),
            sums: &sums,
            weights: self.class_weights,
        };
        let targets: Vec<Target> = problems
            .classes()
            .map(|class| weighted.target(class, self.fit_intercept))
            .collect();
        let total: f64 = weighted.totals.iter().sum();
        let mean = |sum: f64| if self.fit_intercept { sum / total } else { 0.0 };
        let means: Vec<f64> = weighted.sum(|_| 1.0).into_iter().map(mean).collect();

        let design = Tall::new(x, None);
        let mut gram = Gram::<f64>::zeros(x.ncols());
        let weights = codes.iter().map(|&code| self.class_weights[code]);
        gram.add_rows(&design, weights.enumerate());
        gram.add_outer(-total, &means);
        NormalEquations {
            gram,
            targets,
            means,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    fn model(&self, normal: &NormalEquations, solved: Solved) -> LinearModel {
        let n_outputs = normal.targets.len();
        let mut weights = Array2::zeros((n_outputs, self.x.ncols()));
        let mut intercepts = Array1::zeros(n_outputs);
        let outputs = solved.weights.iter().zip(&normal.targets);
        for (output, (solution, target)) in outputs.enumerate() {
            let shift: f64 = solution.iter().zip(&normal.means).map(|(w, m)| w * m).sum();
            intercepts[output] = (target.mean - shift) as f32;
            for (weight, w) in weights.row_mut(output).iter_mut().zip(solution) {
                *weight = *w as f32;
            }
        }
        LinearModel::new(weights, intercepts, self.encoding.clone(), solved.info)
    }
}

/// Returns the sum of the rows of each class.
///
/// As targets and weights are those of classes, all products with the rows are sums of these, which
/// are exact to double precision: rounding must not make up a slope of a feature that does not
/// vary.
fn class_sums(x: ArrayView2<'_, f32>, codes: &[usize], n_classes: usize) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; x.ncols()]; n_classes];
    for (row, &code) in x.rows().into_iter().zip(codes) {
        for (sum, &value) in sums[code].iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    sums
}

/// The rows as far as targets of classes need to know them.
struct Weighted<'a> {
    /// Number of rows times weight of each class.
    totals: Vec<f64>,
    /// [`class_sums`].
    sums: &'a [Vec<f64>],
    weights: &'a [f64],
}

/// The targets ±1 of one problem.
struct Target {
    /// Their weighted mean; 0 without an intercept.
    mean: f64,
    /// Products of the rows with what they are above it, times the weights of the rows.
    products: Vec<f64>,
    /// Their weighted sum of squares above the mean.
    square: f64,
}

impl Weighted<'_> {
    /// Returns the sum of all rows, times their weights and the factor of their class.
    fn sum(&self, factor: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut total = vec![0.0; self.sums[0].len()];
        for (class, (sums, weight)) in self.sums.iter().zip(self.weights).enumerate() {
            let factor = weight * factor(class);
            for (total, sum) in total.iter_mut().zip(sums) {
                *total += factor * sum;
            }
        }
        total
    }

    /// Returns the targets of `class` against the rest.
    fn target(&self, class: usize, has_intercept: bool) -> Target {
        let sign = |other: usize| if other == class { 1.0 } else { -1.0 };
        let total: f64 = self.totals.iter().sum();
        let mean = if has_intercept {
            let signed = self.totals.iter().enumerate();
            signed.map(|(other, n)| n * sign(other)).sum::<f64>() / total
        } else {
            0.0
        };
        let above = |other: usize| sign(other) - mean;
        let squares = self.totals.iter().enumerate();
        Target {
            mean,
            products: self.sum(above),
            square: squares.map(|(other, n)| n * above(other).powi(2)).sum(),
        }
    }
}

/// The weights of all outputs, and how they were found.
struct Solved {
    weights: Vec<Vec<f64>>,
    info: FitInfo,
}

impl RidgeClassifierValidParams {
    /// Solves for `targets`, given the Gram matrix of the centred rows.
    fn solve(&self, gram: &Gram<f64>, targets: &[Target]) -> Solved {
        if !self.positive {
            return solve_penalised(gram, targets, self.alpha);
        }
        let ridge = vec![self.alpha; targets[0].products.len()];
        let quadratic = Quadratic {
            matrix: &gram.to_full(1.0, &ridge),
            tol: self.tol,
            max_iter: self.max_iter,
        };
        let minimum = |it: &Target| quadratic.minimise(&it.products, 0.5 * it.square);
        let minima: Vec<_> = targets.iter().map(minimum).collect();
        let info = FitInfo {
            n_iter: minima.iter().map(|minimum| minimum.n_iter as u64).max(),
            converged: Some(minima.iter().all(|minimum| minimum.stop.is_converged())),
            objective: Some(minima.iter().map(|minimum| minimum.value).sum()),
            ..FitInfo::default()
        };
        Solved {
            weights: minima.into_iter().map(|minimum| minimum.x).collect(),
            info,
        }
    }
}

/// Solves for `targets` without bounds.
fn solve_penalised(gram: &Gram<f64>, targets: &[Target], alpha: f64) -> Solved {
    let mut weights: Vec<Vec<f64>> = targets.iter().map(|it| it.products.clone()).collect();
    if alpha > 0.0 {
        let factor = gram.factor(1.0, &vec![alpha; targets[0].products.len()]);
        weights.iter_mut().for_each(|b| factor.solve(b));
    } else {
        // Without a penalty features that repeat each other leave the weights open; those of the
        // least norm are the limit of small penalties.
        let inverse = gram.pseudo_inverse();
        weights.iter_mut().for_each(|b| inverse.solve(b));
    }
    Solved {
        weights,
        info: FitInfo::default(),
    }
}
