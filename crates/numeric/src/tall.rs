//! Products of a tall row-major `f32` matrix with a few columns: `Z = X·W` and `G = Xᵀ·U`.
//!
//! With ten columns these products are bound by the reading of X, so each row is read once for all
//! columns: 60,000 × 784 by 10 columns take about 25 ms on one core of an EPYC with AVX-512. Rows
//! are cut into fixed chunks, whose sums are added in `f64` in order, so that the result does not
//! depend on the number of threads.

use std::ops::Range;

use ndarray::ArrayView2;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::simd::{F32_LANES, Kernel, Lanes, Vector, dispatch, padded};

/// Rows of a chunk; together they fill about half of a core's second-level cache at 784 features.
const CHUNK: usize = 128;

/// Chunks whose gradients are added in `f32` before they are added to the `f64` sum.
const CHUNKS_PER_SUM: usize = 8;

/// Rows that the kernels take at a time.
pub(crate) const TILE: usize = 4;

/// The rows of a matrix, all or some, with an optional constant feature behind the last one.
#[derive(Debug, Clone, Copy)]
pub struct Tall<'a> {
    x: &'a [f32],
    n_rows: usize,
    n_features: usize,
    bias: Option<f32>,
}

impl<'a> Tall<'a> {
    /// Takes `x` (`n_samples` × `n_features`, row-major) and, if `bias` is given, one more feature
    /// of that value in every row.
    ///
    /// # Panics
    /// If `x` is not contiguous in row-major order.
    #[must_use]
    pub fn new(x: ArrayView2<'a, f32>, bias: Option<f32>) -> Self {
        let (n_rows, n_features) = x.dim();
        let x = x.to_slice().expect("features are contiguous and row-major");
        Self {
            x,
            n_rows,
            n_features,
            bias,
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Returns the width of a row, the constant feature included.
    #[must_use]
    pub fn width(&self) -> usize {
        self.n_features + usize::from(self.bias.is_some())
    }

    /// Returns row `row_idx` without the constant feature.
    #[must_use]
    pub fn row(&self, row_idx: usize) -> &'a [f32] {
        let start = row_idx * self.n_features;
        &self.x[start..start + self.n_features]
    }

    /// Returns the value of the constant feature; 0 without one.
    #[must_use]
    pub fn bias(&self) -> f32 {
        self.bias.unwrap_or(0.0)
    }

    /// Returns for each row `Σ_j x_j² / s_j` with `s_j` the feature's sum of squares over all rows:
    /// about how much of the curvature of a sum over rows comes from this row alone. The values sum
    /// to the number of features that are not zero throughout.
    #[must_use]
    pub fn leverages(&self) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.n_features];
        for row_idx in 0..self.n_rows {
            for (sum, &x) in sums.iter_mut().zip(self.row(row_idx)) {
                *sum += f64::from(x * x);
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "features are no more exact"
        )]
        let inverse = |sum: &f64| if *sum > 0.0 { (1.0 / sum) as f32 } else { 0.0 };
        let inverses: Vec<f32> = sums.iter().map(inverse).collect();
        let constant = self.bias.map_or(0.0, |_| 1.0 / self.n_rows as f32);
        (0..self.n_rows)
            .map(|row_idx| {
                let pairs = self.row(row_idx).iter().zip(&inverses);
                constant + pairs.map(|(x, inverse)| x * x * inverse).sum::<f32>()
            })
            .collect()
    }

    /// Returns `X·w` for each column `w` of `columns` (each [`Self::width`] long): one vector of
    /// `n_rows` values per column.
    #[must_use]
    pub fn times(&self, columns: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let n_columns = columns.len();
        let chunks: Vec<Vec<f32>> = (0..self.n_rows.div_ceil(CHUNK))
            .into_par_iter()
            .with_min_len(CHUNKS_PER_SUM)
            .map(|chunk| {
                let rows = self.chunk(chunk);
                let mut z = vec![0.0; rows.len() * n_columns];
                self.multiply(rows, columns, &mut z);
                z
            })
            .collect();
        let mut result = vec![Vec::with_capacity(self.n_rows); n_columns];
        for z in &chunks {
            for row in z.chunks_exact(n_columns.max(1)) {
                for (column, value) in result.iter_mut().zip(row) {
                    column.push(*value);
                }
            }
        }
        result
    }

    /// Returns `Xᵀ·u` for each column `u` of `columns` (each `n_rows` long), summed in `f64` over
    /// chunks.
    #[must_use]
    pub fn transposed_times(&self, columns: &[Vec<f32>]) -> Vec<Vec<f64>> {
        self.sum_over_chunks(columns.len(), |rows, u| {
            for (row_idx, u_row) in rows.zip(u.chunks_exact_mut(columns.len().max(1))) {
                for (value, column) in u_row.iter_mut().zip(columns) {
                    *value = column[row_idx];
                }
            }
        })
    }

    /// Returns `Xᵀ·f(X·w)` in one reading of X. `transform` gets the index of a row and its
    /// products with `columns`, and replaces the products.
    pub fn normal_product(
        &self,
        columns: &[Vec<f32>],
        transform: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Vec<Vec<f64>> {
        let n_columns = columns.len();
        self.sum_over_chunks(n_columns, |rows, u| {
            self.multiply(rows.clone(), columns, u);
            for (row_idx, u_row) in rows.zip(u.chunks_exact_mut(n_columns.max(1))) {
                transform(row_idx, u_row);
            }
        })
    }

    fn chunk(&self, chunk: usize) -> Range<usize> {
        chunk * CHUNK..((chunk + 1) * CHUNK).min(self.n_rows)
    }

    /// Returns `Σ_rows u[row]·x[row]` for each column, where `fill` writes the `u` of a chunk
    /// (row-major).
    fn sum_over_chunks(
        &self,
        n_columns: usize,
        fill: impl Fn(Range<usize>, &mut [f32]) + Sync,
    ) -> Vec<Vec<f64>> {
        let n_chunks = self.n_rows.div_ceil(CHUNK);
        let partial: Vec<Vec<f32>> = (0..n_chunks.div_ceil(CHUNKS_PER_SUM))
            .into_par_iter()
            .map(|part| {
                let mut sum = vec![0.0; n_columns * self.width()];
                let first = part * CHUNKS_PER_SUM;
                for chunk in first..(first + CHUNKS_PER_SUM).min(n_chunks) {
                    let rows = self.chunk(chunk);
                    let mut u = vec![0.0; rows.len() * n_columns];
                    fill(rows.clone(), &mut u);
                    self.accumulate(rows, &u, n_columns, &mut sum);
                }
                sum
            })
            .collect();
        let mut result = vec![vec![0.0; self.width()]; n_columns];
        for sum in &partial {
            for (total, part) in result.iter_mut().zip(sum.chunks_exact(self.width())) {
                for (total, &part) in total.iter_mut().zip(part) {
                    *total += f64::from(part);
                }
            }
        }
        result
    }

    /// Writes the products of `rows` with `columns` to `z` (rows × columns).
    fn multiply(&self, rows: Range<usize>, columns: &[Vec<f32>], z: &mut [f32]) {
        dispatch(Multiply {
            design: self,
            rows,
            columns,
            z,
        });
    }

    /// Adds `Σ_rows u[row, column]·x[row]` to each column of `sum` (columns × width).
    fn accumulate(&self, rows: Range<usize>, u: &[f32], n_columns: usize, sum: &mut [f32]) {
        dispatch(Accumulate {
            design: self,
            rows,
            u,
            n_columns,
            sum,
        });
    }

    /// Returns the rows of a tile; the last tile repeats its last row.
    fn tile(&self, start: usize, end: usize) -> [&'a [f32]; TILE] {
        let mut tile = [self.row(start); TILE];
        for (offset, row) in tile.iter_mut().enumerate() {
            *row = self.row((start + offset).min(end - 1));
        }
        tile
    }
}

struct Multiply<'a, 'x> {
    design: &'a Tall<'x>,
    rows: Range<usize>,
    columns: &'a [Vec<f32>],
    z: &'a mut [f32],
}

impl Kernel for Multiply<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let n_columns = self.columns.len();
        let n_features = self.design.n_features;
        let bias = self.design.bias();
        let first = self.rows.start;
        for start in self.rows.clone().step_by(TILE) {
            let x = self.design.tile(start, self.rows.end);
            let n_real = TILE.min(self.rows.end - start);
            for (column_idx, w) in self.columns.iter().enumerate() {
                let products = tile_dots(lanes, &x, &w[..n_features]);
                let constant = w.get(n_features).map_or(0.0, |w| w * bias);
                for (offset, product) in products.iter().enumerate().take(n_real) {
                    self.z[(start - first + offset) * n_columns + column_idx] = product + constant;
                }
            }
        }
    }
}

/// Returns the products of `w` with `N` rows of the same length; `w` is loaded once for all of
/// them.
///
/// This is inlined into dispatched functions. A row's product does not depend on the other rows.
#[inline(always)]
pub(crate) fn tile_dots<L: Lanes, const N: usize>(
    lanes: L,
    x: &[&[f32]; N],
    w: &[f32],
) -> [f32; N] {
    let (w_head, w_tail) = w.as_chunks::<F32_LANES>();
    let mut heads = [w_head; N];
    for (head, x) in heads.iter_mut().zip(x) {
        *head = &x.as_chunks().0[..w_head.len()];
    }
    let mut sums = [lanes.splat_f32(0.0); N];
    for (k, w) in w_head.iter().enumerate() {
        let w = lanes.load_f32(w);
        for row in 0..N {
            sums[row] = lanes.load_f32(&heads[row][k]).mul_add(w, sums[row]);
        }
    }
    if !w_tail.is_empty() {
        let n_done = w.len() - w_tail.len();
        let w = lanes.load_f32(&padded(w_tail));
        for row in 0..N {
            let x = lanes.load_f32(&padded(&x[row][n_done..]));
            sums[row] = x.mul_add(w, sums[row]);
        }
    }
    // This is not a closure, which would be compiled without the vector instructions.
    let mut products = [0.0; N];
    for row in 0..N {
        products[row] = sums[row].sum();
    }
    products
}

struct Accumulate<'a, 'x> {
    design: &'a Tall<'x>,
    rows: Range<usize>,
    u: &'a [f32],
    n_columns: usize,
    sum: &'a mut [f32],
}

impl Kernel for Accumulate<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let n_features = self.design.n_features;
        let width = self.design.width();
        let first = self.rows.start;
        for start in self.rows.clone().step_by(TILE) {
            let x = self.design.tile(start, self.rows.end);
            let n_real = TILE.min(self.rows.end - start);
            for column in 0..self.n_columns {
                let mut u = [0.0; TILE];
                for (offset, u) in u.iter_mut().enumerate().take(n_real) {
                    *u = self.u[(start - first + offset) * self.n_columns + column];
                }
                // Losses are flat over most rows once the fit is good.
                if u == [0.0; TILE] {
                    continue;
                }
                let sum = &mut self.sum[column * width..(column + 1) * width];
                tile_axpy(lanes, &x, u, &mut sum[..n_features]);
                if let Some(bias) = self.design.bias {
                    sum[n_features] += bias * u.iter().sum::<f32>();
                }
            }
        }
    }
}

/// Adds the rows `x`, times `u`, to `sum`.
#[inline(always)]
pub(crate) fn tile_axpy<L: Lanes>(lanes: L, x: &[&[f32]; TILE], u: [f32; TILE], sum: &mut [f32]) {
    let n_features = sum.len();
    let (head, tail) = sum.as_chunks_mut::<F32_LANES>();
    let n_done = n_features - tail.len();
    let n_head = head.len();
    let (x0, x1) = (&x[0].as_chunks().0[..n_head], &x[1].as_chunks().0[..n_head]);
    let (x2, x3) = (&x[2].as_chunks().0[..n_head], &x[3].as_chunks().0[..n_head]);
    let mut us = [lanes.splat_f32(0.0); TILE];
    for (us, u) in us.iter_mut().zip(u) {
        *us = lanes.splat_f32(u);
    }
    for k in 0..n_head {
        add_tile(lanes, [&x0[k], &x1[k], &x2[k], &x3[k]], us, &mut head[k]);
    }
    if !tail.is_empty() {
        let mut sum = padded(tail);
        let mut rest = [[0.0; F32_LANES]; TILE];
        for (rest, x) in rest.iter_mut().zip(x) {
            *rest = padded(&x[n_done..n_features]);
        }
        let [x0, x1, x2, x3] = &rest;
        add_tile(lanes, [x0, x1, x2, x3], us, &mut sum);
        tail.copy_from_slice(&sum[..tail.len()]);
    }
}

/// Adds a vector of each row, times `u`, to `sum`.
#[inline(always)]
fn add_tile<L: Lanes>(
    lanes: L,
    x: [&[f32; F32_LANES]; TILE],
    u: [L::F32; TILE],
    sum: &mut [f32; F32_LANES],
) {
    let low = lanes.load_f32(x[0]).mul_add(u[0], lanes.load_f32(sum));
    let low = lanes.load_f32(x[1]).mul_add(u[1], low);
    let high = lanes
        .load_f32(x[3])
        .mul_add(u[3], lanes.load_f32(x[2]).mul(u[2]));
    low.add(high).store(sum);
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2};
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random(n_rows: usize, n_columns: usize, key: u64) -> Array2<f32> {
        let mut rng = stream(5, &[n_rows as u64, n_columns as u64, key]);
        Array2::from_shape_fn((n_rows, n_columns), |_| rng.gen_range(-1.0..1.0))
    }

    fn with_bias(x: &Array2<f32>, bias: Option<f32>) -> Array2<f64> {
        let mut wide = x.mapv(f64::from);
        if let Some(bias) = bias {
            let column = Array1::from_elem(x.nrows(), f64::from(bias));
            wide.push_column(column.view()).unwrap();
        }
        wide
    }

    fn columns_of(a: &Array2<f32>) -> Vec<Vec<f32>> {
        a.columns().into_iter().map(|c| c.to_vec()).collect()
    }

    #[test]
    fn products_of_all_sizes_equal_the_naive_twin() {
        for n_rows in [0, 1, 2, 3, 5, 127, 128, 129, 1030] {
            for n_features in [1, 2, 15, 16, 33, 79] {
                for (n_columns, bias) in [(0, None), (1, Some(2.0)), (3, None), (10, Some(0.5))] {
                    let x = random(n_rows, n_features, 1);
                    let wide = with_bias(&x, bias);
                    let tall = Tall::new(x.view(), bias);
                    let w = random(wide.ncols(), n_columns, 2);
                    let u = random(n_rows, n_columns, 3);

                    let expected = wide.dot(&w.mapv(f64::from));
                    let z = tall.times(&columns_of(&w));
                    for (column, z) in z.iter().enumerate() {
                        for (row, &z) in z.iter().enumerate() {
                            assert!((f64::from(z) - expected[[row, column]]).abs() < 1e-4);
                        }
                    }

                    let check = |found: &[Vec<f64>], u: &Array2<f64>| {
                        let expected = wide.t().dot(u);
                        for (column, found) in found.iter().enumerate() {
                            for (row, found) in found.iter().enumerate() {
                                let tolerance = 1e-5 * (1.0 + n_rows as f64);
                                assert!((found - expected[[row, column]]).abs() < tolerance);
                            }
                        }
                    };
                    check(&tall.transposed_times(&columns_of(&u)), &u.mapv(f64::from));

                    let mut squares = expected;
                    for (row_idx, mut row) in squares.rows_mut().into_iter().enumerate() {
                        row.mapv_inplace(|z| z * z * (row_idx % 3) as f64);
                    }
                    let fused = tall.normal_product(&columns_of(&w), |row_idx, z| {
                        for z in z {
                            *z = z.powi(2) * (row_idx % 3) as f32;
                        }
                    });
                    check(&fused, &squares);
                }
            }
        }
    }

    #[test]
    fn leverages_are_shares_of_the_sums_of_squares() {
        for (n_rows, bias) in [(0, None), (1, Some(2.0)), (2, None), (37, Some(0.5))] {
            let mut x = random(n_rows, 5, 6);
            x.column_mut(3).fill(0.0);
            let wide = with_bias(&x, bias).mapv(|v| v * v);
            let sums = wide.sum_axis(ndarray::Axis(0));
            let leverages = Tall::new(x.view(), bias).leverages();
            assert_eq!(leverages.len(), n_rows);
            for (row, leverage) in wide.rows().into_iter().zip(leverages) {
                let shares = row.iter().zip(&sums).filter(|(_, sum)| **sum > 0.0);
                let expected: f64 = shares.map(|(square, sum)| square / sum).sum();
                assert!((f64::from(leverage) - expected).abs() < 1e-5 * expected);
            }
        }
    }
}
