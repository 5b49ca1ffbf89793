//! The mode of the posterior of one two-class problem.
//!
//! With labels y in {0, 1}, π = 1/(1 + e^-f) and W = diag(π(1 - π)), Newton's iteration of
//! Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 3.1:
//! f ← K·a, a = b - W^½ B⁻¹ W^½ K b, b = W f + y - π, B = I + W^½ K W^½. It stops when the
//! objective (the log marginal likelihood where B is factored, its part without ln|B| where not)
//! gains less than 1e-10, as scikit-learn does. Sparse systems are solved by conjugate gradients to
//! 1e-13, which takes a few dozen steps because the eigenvalues of B lie between 1 and
//! 1 + λmax(K)/4; dense ones are solved by Cholesky.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView1};

use super::covariance::Covariance;
use super::sparse::Sparse;
use crate::error::FitError;
use fashion_bench_numeric::cholesky::Cholesky;

/// Gain of the objective that counts as none.
const TOL: f64 = 1e-10;

/// Relative residual of a solved sparse system.
const CG_TOL: f64 = 1e-13;

/// A problem's mode, as far as prediction needs it.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// y - π of each row.
    pub residual: Vec<f64>,
    /// W^½ of each row.
    pub weight: Vec<f64>,
    /// What explains variances.
    pub system: System,
    /// Newton steps.
    pub n_iter: usize,
    /// Whether the objective stopped gaining.
    pub converged: bool,
}

/// What solves B·x = b.
#[derive(Debug, Clone)]
pub enum System {
    /// K, for conjugate gradients.
    Sparse(Sparse),
    /// The factor of B.
    Dense(Cholesky),
}

impl System {
    /// Makes the system of B = I + W^½ K W^½, given K and W^½; nothing if B is not positive
    /// definite.
    #[cfg(feature = "serde")]
    pub fn new(covariance: Covariance, weight: &[f64]) -> Option<Self> {
        match covariance {
            Covariance::Sparse(k) => Some(Self::Sparse(k)),
            Covariance::Dense(k) => factor(&k, weight).map(Self::Dense),
        }
    }
}

/// The end of Newton's iteration.
///
/// As in scikit-learn, everything but `f` is of the point that the last step started from, so that
/// with `max_iter` steps predictions know of one less.
#[derive(Debug)]
pub struct Mode {
    /// y - π of each row.
    pub residual: Vec<f64>,
    /// W^½ of each row.
    pub weight: Vec<f64>,
    /// The factor of B of a dense problem.
    pub factor: Option<Cholesky>,
    /// K⁻¹f.
    pub a: Vec<f64>,
    /// f after the last step.
    pub f: Vec<f64>,
    /// The objective of the last step that gained, as scikit-learn reports it; without -½ln|B| for
    /// a sparse problem.
    pub log_likelihood: f64,
    /// Newton steps.
    pub n_iter: usize,
    /// Whether the objective stopped gaining.
    pub converged: bool,
}

impl Mode {
    /// Finds the mode for `is_one`, the label of each row of the covariance matrix, from `start` or
    /// from 0.
    ///
    /// # Errors
    /// [`FitError::Diverged`] if the covariance matrix is not positive semi-definite.
    pub fn find(
        covariance: &Covariance,
        is_one: &[bool],
        max_iter: usize,
        start: Option<&[f64]>,
    ) -> Result<Self, FitError> {
        let n = is_one.len();
        let y: Vec<f64> = is_one.iter().map(|&is_one| f64::from(is_one)).collect();
        let mut f = start.map_or_else(|| vec![0.0; n], <[f64]>::to_vec);
        let (mut last, mut n_iter) = (f64::NEG_INFINITY, 0);
        loop {
            n_iter += 1;
            let (residual, weight) = moments(&f, &y);
            let b: Vec<f64> = (0..n)
                .map(|i| weight[i] * weight[i] * f[i] + residual[i])
                .collect();
            let mut t = times(covariance, &b);
            t.iter_mut().zip(&weight).for_each(|(t, w)| *t *= w);
            let (factor, log_determinant) = match covariance {
                Covariance::Sparse(k) => {
                    t = conjugate_gradients(k, &weight, &t);
                    (None, 0.0)
                }
                Covariance::Dense(k) => {
                    let factor = factor(k, &weight).ok_or(FitError::Diverged {
                        what: "a pivot of I + W^½KW^½",
                        value: f64::NAN,
                        n_iter,
                        fix: "the kernel is not positive definite on these rows, choose another",
                    })?;
                    factor.solve_in_place(&mut t);
                    let log_determinant = factor.log_determinant();
                    (Some(factor), log_determinant)
                }
            };
            let a: Vec<f64> = (0..n).map(|i| b[i] - weight[i] * t[i]).collect();
            f = times(covariance, &a);
            let fit: f64 = a.iter().zip(&f).map(|(a, f)| a * f).sum();
            let loss: f64 = y
                .iter()
                .zip(&f)
                .map(|(y, f)| softplus((1.0 - 2.0 * y) * f))
                .sum();
            let objective = -0.5 * fit - loss - 0.5 * log_determinant;
            let converged = objective - last < TOL;
            if !converged {
                last = objective;
            }
            if converged || n_iter >= max_iter {
                return Ok(Self {
                    residual,
                    weight,
                    factor,
                    a,
                    f,
                    log_likelihood: last,
                    n_iter,
                    converged,
                });
            }
        }
    }
}

impl Posterior {
    /// Finds the mode as [`Mode::find`] does, and keeps what prediction needs. With `is_warm` the
    /// iteration is done twice, the second time from the end of the first.
    ///
    /// # Errors
    /// Those of [`Mode::find`].
    pub fn find(
        covariance: Covariance,
        is_one: &[bool],
        max_iter: usize,
        is_warm: bool,
    ) -> Result<Self, FitError> {
        let mut mode = Mode::find(&covariance, is_one, max_iter, None)?;
        if is_warm {
            mode = Mode::find(&covariance, is_one, max_iter, Some(&mode.f))?;
        }
        if let Covariance::Sparse(_) = covariance
            && mode.n_iter < max_iter
        {
            // Without ln|B| the objective stops gaining one step earlier than scikit-learn's, which
            // would go on to a step from here.
            let y: Vec<f64> = is_one.iter().map(|&is_one| f64::from(is_one)).collect();
            (mode.residual, mode.weight) = moments(&mode.f, &y);
        }
        Ok(Self::of(mode, covariance))
    }

    /// Keeps what prediction needs of a mode.
    ///
    /// # Panics
    /// If the mode is of another problem.
    pub fn of(mode: Mode, covariance: Covariance) -> Self {
        let system = match covariance {
            Covariance::Sparse(k) => System::Sparse(k),
            Covariance::Dense(_) => System::Dense(mode.factor.expect("a dense problem's factor")),
        };
        Self {
            system,
            residual: mode.residual,
            weight: mode.weight,
            n_iter: mode.n_iter,
            converged: mode.converged,
        }
    }

    /// Returns the variance explained at each of `points`: k*ᵀ W^½ B⁻¹ W^½ k* for the covariances
    /// k* of the point with rows (place and value), those left out being 0.
    pub fn explained_variances(&self, points: &[Vec<(usize, f64)>]) -> Vec<f64> {
        match &self.system {
            System::Dense(factor) => {
                let n = self.weight.len();
                let mut t = vec![0.0; n * points.len()];
                for (t, near) in t.chunks_mut(n).zip(points) {
                    for &(row, value) in near {
                        t[row] = self.weight[row] * value;
                    }
                }
                let mut solutions = t.clone();
                factor.solve_in_place(&mut solutions);
                let pairs = t.chunks(n).zip(solutions.chunks(n));
                pairs.map(|(t, solution)| dot(t, solution)).collect()
            }
            System::Sparse(k) => points
                .iter()
                .map(|near| self.explained_by_few(k, near))
                .collect(),
        }
    }

    /// Returns the variance explained at one point, from the rows that matter to it.
    fn explained_by_few(&self, k: &Sparse, near: &[(usize, f64)]) -> f64 {
        if near.is_empty() {
            return 0.0;
        }
        let rows = reached(k, near);
        let numbered = rows.iter().enumerate();
        let place: HashMap<usize, usize> = numbered.map(|(new, &old)| (old, new)).collect();
        let weight: Vec<f64> = rows.iter().map(|&row| self.weight[row]).collect();
        let mut t = vec![0.0; rows.len()];
        for (row, value) in near {
            t[place[row]] = self.weight[*row] * value;
        }
        let solution = conjugate_gradients(&k.restrict(&rows), &weight, &t);
        dot(&t, &solution)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Returns y - π and W^½.
fn moments(f: &[f64], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let pi = |f: f64| 1.0 / (1.0 + (-f).exp());
    let residual = f.iter().zip(y).map(|(&f, y)| y - pi(f)).collect();
    let weight = f.iter().map(|&f| (pi(f) * (1.0 - pi(f))).sqrt()).collect();
    (residual, weight)
}

/// Returns ln(1 + e^x).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn times(covariance: &Covariance, v: &[f64]) -> Vec<f64> {
    match covariance {
        Covariance::Sparse(k) => k.times(v),
        Covariance::Dense(k) => k.dot(&ArrayView1::from(v)).to_vec(),
    }
}

/// Factors B; nothing if it is not positive definite.
fn factor(k: &Array2<f64>, weight: &[f64]) -> Option<Cholesky> {
    let mut b = k.clone();
    for ((i, j), value) in b.indexed_iter_mut() {
        *value *= weight[i] * weight[j];
        if i == j {
            *value += 1.0;
        }
    }
    Cholesky::new(b.view())
}

/// Solves (I + W^½ K W^½) x = b.
fn conjugate_gradients(k: &Sparse, weight: &[f64], b: &[f64]) -> Vec<f64> {
    let apply = |v: &[f64]| -> Vec<f64> {
        let scaled: Vec<f64> = v.iter().zip(weight).map(|(v, w)| v * w).collect();
        let product = k.times(&scaled);
        (0..v.len())
            .map(|i| v[i] + weight[i] * product[i])
            .collect()
    };
    let mut x = vec![0.0; b.len()];
    let mut r = b.to_vec();
    let mut direction = r.clone();
    let mut rr = dot(&r, &r);
    let stop = CG_TOL * CG_TOL * rr;
    for _ in 0..2 * b.len() {
        if rr <= stop {
            break;
        }
        let product = apply(&direction);
        let step = rr / dot(&direction, &product);
        for i in 0..x.len() {
            x[i] += step * direction[i];
            r[i] -= step * product[i];
        }
        let next = dot(&r, &r);
        for i in 0..x.len() {
            direction[i] = r[i] + next / rr * direction[i];
        }
        rr = next;
    }
    x
}

/// Returns the rows that matter to a point with the covariances `near`, ascending. A row's part in
/// the explained variance, relative to the prior's, is no more than the square of the largest
/// product of correlations on a path to it. What is left out sums to less than the rounding error
/// of 1.
fn reached(k: &Sparse, near: &[(usize, f64)]) -> Vec<usize> {
    let floor = (f64::EPSILON / 2.0 / k.n() as f64).sqrt();
    let mut strength: HashMap<usize, f64> = HashMap::new();
    let mut open: Vec<(usize, f64)> = near
        .iter()
        .map(|&(row, value)| (row, value / k.diagonal(row)))
        .collect();
    while let Some((row, product)) = open.pop() {
        let best = strength.entry(row).or_insert(0.0);
        if product <= *best {
            continue;
        }
        *best = product;
        for &(column, value) in k.row(row) {
            let product = product * value / k.diagonal(row);
            if product >= floor {
                open.push((column as usize, product));
            }
        }
    }
    let mut rows: Vec<usize> = strength.into_keys().collect();
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn a_sparse_problem_equals_its_dense_twin() {
        // Clusters on a line, most of them far apart, with copies.
        let mut rng = stream(11, &[]);
        let mut x: Vec<f64> = (0..120).map(|_| rng.gen_range(0.0..150.0)).collect();
        x.extend(x.clone().iter().step_by(7));
        let n = x.len();
        let covariance = |a: f64, b: f64| 2.0 * (-0.5 * (a - b).powi(2)).exp();
        let dense = Array2::from_shape_fn((n, n), |(i, j)| covariance(x[i], x[j]));
        let seen = |value: f64| value > 2.0 * f64::EPSILON / n as f64;
        let sparse = Sparse::from_rows(dense.rows().into_iter().map(|row| {
            let entries = row.iter().copied().enumerate();
            entries
                .filter(|(_, value)| seen(*value))
                .map(|(column, value)| (column as u32, value))
                .collect()
        }));
        let is_one: Vec<bool> = (0..n).map(|_| rng.gen_range(0..2) == 1).collect();
        let dense = Posterior::find(Covariance::Dense(dense), &is_one, 100, false).unwrap();
        let sparse = Posterior::find(Covariance::Sparse(sparse), &is_one, 100, false).unwrap();
        for (a, b) in dense.residual.iter().zip(&sparse.residual) {
            assert!((a - b).abs() < 1e-10, "{a} {b}");
        }
        let points: Vec<Vec<(usize, f64)>> = (0..200)
            .map(|_| {
                let point = rng.gen_range(-3.0..153.0);
                let all = x.iter().map(|&x| covariance(x, point)).enumerate();
                all.filter(|(_, value)| seen(*value)).collect()
            })
            .collect();
        let dense = dense.explained_variances(&points);
        let sparse = sparse.explained_variances(&points);
        for (a, b) in dense.iter().zip(&sparse) {
            assert!((a - b).abs() < 1e-10, "{a} {b}");
        }
    }
}
