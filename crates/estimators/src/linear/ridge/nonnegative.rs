//! Least squares with weights not below 0.
//!
//! Minimises `½ wᵀ(G + alpha·I)w - bᵀw + c` for `w ≥ 0` with L-BFGS-B from zero weights, where G is
//! the Gram matrix of the centred rows, b their products with the centred targets and c half the
//! targets' sum of squares: the objective of scikit-learn's `_solve_lbfgs`, whose rows are read
//! once here. As there, `tol` is both the gradient to reach and the relative decrease that ends it,
//! so that the answer is as rough as scikit-learn's.

use crate::lbfgs_b::{Minimum, Settings, minimise};

/// The objective of one output, but for b and c.
pub(super) struct Quadratic<'a> {
    /// `G + alpha·I`, symmetric, row by row.
    pub matrix: &'a [f64],
    /// scikit-learn's `tol`.
    pub tol: f64,
    /// Iterations at most.
    pub max_iter: Option<usize>,
}

impl Quadratic<'_> {
    /// Returns the minimum for the products `b` and the constant `c`.
    pub fn minimise(&self, b: &[f64], c: f64) -> Minimum {
        let defaults = Settings::default();
        let settings = Settings {
            ftol: self.tol,
            gtol: self.tol,
            max_iter: self.max_iter.unwrap_or(defaults.max_iter),
            ..defaults
        };
        let bounds = vec![(0.0, f64::INFINITY); b.len()];
        minimise(
            vec![0.0; b.len()],
            Some(&bounds),
            &settings,
            |w, gradient| {
                let mut value = c;
                let rows = self.matrix.chunks_exact(w.len());
                for (((row, gradient), &w_j), &b_j) in rows.zip(gradient).zip(w).zip(b) {
                    let product: f64 = row.iter().zip(w).map(|(a, w)| a * w).sum();
                    *gradient = product - b_j;
                    value += w_j * (0.5 * product - b_j);
                }
                value
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minimum_is_within_its_bounds_and_flat_where_it_is_free() {
        // Without bounds the solution of the first is (1, -1), of the second (2, 1).
        let matrix = [2.0, 1.0, 1.0, 3.0];
        let quadratic = Quadratic {
            matrix: &matrix,
            tol: 1e-12,
            max_iter: None,
        };
        let bounded = quadratic.minimise(&[1.0, -2.0], 0.0);
        assert!((bounded.x[0] - 0.5).abs() < 1e-9 && bounded.x[1] == 0.0);
        let free = quadratic.minimise(&[5.0, 5.0], 0.0);
        assert!((free.x[0] - 2.0).abs() < 1e-9 && (free.x[1] - 1.0).abs() < 1e-9);
        assert!((free.value + 7.5).abs() < 1e-9);
    }
}
