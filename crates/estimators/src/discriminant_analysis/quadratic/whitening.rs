//! Linear maps that give the rows of a class unit covariance.
//!
//! scikit-learn takes the singular values of a class's rows, which with fewer rows than features
//! leave out the directions that no row deviates in. Where the covariance is regular, the inverse of
//! its Cholesky factor does the same for a tenth of the work. Where it is not, directions without
//! deviation have, as there, the variance of its rounding: whatever deviates in one of them decides.
//! Pixels that are constant within a class are such directions, and are set apart first.

use ndarray::{Array2, ArrayView2};

use crate::error::FitError;
use crate::mapped_squares::squares;
use fashion_bench_numeric::cholesky::Cholesky;
use fashion_bench_numeric::eigen::SymmetricEigen;

/// Share of the largest variance below which one is rounding.
const ROUNDING: f64 = 1e-13;

/// A map from rows about their mean to coordinates whose squares sum to the squared distance.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Whitening {
    /// Coordinates × features.
    map: Array2<f64>,
    /// Whether the map is lower triangular.
    is_triangular: bool,
    /// ln det of the covariance, in the directions that count.
    pub log_determinant: f64,
    /// Directions without deviation.
    pub n_flat: usize,
}

impl Whitening {
    /// Makes the map of `scatter` (row by row) of `n_rows` rows, whose covariance is mixed with
    /// `reg_param` times the identity.
    pub fn new(scatter: Vec<f64>, n_rows: usize, reg_param: f64) -> Result<Self, FitError> {
        let width = scatter.len().isqrt();
        if n_rows > width {
            let mut covariance = scatter.clone();
            mix(&mut covariance, width, n_rows, reg_param);
            let factor = Cholesky::of_elements(covariance, width);
            if let Some(factor) = factor.filter(is_regular) {
                return Ok(Self {
                    map: factor.inverse_factor(),
                    is_triangular: true,
                    log_determinant: factor.log_determinant(),
                    n_flat: 0,
                });
            }
        }
        Self::of_directions(scatter, n_rows, reg_param)
    }

    /// Makes the map of the directions in which rows deviate, as many as there are rows or features.
    fn of_directions(scatter: Vec<f64>, n_rows: usize, reg_param: f64) -> Result<Self, FitError> {
        let width = scatter.len().isqrt();
        // Features without deviation are directions of their own.
        let varies = |&j: &usize| scatter[j * width + j] > 0.0;
        let varying: Vec<usize> = (0..width).filter(varies).collect();
        let n = varying.len();
        let mut own = Vec::with_capacity(n * n);
        for &i in &varying {
            own.extend(varying.iter().map(|&j| scatter[i * width + j]));
        }
        let eigen = SymmetricEigen::of_scatter(own, n).ok_or(FitError::NotFiniteFit {
            what: "the scatter of the rows",
            value: f64::INFINITY,
        })?;
        let mut directions: Vec<(f64, Vec<f64>)> = eigen
            .pairs()
            .map(|(value, vector)| {
                let mut all = vec![0.0; width];
                for (&j, v) in varying.iter().zip(vector) {
                    all[j] = *v;
                }
                (value, all)
            })
            .collect();
        for j in (0..width).filter(|j| !varies(j)) {
            let mut unit = vec![0.0; width];
            unit[j] = 1.0;
            directions.push((0.0, unit));
        }
        directions.sort_by(|a, b| b.0.total_cmp(&a.0));
        directions.truncate(n_rows.min(width));
        let largest = directions.first().map_or(0.0, |(value, _)| *value);
        let mut map = Array2::zeros((directions.len(), width));
        let (mut log_determinant, mut n_flat) = (0.0, 0);
        for (mut row, (value, vector)) in map.rows_mut().into_iter().zip(&directions) {
            let is_flat = *value <= ROUNDING * largest;
            n_flat += usize::from(is_flat);
            // The singular value that rounding leaves of 0.
            let value = if is_flat {
                largest * f64::EPSILON * f64::EPSILON
            } else {
                *value
            };
            let variance = (1.0 - reg_param) * value / (n_rows - 1) as f64 + reg_param;
            log_determinant += variance.ln();
            let scale = 1.0 / variance.sqrt();
            for (target, v) in row.iter_mut().zip(vector) {
                *target = v * scale;
            }
        }
        Ok(Self {
            map,
            is_triangular: false,
            log_determinant,
            n_flat,
        })
    }

    /// Returns the squared length of each of `rows` (rows × features, about the mean) under the map.
    pub fn squares(&self, rows: ArrayView2<'_, f64>) -> Vec<f64> {
        squares(rows, self.map.view(), self.is_triangular)
    }

    /// Returns the elements of the map.
    pub fn elements(&self) -> impl Iterator<Item = &f64> {
        self.map.iter()
    }
}

/// Makes a covariance of a scatter, mixed with the identity.
fn mix(scatter: &mut [f64], width: usize, n_rows: usize, reg_param: f64) {
    let factor = (1.0 - reg_param) / (n_rows - 1) as f64;
    scatter.iter_mut().for_each(|value| *value *= factor);
    for value in scatter.iter_mut().step_by(width + 1) {
        *value += reg_param;
    }
}

/// Whether no pivot of a factor is rounding.
fn is_regular(factor: &Cholesky) -> bool {
    let squares = || factor.diagonal().map(|pivot| pivot * pivot);
    let largest = squares().fold(0.0, f64::max);
    squares().all(|pivot| pivot > ROUNDING * largest)
}
