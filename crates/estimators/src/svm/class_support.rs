//! The support vectors of one class, and what they contribute to decisions.

use ndarray::{Array1, Array2, ArrayView2};

use super::kernel::Kernel;
use super::machines::PairSolution;
use crate::multiclass::class_pairs;
use fashion_bench_numeric::dot::sum_of_squares;
use fashion_bench_numeric::gemm::{gemm, gemm_nt};

/// The support vectors of one class.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct ClassSupport<V> {
    pub vectors: V,
    /// Squared norms.
    norms: Vec<f32>,
    /// `n_support` × `n_classes`: coefficient in the machine against each other class.
    pub coefs: Array2<f64>,
}

/// The support vectors of a class, wherever they are.
pub(super) trait SupportVectors: Sync {
    /// Returns a support vector, `n_features` values.
    fn vector(&self, idx: usize) -> &[f32];

    /// Returns their inner products with the rows of `x`: rows × `n_support`.
    fn products(&self, x: ArrayView2<'_, f32>) -> Array2<f32>;
}

/// `n_support` × `n_features`.
impl SupportVectors for Array2<f32> {
    fn vector(&self, idx: usize) -> &[f32] {
        let vector = self.row(idx).to_slice();
        vector.expect("selected rows are contiguous")
    }

    fn products(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut values = Array2::zeros((x.nrows(), self.nrows()));
        gemm_nt(1.0, x, self.view(), 0.0, &mut values.view_mut());
        values
    }
}

impl<V: SupportVectors> ClassSupport<V> {
    /// Returns what these support vectors contribute to the decisions against each class, rows ×
    /// `n_classes`, given their inner products with the rows and the rows' squared norms.
    pub fn part(&self, kernel: Kernel, products: Array2<f32>, norms: &[f32]) -> Array2<f32> {
        let mut values = products;
        for (mut row, &norm) in values.rows_mut().into_iter().zip(norms) {
            let row = row.as_slice_mut().expect("a fresh matrix is row-major");
            kernel.apply(row, norm, &self.norms);
        }
        let mut part = Array2::zeros((values.nrows(), self.coefs.ncols()));
        let coefs = self.coefs.mapv(|coef| coef as f32);
        gemm(1.0, values.view(), coefs.view(), 0.0, &mut part.view_mut());
        part
    }

    /// Returns the kernel of each support vector with a row.
    pub fn exact_values(&self, kernel: Kernel, x: &[f32]) -> Vec<f64> {
        (0..self.norms.len())
            .map(|idx| kernel.of_rows(x, self.vectors.vector(idx)))
            .collect()
    }

    /// Returns, against each class, the squared rounding errors that these support vectors
    /// contribute for rows of up to `squared_norm`.
    pub fn squared_errors(&self, kernel: Kernel, squared_norm: f64) -> Array1<f64> {
        let mut sums = Array1::zeros(self.coefs.ncols());
        for (coefs, &norm) in self.coefs.rows().into_iter().zip(&self.norms) {
            let error = kernel.rounding(squared_norm, f64::from(norm)).error;
            sums.zip_mut_with(&coefs, |sum, coef| *sum += (coef * error).powi(2));
        }
        sums
    }
}

/// Sorts the support vectors of all pairs by class.
pub(super) fn class_support<V: SupportVectors>(
    codes: &[usize],
    is_support: &[bool],
    pairs: &[PairSolution],
    n_classes: usize,
    select: impl Fn(usize, &[usize]) -> V,
) -> Vec<ClassSupport<V>> {
    let mut position = vec![0; codes.len()];
    let mut by_class: Vec<ClassSupport<V>> = (0..n_classes)
        .map(|class| {
            let of_class = |&row: &usize| is_support[row] && codes[row] == class;
            let rows: Vec<usize> = (0..codes.len()).filter(of_class).collect();
            for (idx, &row) in rows.iter().enumerate() {
                position[row] = idx;
            }
            let vectors = select(class, &rows);
            let norms = (0..rows.len())
                .map(|idx| sum_of_squares(vectors.vector(idx)))
                .collect();
            ClassSupport {
                coefs: Array2::zeros((rows.len(), n_classes)),
                norms,
                vectors,
            }
        })
        .collect();
    for (pair, (first, second)) in pairs.iter().zip(class_pairs(n_classes)) {
        for &(row, coef) in &pair.coefs {
            let class = codes[row];
            let other = if class == first { second } else { first };
            by_class[class].coefs[[position[row], other]] = coef;
        }
    }
    by_class
}
