//! Fits linear discriminant analysis.
//!
//! With the means m_c, the covariance S within classes and the priors p_c, the weights of class c are
//! S⁻¹·m_c and its intercept −½ m_c·S⁻¹·m_c + ln p_c. scikit-learn's `svd` takes the deviations of
//! the rows from the means of their classes apart; here their products are decomposed, whose
//! eigenvalues are the squares of the singular values. So deviations below about 1e-7 of the largest
//! are not told from 0, and a `tol` below that acts like 1e-7. Cost: one product of the rows, n·p²,
//! and a decomposition of p³.

use ndarray::{Array1, Array2, ArrayView2, Axis, aview1};

use super::super::moments::Grouped;
use super::LinearDiscriminant;
use super::params::{
    LinearDiscriminantParams, LinearDiscriminantSolver, LinearDiscriminantValidParams,
};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::info::FitInfo;
use crate::log_linear::LogLinear;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;
use fashion_bench_numeric::cholesky::Cholesky;
use fashion_bench_numeric::eigen::SymmetricEigen;
use fashion_bench_numeric::gemm::{gemm, gemm_nt};

const NAME: &str = LinearDiscriminantParams::ESTIMATOR;

/// Share of the largest eigenvalue below which one is rounding.
const ROUNDING: f64 = 1e-13;

impl Classifier for LinearDiscriminantValidParams {
    type Model = LinearDiscriminant;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<LinearDiscriminant, FitError> {
        let n_classes = encoding.n_classes();
        if codes.len() <= n_classes {
            return Err(FitError::TooFewRows {
                expected: "more rows than classes",
                got: format!("{} rows of {n_classes} classes", codes.len()),
            });
        }
        self.check_components(n_classes, x.ncols())?;
        let rows = Grouped::new(x.view(), codes, n_classes);
        let mut info = FitInfo::default();
        let priors = self.class_priors(&rows, &mut info)?;
        let (weights, mut offsets) = match self.solver {
            LinearDiscriminantSolver::Svd => self.solve_svd(&rows, &priors)?,
            LinearDiscriminantSolver::Lsqr | LinearDiscriminantSolver::Eigen => {
                self.solve_covariance(&rows, &priors)?
            }
        };
        for (offset, prior) in offsets.iter_mut().zip(&priors) {
            *offset += prior.ln();
        }
        Ok(LinearDiscriminant(LogLinear {
            encoding,
            weights,
            offsets,
            threshold: None,
            info,
        }))
    }
}

/// Weights (classes × features), and for each class an offset without its prior.
type Solved = (Array2<f64>, Vec<f64>);

/// The covariance cannot be decomposed.
fn not_regular() -> FitError {
    ParamError::unsupported(
        NAME,
        "solver=eigen",
        "the covariance of these data is not regular; write solver=svd or a shrinkage",
    )
    .into()
}

impl LinearDiscriminantValidParams {
    fn check_components(&self, n_classes: usize, n_features: usize) -> Result<(), ParamError> {
        let most = n_features.min(n_classes - 1);
        match self.n_components {
            Some(n) if n > most => Err(ParamError::value(
                NAME,
                "n_components",
                format!("at most {most}, the number of features or of classes less one"),
                n,
            )),
            _ => Ok(()),
        }
    }

    /// Returns the priors, scaled to a sum of 1.
    fn class_priors(&self, rows: &Grouped<'_>, info: &mut FitInfo) -> Result<Vec<f64>, ParamError> {
        let Some(priors) = &self.priors else {
            let n_rows = rows.codes.len() as f64;
            return Ok(rows
                .counts
                .iter()
                .map(|&count| count as f64 / n_rows)
                .collect());
        };
        let sum: f64 = priors.iter().sum();
        if priors.len() != rows.n_classes() || sum == 0.0 {
            let expected = format!(
                "a list of {} numbers, one per class of the training data, not all of them 0",
                rows.n_classes()
            );
            return Err(ParamError::value(
                NAME,
                "priors",
                expected,
                format_args!("{priors:?}"),
            ));
        }
        if (sum - 1.0).abs() <= 1e-5 {
            return Ok(priors.clone());
        }
        info.warnings
            .push("the priors do not sum to 1, and are scaled to do so".to_owned());
        Ok(priors.iter().map(|prior| prior / sum).collect())
    }

    /// Solves with the covariance of the classes, weighted by their priors.
    fn solve_covariance(&self, rows: &Grouped<'_>, priors: &[f64]) -> Result<Solved, FitError> {
        let width = rows.x.ncols();
        let covariance = self.shrinkage.covariance(rows, priors);
        let mut weights = rows.means.clone();
        let of_rows = weights.as_slice_mut().expect("own means are row-major");
        let factor = Cholesky::of_elements(covariance.clone(), width);
        match factor.filter(is_regular) {
            Some(factor) => factor.solve_in_place(of_rows),
            None if self.solver == LinearDiscriminantSolver::Eigen => return Err(not_regular()),
            None => {
                let eigen =
                    SymmetricEigen::of_scatter(covariance, width).ok_or_else(not_regular)?;
                of_rows
                    .chunks_exact_mut(width)
                    .for_each(|b| solve_least(&eigen, b));
            }
        }
        let products = rows.means.rows().into_iter().zip(weights.rows());
        let offsets = products
            .map(|(mean, weights)| -0.5 * mean.dot(&weights))
            .collect();
        Ok((weights, offsets))
    }

    /// Solves in the directions in which rows vary within their classes.
    fn solve_svd(&self, rows: &Grouped<'_>, priors: &[f64]) -> Result<Solved, FitError> {
        let (width, n_classes) = (rows.x.ncols(), rows.n_classes());
        let n_rows = rows.codes.len() as f64;
        let scalings = self.within_scalings(rows)?;
        // The overall mean, and how classes deviate from it.
        let centre: Array1<f64> = aview1(priors).dot(&rows.means);
        let deviations = &rows.means - &centre;
        let mut projected = Array2::zeros((n_classes, scalings.ncols()));
        gemm(
            1.0,
            deviations.view(),
            scalings.view(),
            0.0,
            &mut projected.view_mut(),
        );
        let spread = if n_classes == 1 {
            1.0
        } else {
            1.0 / (n_classes - 1) as f64
        };
        let mut weighted = projected.clone();
        for (mut row, prior) in weighted.rows_mut().into_iter().zip(priors) {
            row *= (n_rows * prior * spread).sqrt();
        }
        let between = between_directions(&weighted, self.tol)?;
        // Only what lies in the directions between classes counts.
        let coordinates = projected.dot(&between.t());
        let mut in_scalings = Array2::zeros(projected.dim());
        gemm(
            1.0,
            coordinates.view(),
            between.view(),
            0.0,
            &mut in_scalings.view_mut(),
        );
        let mut weights = Array2::zeros((n_classes, width));
        gemm_nt(
            1.0,
            in_scalings.view(),
            scalings.view(),
            0.0,
            &mut weights.view_mut(),
        );
        let offset = |(coordinates, weights): (
            ndarray::ArrayView1<'_, f64>,
            ndarray::ArrayView1<'_, f64>,
        )| { -0.5 * coordinates.dot(&coordinates) - centre.dot(&weights) };
        let pairs = coordinates.rows().into_iter().zip(weights.rows());
        let offsets = pairs.map(offset).collect();
        Ok((weights, offsets))
    }

    /// Returns the directions (features × rank) in which rows deviate from the means of their classes
    /// by more than `tol`, each of unit deviation.
    fn within_scalings(&self, rows: &Grouped<'_>) -> Result<Array2<f64>, FitError> {
        let width = rows.x.ncols();
        let n_rows = rows.codes.len() as f64;
        let mut scatter = rows.pooled_scatter();
        let deviation = |sum: &f64| {
            let deviation = (sum / n_rows).sqrt();
            if deviation == 0.0 { 1.0 } else { deviation }
        };
        let deviations: Vec<f64> = scatter.iter().step_by(width + 1).map(deviation).collect();
        let factor = 1.0 / (n_rows - rows.n_classes() as f64);
        for (row, a) in scatter.chunks_exact_mut(width).zip(&deviations) {
            for (value, b) in row.iter_mut().zip(&deviations) {
                *value *= factor / (a * b);
            }
        }
        let eigen = SymmetricEigen::of_scatter(scatter, width).ok_or_else(overflow)?;
        let largest = eigen
            .pairs()
            .fold(0.0_f64, |most, (value, _)| most.max(value));
        let least = self.tol.max((ROUNDING * largest).sqrt());
        let kept: Vec<(f64, &[f64])> = eigen
            .pairs()
            .filter(|(value, _)| value.max(0.0).sqrt() > least)
            .collect();
        let mut scalings = Array2::zeros((width, kept.len()));
        for (place, (value, vector)) in kept.into_iter().enumerate() {
            let scale = value.sqrt();
            for (j, (v, deviation)) in vector.iter().zip(&deviations).enumerate() {
                scalings[[j, place]] = v / deviation / scale;
            }
        }
        Ok(scalings)
    }
}

/// Returns the directions (rank × columns) of the rows of `weighted`, in which they are longer than
/// `tol` of the longest.
fn between_directions(weighted: &Array2<f64>, tol: f64) -> Result<Array2<f64>, FitError> {
    let n_rows = weighted.nrows();
    let products = weighted.dot(&weighted.t());
    let eigen = SymmetricEigen::of_scatter(products.iter().copied().collect(), n_rows);
    let eigen = eigen.ok_or_else(overflow)?;
    let largest = eigen
        .pairs()
        .fold(0.0_f64, |most, (value, _)| most.max(value));
    let least = (tol * largest.sqrt()).max((ROUNDING * largest).sqrt());
    let kept: Vec<(f64, &[f64])> = eigen
        .pairs()
        .filter(|(value, _)| value.max(0.0).sqrt() > least)
        .collect();
    let mut directions = Array2::zeros((kept.len(), weighted.ncols()));
    for (mut direction, (value, vector)) in directions.axis_iter_mut(Axis(0)).zip(kept) {
        direction.assign(&aview1(vector).dot(weighted));
        direction /= value.sqrt();
    }
    Ok(directions)
}

fn overflow() -> FitError {
    FitError::NotFiniteFit {
        what: "the scatter of the rows",
        value: f64::INFINITY,
    }
}

/// Whether no pivot of a factor is rounding.
fn is_regular(factor: &Cholesky) -> bool {
    let squares = || factor.diagonal().map(|pivot| pivot * pivot);
    let largest = squares().fold(0.0, f64::max);
    squares().all(|pivot| pivot > ROUNDING * largest)
}

/// Replaces `b` by the shortest of the vectors that solve the system best.
fn solve_least(eigen: &SymmetricEigen, b: &mut [f64]) {
    let largest = eigen
        .pairs()
        .fold(0.0_f64, |most, (value, _)| most.max(value));
    let mut solution = vec![0.0; b.len()];
    for (value, vector) in eigen
        .pairs()
        .filter(|(value, _)| *value > ROUNDING * largest)
    {
        let along: f64 = b.iter().zip(vector).map(|(b, u)| b * u).sum();
        for (solution, u) in solution.iter_mut().zip(vector) {
            *solution += along / value * u;
        }
    }
    b.copy_from_slice(&solution);
}
