//! The covariance matrix of the training rows, sparse where that is exact.
//!
//! `K_ij = c·exp(-‖x_i - x_j‖²/(2l²))`. Entries below `c·2⁻⁵³/n` are left out: all that a row
//! leaves out sums to less than the rounding error of its diagonal entry, so that no product with K
//! changes at working precision. On Fashion-MNIST's standardised pixels with l = 1 that leaves 2.9
//! entries per row beside the diagonal, of 60,000. Where too many are left the matrix is dense.

use ndarray::{Array2, ArrayView1, ArrayView2};

use super::rbf::{Rbf, squared_distance};
use super::sparse::Sparse;
use crate::error::FitError;
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows tried to estimate how sparse the matrix is.
const N_PROBES: usize = 64;

/// Share of entries above which a matrix is treated as dense.
const DENSE_SHARE: f64 = 0.02;

/// Bytes that matrices of a fit may take.
const MAX_BYTES: u64 = 8_000_000_000;

/// The covariance matrix of one two-class problem.
#[derive(Debug, Clone)]
pub enum Covariance {
    /// With all entries that count at working precision.
    Sparse(Sparse),
    /// All entries.
    Dense(Array2<f64>),
}

/// Returns the sparse matrix of `x`, or nothing where it would not be sparse.
pub fn sparse_covariance(x: ArrayView2<'_, f32>, kernel: Rbf) -> Option<Sparse> {
    let n = x.nrows();
    let cutoff = kernel.cutoff(n);
    let step = n.div_ceil(N_PROBES);
    let probes: Vec<usize> = (0..n).step_by(step).collect();
    let near: usize = probes
        .iter()
        .map(|&a| {
            let a = x.row(a).to_vec();
            let is_near = |row: &ArrayView1<'_, f32>| squared_distance(&a, &row.to_vec()) <= cutoff;
            x.rows().into_iter().filter(is_near).count() - 1
        })
        .sum();
    let share = near as f64 / (probes.len() * n) as f64;
    (share <= DENSE_SHARE).then(|| Sparse::of_rows(x, kernel))
}

/// Returns the whole matrix of `x`.
pub fn dense_covariance(x: ArrayView2<'_, f32>, kernel: Rbf) -> Array2<f64> {
    let x = x.mapv(f64::from);
    let norms: Vec<f64> = x.rows().into_iter().map(|row| row.dot(&row)).collect();
    let mut k = Array2::zeros((x.nrows(), x.nrows()));
    gemm_nt(1.0, x.view(), x.view(), 0.0, &mut k.view_mut());
    for ((i, j), value) in k.indexed_iter_mut() {
        let d2 = if i == j {
            0.0
        } else {
            (norms[i] + norms[j] - 2.0 * *value).max(0.0)
        };
        *value = kernel.value(d2);
    }
    k
}

/// Checks that there is memory for dense problems of these sizes: each keeps a factor, and the
/// largest needs `n_working` matrices besides.
///
/// # Errors
/// [`FitError::Memory`] if there is not.
pub fn check_dense(sizes: &[usize], n_working: usize) -> Result<(), FitError> {
    let bytes = |n: usize| 8 * (n as u64) * (n as u64);
    let kept: u64 = sizes.iter().map(|&n| bytes(n)).sum();
    let largest = sizes.iter().map(|&n| bytes(n)).max().unwrap_or(0);
    let working = n_working as u64 * largest;
    let needed_bytes = kept + working;
    if needed_bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(FitError::Memory {
        what: "the dense covariance matrices of the Gaussian process",
        needed_bytes,
        limit_bytes: MAX_BYTES,
    })
}
