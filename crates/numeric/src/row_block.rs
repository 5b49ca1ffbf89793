//! Products and sums of a few `f32` rows, wherever they lie.
//!
//! These are for methods that visit a few rows at a time and change in between what rows are
//! multiplied with, so that larger batches are impossible. [`super::tall`] takes all rows at once.

use crate::simd::{Kernel, Lanes, dispatch};
use crate::tall::{TILE, tile_axpy, tile_dots};

/// Writes the product of each of `rows` with each of `columns`, all of the same length, to `z`, row
/// by row.
///
/// # Panics
/// If lengths differ, or `z` does not have one element per product.
pub fn products(rows: &[&[f32]], columns: &[&[f32]], z: &mut [f32]) {
    assert_eq!(z.len(), rows.len() * columns.len(), "one product a pair");
    dispatch(Products { rows, columns, z });
}

/// Adds to `sum` the rows that `terms` names, times their factors.
///
/// # Panics
/// If lengths differ, or a row that is named does not exist.
pub fn add_multiples(sum: &mut [f32], rows: &[&[f32]], terms: &[(usize, f32)]) {
    dispatch(AddMultiples { sum, rows, terms });
}

/// Adds `change` to `total`, and makes `moved` the difference of `total` from `from`.
///
/// # Panics
/// If lengths differ.
pub fn fold(total: &mut [f64], change: &[f32], from: &[f64], moved: &mut [f32]) {
    let len = total.len();
    assert_eq!([change.len(), from.len(), moved.len()], [len; 3], "lengths");
    dispatch(Fold {
        total,
        change,
        from,
        moved,
    });
}

struct Products<'a> {
    rows: &'a [&'a [f32]],
    columns: &'a [&'a [f32]],
    z: &'a mut [f32],
}

impl Kernel for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let n_columns = self.columns.len().max(1);
        let tiles = self.z.chunks_mut(TILE * n_columns);
        for (rows, z) in self.rows.chunks(TILE).zip(tiles) {
            // The last tile repeats its last row.
            let row = |idx: usize| rows[idx.min(rows.len() - 1)];
            let tile = [row(0), row(1), row(2), row(3)];
            for (column_idx, column) in self.columns.iter().enumerate() {
                let products = tile_dots(lanes, &tile, column);
                for (z, product) in z.chunks_mut(n_columns).zip(products) {
                    z[column_idx] = product;
                }
            }
        }
    }
}

struct AddMultiples<'a> {
    sum: &'a mut [f32],
    rows: &'a [&'a [f32]],
    terms: &'a [(usize, f32)],
}

impl Kernel for AddMultiples<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for terms in self.terms.chunks(TILE) {
            // The last tile repeats its last row, with a factor of zero after the first time.
            let row = |idx: usize| self.rows[terms[idx.min(terms.len() - 1)].0];
            let factor = |idx: usize| terms.get(idx).map_or(0.0, |term| term.1);
            let tile = [row(0), row(1), row(2), row(3)];
            let factors = [factor(0), factor(1), factor(2), factor(3)];
            tile_axpy(lanes, &tile, factors, self.sum);
        }
    }
}

struct Fold<'a> {
    total: &'a mut [f64],
    change: &'a [f32],
    from: &'a [f64],
    moved: &'a mut [f32],
}

impl Kernel for Fold<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what has moved is small and kept in single precision"
    )]
    fn run<L: Lanes>(self, _: L) {
        let values = self.total.iter_mut().zip(self.moved);
        for ((total, moved), (&change, &from)) in values.zip(self.change.iter().zip(self.from)) {
            *total += f64::from(change);
            *moved = (*total - from) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    #[test]
    fn products_and_sums_equal_the_naive_twin() {
        let mut rng = stream(11, &[]);
        for len in [0, 1, 7, 16, 17, 79] {
            let mut random = |n: usize| -> Vec<Vec<f32>> {
                (0..n)
                    .map(|_| (0..len).map(|_| rng.gen_range(-1.0..1.0)).collect())
                    .collect()
            };
            for (n_rows, n_columns) in [(0, 3), (1, 0), (1, 1), (3, 10), (4, 2), (5, 3), (9, 11)] {
                let (x, w) = (random(n_rows), random(n_columns));
                let rows: Vec<&[f32]> = x.iter().map(Vec::as_slice).collect();
                let columns: Vec<&[f32]> = w.iter().map(Vec::as_slice).collect();
                let mut z = vec![f32::NAN; n_rows * n_columns];
                products(&rows, &columns, &mut z);
                for (z, x) in z.chunks(n_columns.max(1)).zip(&x) {
                    for (&z, w) in z.iter().zip(&w) {
                        let pairs = w.iter().zip(x);
                        let product: f64 = pairs.map(|(&w, &x)| f64::from(w) * f64::from(x)).sum();
                        assert!((f64::from(z) - product).abs() < 1e-5, "{len} {n_rows}");
                    }
                }

                let terms: Vec<(usize, f32)> = (0..n_rows)
                    .rev()
                    .map(|row| (row, row as f32 - 1.5))
                    .collect();
                let mut sum = vec![0.5; len];
                add_multiples(&mut sum, &rows, &terms);
                for (j, &sum) in sum.iter().enumerate() {
                    let expected: f32 = terms.iter().map(|&(row, factor)| factor * x[row][j]).sum();
                    assert!((sum - 0.5 - expected).abs() < 1e-5, "{len} {n_rows}");
                }
            }
        }
    }

    #[test]
    fn folding_adds_and_subtracts() {
        for len in [0, 1, 7, 33] {
            let mut total: Vec<f64> = (0..len).map(|j| f64::from(j) + 0.5).collect();
            let change: Vec<f32> = (0..len).map(|j| 0.25 * j as f32).collect();
            let from = vec![0.5; total.len()];
            let mut moved = vec![f32::NAN; total.len()];
            fold(&mut total, &change, &from, &mut moved);
            for (j, (&total, &moved)) in total.iter().zip(&moved).enumerate() {
                assert_eq!(total, 1.25 * j as f64 + 0.5);
                assert_eq!(moved, 1.25 * j as f32);
            }
        }
    }
}
