//! Symmetric positive definite systems in `f64`, on faer.

use faer::linalg::solvers::{Llt, Solve as _};
use faer::{MatMut, MatRef, Side};
use ndarray::ArrayView2;

/// The factor L of `A = L·Lᵀ`.
#[derive(Debug, Clone)]
pub struct Cholesky(Llt<f64>);

impl Cholesky {
    /// Factors `a` (n × n, symmetric; only its lower triangle is read). Returns `None` if it is not
    /// positive definite.
    ///
    /// # Panics
    /// If `a` is not row-major and contiguous.
    #[must_use]
    pub fn new(a: ArrayView2<'_, f64>) -> Option<Self> {
        let slice = a.to_slice().expect("a row-major matrix");
        let a = MatRef::from_row_major_slice(slice, a.nrows(), a.ncols());
        Llt::new(a, Side::Lower).ok().map(Self)
    }

    /// Replaces `b` (any number of vectors of n values, one after the other) by the solutions of
    /// `A·x = b`.
    ///
    /// # Panics
    /// If the length of `b` is not a multiple of n.
    pub fn solve_in_place(&self, b: &mut [f64]) {
        let n = self.0.L().nrows();
        let n_vectors = b.len().checked_div(n).unwrap_or(0);
        self.0
            .solve_in_place(MatMut::from_column_major_slice_mut(b, n, n_vectors));
    }

    /// Returns ln det A.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        let factor = self.0.L();
        (0..factor.nrows()).map(|i| 2.0 * factor[(i, i)].ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;

    #[test]
    fn systems_are_solved_and_indefinite_ones_refused() {
        let a = array![[4.0, 2.0, 0.5], [2.0, 3.0, -1.0], [0.5, -1.0, 2.0]];
        let expected = array![1.0, -2.0, 3.0];
        let b: Array1<f64> = a.dot(&expected);
        let mut x: Vec<f64> = b.iter().chain(&(2.0 * &b)).copied().collect();
        let factor = Cholesky::new(a.view()).unwrap();
        factor.solve_in_place(&mut x);
        for i in 0..3 {
            assert!((x[i] - expected[i]).abs() < 1e-12);
            assert!((x[i + 3] - 2.0 * expected[i]).abs() < 1e-12);
        }
        // det = 4·(6 - 1) - 2·(4 + 0.5) + 0.5·(-2 - 1.5).
        assert!((factor.log_determinant() - 9.25_f64.ln()).abs() < 1e-12);
        assert!(Cholesky::new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
    }
}
