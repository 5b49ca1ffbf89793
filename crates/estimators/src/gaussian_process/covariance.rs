//! The covariance matrix of the training rows, sparse where that is exact.
//!
//! `K_ij = c·exp(-‖x_i - x_j‖²/(2l²))`. Entries below `c·2⁻⁵³/n` are left out: all that a row
//! leaves out sums to less than the rounding error of its diagonal entry, so that no product with
//! K changes at working precision. On standardised pixels with l = 1 that leaves 2.9 entries a row
//! beside the diagonal, of 60,000. Where too many are left the matrix is dense.

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::FitError;
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows of a block of inner products.
const BLOCK: usize = 512;

/// Rows tried to estimate how sparse the matrix is.
const N_PROBES: usize = 64;

/// Share of entries above which a matrix is treated as dense.
const DENSE_SHARE: f64 = 0.02;

/// Bytes that matrices of a fit may take.
pub const MAX_BYTES: u64 = 8_000_000_000;

/// The kernel with its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Rbf {
    /// c.
    pub constant: f64,
    /// l.
    pub length_scale: f64,
}

impl Rbf {
    /// The covariance of rows whose squared distance is `d2`.
    pub fn value(self, d2: f64) -> f64 {
        self.constant * (-self.exponent(d2)).exp()
    }

    /// `d2/(2l²)`.
    pub fn exponent(self, d2: f64) -> f64 {
        d2 / (2.0 * self.length_scale * self.length_scale)
    }

    /// Squared distance beyond which entries are left out, among `n` rows.
    pub fn cutoff(self, n: usize) -> f64 {
        let digits = f64::from(f64::MANTISSA_DIGITS) * std::f64::consts::LN_2;
        2.0 * self.length_scale * self.length_scale * (digits + (n as f64).ln())
    }
}

/// ‖a - b‖² in `f64`.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            let difference = f64::from(*a) - f64::from(*b);
            *sum += difference * difference;
        }
    }
    sums.iter().sum()
}

/// Squared norms of rows, in `f32`.
pub fn squared_norms(x: ArrayView2<'_, f32>) -> Vec<f32> {
    x.rows().into_iter().map(|row| row.dot(&row)).collect()
}

/// How far a squared distance computed from `f32` inner products may be off.
pub fn distance_slack(norm_a: f32, norm_b: f32) -> f32 {
    1e-5 * (norm_a + norm_b) + 1e-3
}

/// Rows of a symmetric sparse matrix, the diagonal included.
#[derive(Debug, Clone)]
pub struct Sparse {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Sparse {
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// From the entries of each row.
    pub fn from_rows(rows: impl Iterator<Item = Vec<(u32, f64)>>) -> Self {
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for row in rows {
            entries.extend(row);
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    pub fn row(&self, row: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }

    /// `K·v`.
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        let product = |row| -> f64 {
            let entries = self.row(row).iter();
            entries
                .map(|&(column, value)| value * v[column as usize])
                .sum()
        };
        (0..self.n()).map(product).collect()
    }

    /// The entry of a row with itself.
    pub fn diagonal(&self, row: usize) -> f64 {
        let entries = self.row(row);
        let place = entries.binary_search_by_key(&row, |&(column, _)| column as usize);
        place.map_or(0.0, |place| entries[place].1)
    }

    /// The rows and columns in `rows` (ascending), renumbered.
    pub fn restrict(&self, rows: &[usize]) -> Self {
        Self::from_rows(rows.iter().map(|&row| {
            let renumbered = |&(column, value): &(u32, f64)| {
                let place = rows.binary_search(&(column as usize)).ok()?;
                Some((place as u32, value))
            };
            self.row(row).iter().filter_map(renumbered).collect()
        }))
    }

    /// The entries left of the covariance matrix of `x`, by blocks of inner products in the order
    /// of the rows' norms: rows whose norms differ by more than the cut-off are far apart.
    fn new(x: ArrayView2<'_, f32>, kernel: Rbf) -> Self {
        let n = x.nrows();
        let cutoff = kernel.cutoff(n);
        let norms = squared_norms(x);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| norms[a].total_cmp(&norms[b]).then(a.cmp(&b)));
        let sorted = x.select(Axis(0), &order);
        let norms: Vec<f32> = order.iter().map(|&row| norms[row]).collect();
        let found: Vec<Vec<(u32, u32, f64)>> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let rows = block * BLOCK..((block + 1) * BLOCK).min(n);
                neighbours(sorted.view(), &norms, rows, cutoff)
                    .into_iter()
                    .map(|(a, b, d2)| (order[a] as u32, order[b] as u32, kernel.value(d2)))
                    .collect()
            })
            .collect();
        let mut all: Vec<(u32, u32, f64)> =
            (0..n as u32).map(|i| (i, i, kernel.constant)).collect();
        for (a, b, value) in found.into_iter().flatten() {
            all.extend([(a, b, value), (b, a, value)]);
        }
        all.sort_unstable_by_key(|&(a, b, _)| (a, b));
        let mut starts = vec![0; n + 1];
        for &(a, _, _) in &all {
            starts[a as usize + 1] += 1;
        }
        for row in 0..n {
            starts[row + 1] += starts[row];
        }
        let entries = all.into_iter().map(|(_, b, value)| (b, value)).collect();
        Self { starts, entries }
    }
}

/// Pairs (a, b), a in `rows` and b after it, that are no further apart than the cut-off, with
/// their squared distance; `x` sorted by norm.
fn neighbours(
    x: ArrayView2<'_, f32>,
    norms: &[f32],
    rows: std::ops::Range<usize>,
    cutoff: f64,
) -> Vec<(usize, usize, f64)> {
    let (coarse, reach) = (cutoff as f32, cutoff.sqrt() as f32);
    let mut found = Vec::new();
    let last_norm = norms[rows.end - 1].sqrt();
    for first in (rows.start..x.nrows()).step_by(BLOCK) {
        if norms[first].sqrt() - last_norm > reach * 1.001 + 1e-3 {
            break;
        }
        let end = (first + BLOCK).min(x.nrows());
        let mut products = Array2::zeros((rows.len(), end - first));
        gemm_nt(
            1.0,
            x.slice(s![rows.clone(), ..]),
            x.slice(s![first..end, ..]),
            0.0,
            &mut products.view_mut(),
        );
        for (a, products) in rows.clone().zip(products.rows()) {
            for (b, product) in (first..end).zip(products) {
                let slack = distance_slack(norms[a], norms[b]);
                if norms[a] + norms[b] - 2.0 * product <= coarse + slack && b > a {
                    let d2 = squared_distance(slice_of(&x, a), slice_of(&x, b));
                    if d2 <= cutoff {
                        found.push((a, b, d2));
                    }
                }
            }
        }
    }
    found
}

fn slice_of<'a>(x: &'a ArrayView2<'_, f32>, row: usize) -> &'a [f32] {
    let all = x.as_slice().expect("selected rows are contiguous");
    &all[row * x.ncols()..(row + 1) * x.ncols()]
}

/// The covariance matrix of one two-class problem.
#[derive(Debug, Clone)]
pub enum Covariance {
    /// Entries left out are none at working precision.
    Sparse(Sparse),
    /// All entries.
    Dense(Array2<f64>),
}

/// The sparse matrix of `x`, or nothing where it would not be sparse.
pub fn sparse_covariance(x: ArrayView2<'_, f32>, kernel: Rbf) -> Option<Sparse> {
    let n = x.nrows();
    let cutoff = kernel.cutoff(n);
    let step = n.div_ceil(N_PROBES);
    let probes: Vec<usize> = (0..n).step_by(step).collect();
    let near: usize = probes
        .iter()
        .map(|&a| {
            let a = x.row(a).to_vec();
            let is_near =
                |row: &ndarray::ArrayView1<'_, f32>| squared_distance(&a, &row.to_vec()) <= cutoff;
            x.rows().into_iter().filter(is_near).count() - 1
        })
        .sum();
    let share = near as f64 / (probes.len() * n) as f64;
    (share <= DENSE_SHARE).then(|| Sparse::new(x, kernel))
}

/// The whole matrix of `x`.
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

/// Refuses dense problems of these sizes if they do not fit: each keeps a factor, and the largest
/// needs two matrices besides.
pub fn check_dense(sizes: &[usize]) -> Result<(), FitError> {
    let bytes = |n: usize| 8 * (n as u64) * (n as u64);
    let kept: u64 = sizes.iter().map(|&n| bytes(n)).sum();
    let working = 2 * sizes.iter().map(|&n| bytes(n)).max().unwrap_or(0);
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
