//! Symmetric sparse matrices, and how the one of covariances is made.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::rbf::{Rbf, distance_slack, squared_distance, squared_norms};
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows of a block of inner products.
const BLOCK: usize = 512;

/// Rows of a symmetric sparse matrix, the diagonal included.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sparse {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
}

impl Sparse {
    /// Returns the number of rows.
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// Makes a matrix of the entries of each row: column, ascending, and value.
    pub fn from_rows(rows: impl Iterator<Item = Vec<(u32, f64)>>) -> Self {
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for row in rows {
            entries.extend(row);
            starts.push(entries.len());
        }
        Self { starts, entries }
    }

    /// Returns the entries of a row: column and value.
    pub fn row(&self, row: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }

    /// Returns the product with `v`.
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        let product = |row| -> f64 {
            let entries = self.row(row).iter();
            entries
                .map(|&(column, value)| value * v[column as usize])
                .sum()
        };
        (0..self.n()).map(product).collect()
    }

    /// Returns the entry of a row with itself.
    pub fn diagonal(&self, row: usize) -> f64 {
        let entries = self.row(row);
        let place = entries.binary_search_by_key(&row, |&(column, _)| column as usize);
        place.map_or(0.0, |place| entries[place].1)
    }

    /// Returns the rows and columns in `rows` (ascending), renumbered.
    pub fn restrict(&self, rows: &[usize]) -> Self {
        Self::from_rows(rows.iter().map(|&row| {
            let renumbered = |&(column, value): &(u32, f64)| {
                let place = rows.binary_search(&(column as usize)).ok()?;
                Some((place as u32, value))
            };
            self.row(row).iter().filter_map(renumbered).collect()
        }))
    }

    /// Makes the covariance matrix of `x` without the entries beyond the cut-off. It takes blocks
    /// of inner products in the order of the rows' norms, as rows whose norms differ by more than
    /// the cut-off are far apart.
    pub fn of_rows(x: ArrayView2<'_, f32>, kernel: Rbf) -> Self {
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
        Self::from_sorted(n, all)
    }

    /// Makes a matrix of `n` rows of entries (row, column, value), sorted by row and column.
    fn from_sorted(n: usize, all: Vec<(u32, u32, f64)>) -> Self {
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

/// Finds the pairs (a, b), a in `rows` and b after it, that are no further apart than the cut-off,
/// with their squared distance; `x` is sorted by norm.
fn neighbours(
    x: ArrayView2<'_, f32>,
    norms: &[f32],
    rows: Range<usize>,
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
            x.slice_axis(Axis(0), rows.clone().into()),
            x.slice_axis(Axis(0), (first..end).into()),
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
