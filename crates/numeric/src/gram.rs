//! Weighted Gram matrices `Σ_i d_i·x_i·x_iᵀ` and the Cholesky solution of systems with them.
//!
//! Only the lower triangle is computed, which is half the work of a general product.

use ndarray::{ArrayView2, ArrayViewMut2, s};

use super::cholesky::Cholesky;
use super::eigen::SymmetricEigen;
use super::gemm::{GemmFloat, gemm_tn};
use super::tall::Tall;

/// Rows gathered before they are multiplied.
const BLOCK: usize = 512;

/// Rows of the matrix that are computed by one product, from the diagonal on.
const BAND: usize = 192;

/// Rows whose products are added in single precision.
const ROWS_IN_SINGLE: usize = 2048;

/// A symmetric matrix of which the lower triangle is kept, in precision `F`.
#[derive(Debug, Clone)]
pub struct Gram<F> {
    values: Vec<F>,
    width: usize,
}

impl<F: GemmFloat> Gram<F> {
    /// Returns the zero matrix of `width` rows and columns.
    #[must_use]
    pub fn zeros(width: usize) -> Self {
        Self {
            values: vec![F::zero(); width * width],
            width,
        }
    }

    /// Adds `Σ d·x·xᵀ` over `(row index, d)`; negative `d` take rows out again.
    pub fn add_rows(&mut self, design: &Tall<'_>, rows: impl Iterator<Item = (usize, f64)>) {
        let width = self.width;
        assert_eq!(design.width(), width, "width of the rows");
        let mut left = vec![F::zero(); BLOCK * width];
        let mut right = vec![F::zero(); BLOCK * width];
        let mut n_rows = 0;
        for (row_idx, weight) in rows {
            let span = n_rows * width..(n_rows + 1) * width;
            let (plain, weighted) = (&mut left[span.clone()], &mut right[span]);
            let features = design.row(row_idx);
            let constant = (features.len() < width).then(|| design.bias());
            let weight: F = F::from_f64(weight);
            let features = features.iter().chain(&constant);
            for ((l, r), &x) in plain.iter_mut().zip(weighted).zip(features) {
                *l = F::from_f64(f64::from(x));
                *r = *l * weight;
            }
            n_rows += 1;
            if n_rows == BLOCK {
                self.add_block(&left, &right, n_rows);
                n_rows = 0;
            }
        }
        self.add_block(&left, &right, n_rows);
    }

    /// Adds `Σ (x - c)·(x - c)ᵀ` over `(row index, c)`, differences in `f64` before they are rounded.
    pub fn add_rows_about<'a>(
        &mut self,
        design: &Tall<'_>,
        rows: impl Iterator<Item = (usize, &'a [f64])>,
    ) {
        let width = self.width;
        assert_eq!(design.width(), width, "width of the rows");
        let mut block = vec![F::zero(); BLOCK * width];
        let mut n_rows = 0;
        for (row_idx, centre) in rows {
            let place = &mut block[n_rows * width..(n_rows + 1) * width];
            let features = design.row(row_idx).iter().zip(centre);
            for (value, (&x, c)) in place.iter_mut().zip(features) {
                *value = F::from_f64(f64::from(x) - c);
            }
            n_rows += 1;
            if n_rows == BLOCK {
                self.add_block(&block, &block, n_rows);
                n_rows = 0;
            }
        }
        self.add_block(&block, &block, n_rows);
    }

    /// Adds `scale·v·vᵀ`.
    pub fn add_outer(&mut self, scale: f64, v: &[f64]) {
        for (j, column) in self.values.chunks_exact_mut(self.width).enumerate() {
            for (i, value) in column.iter_mut().enumerate().skip(j) {
                let product: F = F::from_f64(scale * v[i] * v[j]);
                *value = *value + product;
            }
        }
    }

    fn add_block(&mut self, left: &[F], right: &[F], n_rows: usize) {
        if n_rows == 0 {
            return;
        }
        let width = self.width;
        let shape = (n_rows, width);
        let left = ArrayView2::from_shape(shape, &left[..n_rows * width]).expect("whole rows");
        let right = ArrayView2::from_shape(shape, &right[..n_rows * width]).expect("whole rows");
        // Our columns are the rows of the transposed matrix, whose upper triangle is wanted.
        let gram = ArrayViewMut2::from_shape((width, width), &mut self.values);
        let mut gram = gram.expect("a square matrix");
        for first in (0..width).step_by(BAND) {
            let end = width.min(first + BAND);
            gemm_tn(
                F::one(),
                left.slice(s![.., first..end]),
                right.slice(s![.., first..]),
                F::one(),
                &mut gram.slice_mut(s![first..end, first..]),
            );
        }
    }

    /// Returns the element of row `i` and column `j`.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> F {
        self.values[i.min(j) * self.width + i.max(j)]
    }

    /// Returns the full symmetric matrix `scale·G + diag(ridge)` in `f64`, row by row.
    #[must_use]
    pub fn to_full(&self, scale: f64, ridge: &[f64]) -> Vec<f64>
    where
        f64: From<F>,
    {
        let width = self.width;
        let mut full = vec![0.0; width * width];
        for j in 0..width {
            for i in j..width {
                let value = scale * f64::from(self.values[j * width + i]);
                full[j * width + i] = value;
                full[i * width + j] = value;
            }
            full[j * width + j] += ridge[j];
        }
        full
    }

    /// Factors `scale·G + diag(ridge)`. Where rounding has made that indefinite, ever larger
    /// multiples of the identity are added until it is not.
    #[must_use]
    pub fn factor(&self, scale: f64, ridge: &[f64]) -> Factor
    where
        f64: From<F>,
    {
        let width = self.width;
        let mut full = self.to_full(scale, ridge);
        let largest = (0..width).fold(f64::MIN_POSITIVE, |m, j| full[j * width + j].max(m));
        let mut jitter = largest * 1e-14;
        loop {
            for j in 0..width {
                full[j * width + j] += jitter;
            }
            if let Some(factor) = Cholesky::of_elements(full.clone(), width) {
                return Factor(factor);
            }
            jitter *= 100.0;
        }
    }
}

impl Gram<f64> {
    /// Does the same as [`Self::add_rows`], with the products of a few thousand rows at a time in
    /// single precision: half the time, and the error of single precision relative to those rows.
    pub fn add_rows_in_single(&mut self, design: &Tall<'_>, rows: &[(usize, f64)]) {
        for rows in rows.chunks(ROWS_IN_SINGLE) {
            let mut part = Gram::<f32>::zeros(self.width);
            part.add_rows(design, rows.iter().copied());
            for (value, part) in self.values.iter_mut().zip(part.values) {
                *value += f64::from(part);
            }
        }
    }
}

/// The pseudo-inverse of a symmetric matrix without negative eigenvalues.
#[derive(Debug, Clone)]
pub struct PseudoInverse {
    eigen: SymmetricEigen,
    /// Eigenvalues up to this one are rounding, and count as 0.
    cut: f64,
}

impl Gram<f64> {
    /// Returns the pseudo-inverse, in which eigenvalues below 1e-10 times the largest count as 0.
    ///
    /// # Panics
    /// If the matrix is not finite.
    #[must_use]
    pub fn pseudo_inverse(&self) -> PseudoInverse {
        let full = self.to_full(1.0, &vec![0.0; self.width]);
        let eigen = SymmetricEigen::new(full, self.width);
        let eigen = eigen.expect("a finite symmetric matrix has eigenvectors");
        let largest = eigen.pairs().fold(0.0_f64, |m, (value, _)| m.max(value));
        PseudoInverse {
            eigen,
            cut: 1e-10 * largest,
        }
    }
}

impl PseudoInverse {
    /// Replaces the right-hand side `b` by the least-squares solution of the smallest norm.
    pub fn solve(&self, b: &mut [f64]) {
        let mut solution = vec![0.0; b.len()];
        for (value, vector) in self.eigen.pairs().filter(|(value, _)| *value > self.cut) {
            let along: f64 = b.iter().zip(vector).map(|(b, u)| b * u).sum();
            for (solution, u) in solution.iter_mut().zip(vector) {
                *solution += along / value * u;
            }
        }
        b.copy_from_slice(&solution);
    }
}

/// A Cholesky factorisation.
#[derive(Debug, Clone)]
pub struct Factor(Cholesky);

impl Factor {
    /// Replaces the right-hand side `b` by the solution.
    pub fn solve(&self, b: &mut [f64]) {
        self.0.solve_in_place(b);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random(n_rows: usize, n_features: usize) -> Array2<f32> {
        let mut rng = stream(9, &[n_rows as u64]);
        Array2::from_shape_fn((n_rows, n_features), |_| rng.gen_range(-1.0..1.0))
    }

    #[test]
    fn sums_of_outer_products_equal_the_naive_twin() {
        for n_rows in [0, 1, 2, 7, BLOCK, BLOCK + 3, ROWS_IN_SINGLE + 5] {
            let x = random(n_rows, 9);
            let tall = Tall::new(x.view(), Some(1.5));
            let weight = |row: usize| (row % 4) as f64 - 0.5;
            let mut double = Gram::<f64>::zeros(10);
            double.add_rows(&tall, (0..n_rows).map(|row| (row, weight(row))));
            let mut single = Gram::<f32>::zeros(10);
            single.add_rows(&tall, (0..n_rows).map(|row| (row, weight(row))));
            let value = |row: usize, j: usize| if j < 9 { f64::from(x[[row, j]]) } else { 1.5 };
            let rows: Vec<(usize, f64)> = (0..n_rows).map(|row| (row, weight(row))).collect();
            let mut mixed = Gram::<f64>::zeros(10);
            mixed.add_rows_in_single(&tall, &rows);
            for i in 0..10 {
                for j in 0..10 {
                    let products = (0..n_rows).map(|r| weight(r) * value(r, i) * value(r, j));
                    let expected: f64 = products.sum();
                    assert!((double.at(i, j) - expected).abs() < 1e-9);
                    assert!((f64::from(single.at(i, j)) - expected).abs() < 1e-3);
                    assert!((mixed.at(i, j) - expected).abs() < 1e-3);
                }
            }
        }
    }

    #[test]
    fn the_pseudo_inverse_shares_weights_among_copies_and_gives_none_to_zeros() {
        let mut x = random(40, 5);
        let copy = x.column(0).to_owned();
        x.column_mut(1).assign(&copy);
        x.column_mut(3).fill(0.0);
        let mut gram = Gram::<f64>::zeros(5);
        gram.add_rows(&Tall::new(x.view(), None), (0..40).map(|row| (row, 1.0)));
        let full = gram.to_full(1.0, &[0.0; 5]);
        let expected = [1.5, 1.5, -2.0, 0.0, 0.25];
        let mut b: Vec<f64> = (0..5)
            .map(|i| (0..5).map(|j| full[i * 5 + j] * expected[j]).sum())
            .collect();
        gram.pseudo_inverse().solve(&mut b);
        for (found, expected) in b.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn the_factor_solves_the_system() {
        let x = random(40, 9);
        let tall = Tall::new(x.view(), None);
        let mut gram = Gram::<f64>::zeros(9);
        gram.add_rows(&tall, (0..40).map(|row| (row, 1.0)));
        let solution: Vec<f64> = (0..9).map(|i| f64::from(i) - 4.0).collect();
        let ridge = vec![0.5; 9];
        let full = gram.to_full(2.0, &ridge);
        let mut b: Vec<f64> = (0..9)
            .map(|i| (0..9).map(|j| full[i * 9 + j] * solution[j]).sum())
            .collect();
        gram.factor(2.0, &ridge).solve(&mut b);
        for (found, expected) in b.iter().zip(&solution) {
            assert!((found - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn a_singular_matrix_is_factored_all_the_same() {
        let gram = Gram::<f64>::zeros(3);
        let mut b = [0.0; 3];
        gram.factor(1.0, &[0.0; 3]).solve(&mut b);
        assert_eq!(b, [0.0; 3]);
    }
}
