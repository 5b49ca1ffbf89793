//! Means of classes and products of the rows about them.

use ndarray::{Array2, ArrayView2};

use crate::log_linear::class_sums;
use crate::multiclass::class_counts;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;

/// The rows with their classes.
pub(super) struct Grouped<'a> {
    pub x: ArrayView2<'a, f32>,
    pub codes: &'a [usize],
    /// Rows of each class.
    pub counts: Vec<usize>,
    /// Classes × features.
    pub means: Array2<f64>,
}

impl<'a> Grouped<'a> {
    pub fn new(x: ArrayView2<'a, f32>, codes: &'a [usize], n_classes: usize) -> Self {
        let counts = class_counts(codes, n_classes);
        let mut means = class_sums(x, codes, n_classes);
        for (mut mean, &count) in means.rows_mut().into_iter().zip(&counts) {
            mean /= count as f64;
        }
        Self {
            x,
            codes,
            counts,
            means,
        }
    }

    pub fn n_classes(&self) -> usize {
        self.counts.len()
    }

    pub fn mean(&self, class: usize) -> &[f64] {
        let n_features = self.means.ncols();
        let all = self.means.as_slice().expect("own means are row-major");
        &all[class * n_features..(class + 1) * n_features]
    }

    /// Returns Σ (x − m)(x − m)ᵀ over the rows of `class`, m their mean, row by row.
    pub fn scatter(&self, class: usize) -> Vec<f64> {
        let of_class = (0..self.codes.len()).filter(|&row| self.codes[row] == class);
        self.scatter_of(of_class)
    }

    /// Returns Σ (x − m)(x − m)ᵀ over all rows, m the mean of a row's class.
    pub fn pooled_scatter(&self) -> Vec<f64> {
        self.scatter_of(0..self.codes.len())
    }

    fn scatter_of(&self, rows: impl Iterator<Item = usize>) -> Vec<f64> {
        let width = self.x.ncols();
        let mut gram = Gram::<f64>::zeros(width);
        let design = Tall::new(self.x, None);
        gram.add_rows_about(&design, rows.map(|row| (row, self.mean(self.codes[row]))));
        gram.to_full(1.0, &vec![0.0; width])
    }
}
