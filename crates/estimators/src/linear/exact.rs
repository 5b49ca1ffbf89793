//! Gradient and curvature of a small problem in double precision.
//!
//! The solvers ([`super::newton`], [`super::proximal`]) read rows, slopes and curvatures in single
//! precision, and end where the tolerance lets them. On few rows the whole matrix of Newton's method
//! costs little. So small problems go on from there to the minimum itself, as far as double
//! precision reaches: their answer then depends neither on the tolerance nor on the scale of the
//! features (in grey levels or in millions, single precision hides the last digits of a gradient
//! that should be 0).

use super::group::{GroupSettings, GroupState};
use super::group_loss::GroupLoss;

/// Multiply-adds of the matrix up to which a problem is small.
const MAX_WORK: usize = 30_000_000;

/// Rows and columns of the matrix up to which a problem is small.
const MAX_SIZE: usize = 800;

/// Whether a problem of so many columns of weights is small.
pub(super) fn is_small(settings: &GroupSettings<'_>, n_columns: usize) -> bool {
    let size = n_columns * settings.design.width();
    size <= MAX_SIZE && settings.design.n_rows() * size * size / 4 <= MAX_WORK
}

/// Writes the gradient of loss and ridge at the scores `state.z` to `state.gradient`, and returns
/// their curvature: a symmetric matrix over the weights of all columns, row by row.
pub(super) fn differentiate<L: GroupLoss>(
    settings: &GroupSettings<'_>,
    state: &mut GroupState<L>,
) -> Vec<f64> {
    let (design, n_columns) = (settings.design, state.weights.len());
    let width = design.width();
    let size = n_columns * width;
    let mut matrix = vec![0.0; size * size];
    for (gradient, w) in state.gradient.iter_mut().zip(&state.weights) {
        *gradient = w.iter().zip(settings.ridge).map(|(w, r)| w * r).collect();
    }
    for (at, ridge) in settings.ridge.iter().cycle().take(size).enumerate() {
        matrix[at * size + at] = *ridge;
    }
    let mut z = vec![0.0; n_columns];
    let (mut slopes, mut curvature) = (z.clone(), vec![0.0; n_columns * n_columns]);
    let mut x = vec![f64::from(design.bias()); width];
    for row_idx in 0..design.n_rows() {
        for (x, &value) in x.iter_mut().zip(design.row(row_idx)) {
            *x = f64::from(value);
        }
        for (z, column) in z.iter_mut().zip(&state.z) {
            *z = column[row_idx];
        }
        let loss = &state.loss;
        loss.exact_derivatives(row_idx, &z, &mut slopes, &mut curvature);
        for (gradient, &slope) in state.gradient.iter_mut().zip(&slopes) {
            add_scaled(slope, &x, gradient);
        }
        for (a, of_a) in curvature.chunks_exact(n_columns).enumerate() {
            for (b, &curvature) in of_a.iter().enumerate().take(a + 1) {
                if curvature != 0.0 {
                    for (i, &x_i) in x.iter().enumerate() {
                        let start = (a * width + i) * size + b * width;
                        let n = if a == b { i + 1 } else { width };
                        add_scaled(curvature * x_i, &x[..n], &mut matrix[start..start + n]);
                    }
                }
            }
        }
    }
    for i in 0..size {
        for j in 0..i {
            matrix[j * size + i] = matrix[i * size + j];
        }
    }
    matrix
}

fn add_scaled(scale: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += scale * x;
    }
}
