//! Symmetric positive definite systems in `f64`.
//!
//! The factorisation goes from left to right in blocks of columns: each block gets the products of
//! all columns to the left of it in one matrix product, which is nearly all of the work. The order
//! of the sums depends on the size of the matrix alone.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

use crate::gemm::gemm_nt;
use crate::simd::{self, Kernel, Lanes, dispatch};

/// Columns of a block.
const BLOCK: usize = 48;

/// The factor L of `A = L·Lᵀ`.
#[derive(Debug, Clone)]
pub struct Cholesky {
    /// n × n, row-major; what lies above the diagonal is not used.
    factor: Vec<f64>,
    n: usize,
}

impl Cholesky {
    /// Factors `a` (n × n, symmetric; only its lower triangle is read). Returns `None` if it is not
    /// positive definite.
    ///
    /// # Panics
    /// If `a` is not square.
    #[must_use]
    pub fn new(a: ArrayView2<'_, f64>) -> Option<Self> {
        assert!(a.is_square(), "a square matrix");
        Self::of_elements(a.iter().copied().collect(), a.nrows())
    }

    /// Does the same as [`Self::new`] in place, for the elements of a matrix of `n` rows, row-major.
    ///
    /// # Panics
    /// If there are not n² elements.
    #[must_use]
    pub fn of_elements(mut factor: Vec<f64>, n: usize) -> Option<Self> {
        let mut a = ArrayViewMut2::from_shape((n, n), &mut factor).expect("n² elements");
        for first in (0..n).step_by(BLOCK) {
            let end = n.min(first + BLOCK);
            let (left, right) = a.view_mut().split_at(Axis(1), first);
            let left = left.slice(s![first.., ..]);
            let mut block = right.slice_move(s![first.., ..end - first]);
            let square = left.slice(s![..end - first, ..]);
            gemm_nt(-1.0, left, square, 1.0, &mut block);
            if !dispatch(FactorBlock(block)) {
                return None;
            }
        }
        Some(Self { factor, n })
    }

    /// Replaces `b` (any number of vectors of n values, one after the other) by the solutions of
    /// `A·x = b`.
    ///
    /// # Panics
    /// If the length of `b` is not a multiple of n.
    pub fn solve_in_place(&self, b: &mut [f64]) {
        assert!(b.len().is_multiple_of(self.n.max(1)), "whole vectors");
        for b in b.chunks_exact_mut(self.n.max(1)) {
            dispatch(Solve {
                factor: &self.factor,
                b,
            });
        }
    }

    /// Returns the diagonal of the factor.
    pub fn diagonal(&self) -> impl Iterator<Item = f64> {
        self.factor.iter().step_by(self.n + 1).copied()
    }

    /// Returns the inverse of the factor, a lower triangular matrix: `L⁻¹·x` has the identity as its
    /// covariance where x has A.
    #[must_use]
    pub fn inverse_factor(&self) -> Array2<f64> {
        let n = self.n;
        // Column after column of the inverse, one to a row.
        let mut columns = vec![0.0; n * n];
        for (j, column) in columns.chunks_exact_mut(n.max(1)).enumerate() {
            column[j] = 1.0;
            dispatch(Forward {
                factor: &self.factor,
                first: j,
                b: column,
            });
        }
        let columns = Array2::from_shape_vec((n, n), columns).expect("n² elements");
        columns.reversed_axes().as_standard_layout().into_owned()
    }

    /// Returns ln det A.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        let diagonal = self.factor.iter().step_by(self.n + 1);
        diagonal.map(|value| 2.0 * value.ln()).sum()
    }
}

/// Factors the columns of a block, whose square stands at its top; returns whether it is positive
/// definite.
struct FactorBlock<'a>(ArrayViewMut2<'a, f64>);

impl Kernel for FactorBlock<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lanes>(mut self, _: L) -> bool {
        let n = self.0.ncols();
        // The factor of the square, transposed: what is subtracted is then contiguous.
        let mut upper = [[0.0_f64; BLOCK]; BLOCK];
        for (j, row) in upper.iter_mut().enumerate().take(n) {
            for (i, value) in row.iter_mut().enumerate().take(n).skip(j) {
                *value = self.0[[i, j]];
            }
        }
        for k in 0..n {
            let (done, rest) = upper.split_at_mut(k + 1);
            let row = &mut done[k];
            if row[k] <= 0.0 || row[k].is_nan() {
                return false;
            }
            let root = row[k].sqrt();
            for value in &mut row[k..n] {
                *value /= root;
            }
            for (offset, below) in rest[..n - k - 1].iter_mut().enumerate() {
                let i = k + 1 + offset;
                let factor = row[i];
                for (value, above) in below[i..n].iter_mut().zip(&row[i..n]) {
                    *value -= factor * above;
                }
            }
        }
        for (i, mut row) in self.0.rows_mut().into_iter().enumerate() {
            let row = row.as_slice_mut().expect("rows of a row-major matrix");
            if i < n {
                for (j, value) in row[..=i].iter_mut().enumerate() {
                    *value = upper[j][i];
                }
                continue;
            }
            for k in 0..n {
                let value = row[k] / upper[k][k];
                row[k] = value;
                for (other, above) in row[k + 1..].iter_mut().zip(&upper[k][k + 1..n]) {
                    *other -= value * above;
                }
            }
        }
        true
    }
}

/// The solution of `L·y = b`, where the elements of b before the first are 0.
struct Forward<'a> {
    factor: &'a [f64],
    first: usize,
    b: &'a mut [f64],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let n = self.b.len();
        for (i, row) in self.factor.chunks_exact(n).enumerate().skip(self.first) {
            let (known, rest) = self.b.split_at_mut(i);
            let product = simd::dot(lanes, &row[self.first..i], &known[self.first..], simd::Same);
            rest[0] = (rest[0] - product) / row[i];
        }
    }
}

/// The solution for one vector.
struct Solve<'a> {
    factor: &'a [f64],
    b: &'a mut [f64],
}

impl Kernel for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let n = self.b.len();
        for (i, row) in self.factor.chunks_exact(n).enumerate() {
            let (known, rest) = self.b.split_at_mut(i);
            let product = simd::dot(lanes, &row[..i], known, simd::Same);
            rest[0] = (rest[0] - product) / row[i];
        }
        for (i, row) in self.factor.chunks_exact(n).enumerate().rev() {
            let (rest, solved) = self.b.split_at_mut(i);
            let value = solved[0] / row[i];
            solved[0] = value;
            for (b, factor) in rest.iter_mut().zip(row) {
                *b -= value * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

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
        assert!(Cholesky::new(array![[f64::NAN]].view()).is_none());
    }

    #[test]
    fn the_factor_of_all_sizes_multiplies_to_the_matrix() {
        for n in [0, 1, 2, 7, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5, 300] {
            let mut rng = stream(6, &[n as u64]);
            let root = Array2::from_shape_fn((n, n), |_| rng.gen_range(-1.0..1.0));
            let a = root.dot(&root.t()) + Array2::<f64>::eye(n);
            let cholesky = Cholesky::new(a.view()).unwrap();
            let factor = Array2::from_shape_vec((n, n), cholesky.factor.clone()).unwrap();
            let lower =
                Array2::from_shape_fn((n, n), |(i, j)| if j <= i { factor[[i, j]] } else { 0.0 });
            for (found, expected) in lower.dot(&lower.t()).iter().zip(&a) {
                assert!((found - expected).abs() < 1e-10);
            }
            let unit = cholesky.inverse_factor().dot(&lower);
            for (found, expected) in unit.iter().zip(&Array2::<f64>::eye(n)) {
                assert!((found - expected).abs() < 1e-9);
            }
            assert!(cholesky.diagonal().eq(lower.diag().iter().copied()));
            let x = Array1::from_shape_fn(n, |i| i as f64 - 3.0);
            let mut b = a.dot(&x).to_vec();
            cholesky.solve_in_place(&mut b);
            for (found, expected) in b.iter().zip(&x) {
                assert!((found - expected).abs() < 1e-6);
            }
        }
    }
}
