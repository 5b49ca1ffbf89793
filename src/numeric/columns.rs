//! A few long `f64` columns: their products with one row at a time, and their update by it.
//!
//! For methods that visit rows one by one and change the columns at each visit, so that nothing
//! can be batched over rows.

use pulp::{Arch, Simd, WithSimd};

/// `f64` values that columns are padded to, with zeros: whole registers of any width.
const PADDING: usize = 16;

/// Columns multiplied at a time: with two sums each, enough chains to hide the latency of the
/// multiply-add.
const TILE: usize = 5;

/// Columns of the same length.
#[derive(Debug, Clone)]
pub struct Columns {
    values: Vec<f64>,
    n_columns: usize,
    len: usize,
    padded: usize,
}

impl Columns {
    /// `n_columns` columns of `len` zeros.
    #[must_use]
    pub fn zeros(n_columns: usize, len: usize) -> Self {
        let padded = len.next_multiple_of(PADDING);
        Self {
            values: vec![0.0; n_columns * padded],
            n_columns,
            len,
            padded,
        }
    }

    /// Zeros as long as a column with its padding: what a row is written to.
    #[must_use]
    pub fn row_buffer(&self) -> Vec<f64> {
        vec![0.0; self.padded]
    }

    /// The columns, without their padding.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        let columns = self.values.chunks_exact(self.padded.max(1));
        columns.map(|column| &column[..self.len])
    }

    /// All values, column by column, the padding included (it stays zero where nothing but
    /// multiples of other columns and rows is added).
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// [`Self::values`], to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// Writes the product of `x`, a [`Self::row_buffer`], with each column to `z`.
    ///
    /// # Panics
    /// If `x` or `z` has another length.
    pub fn times_row(&self, x: &[f64], z: &mut [f64]) {
        assert_eq!(x.len(), self.padded, "length of the row");
        assert_eq!(z.len(), self.n_columns, "one product a column");
        if x.is_empty() {
            z.fill(0.0);
            return;
        }
        Arch::new().dispatch(TimesRow {
            columns: &self.values,
            x,
            z,
        });
    }

    /// Adds `scale·x` to column `column_idx`; `x` is a [`Self::row_buffer`].
    ///
    /// # Panics
    /// If there is no such column or `x` has another length.
    pub fn add_row(&mut self, column_idx: usize, scale: f64, x: &[f64]) {
        assert_eq!(x.len(), self.padded, "length of the row");
        let column = &mut self.values[column_idx * self.padded..(column_idx + 1) * self.padded];
        Arch::new().dispatch(AddRow { column, scale, x });
    }
}

struct TimesRow<'a> {
    columns: &'a [f64],
    x: &'a [f64],
    z: &'a mut [f64],
}

impl WithSimd for TimesRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let x = S::as_simd_f64s(self.x).0;
        let tiles = self.columns.chunks(TILE * self.x.len());
        for (columns, z) in tiles.zip(self.z.chunks_mut(TILE)) {
            // The last tile repeats its last column.
            let heads: [&[S::f64s]; TILE] = std::array::from_fn(|idx| {
                let start = idx.min(z.len() - 1) * self.x.len();
                S::as_simd_f64s(&columns[start..start + self.x.len()]).0
            });
            let mut even = [simd.splat_f64s(0.0); TILE];
            let mut odd = even;
            // Padded to whole pairs of registers.
            for k in (0..x.len()).step_by(2) {
                for (sum, head) in even.iter_mut().zip(&heads) {
                    *sum = simd.mul_add_e_f64s(x[k], head[k], *sum);
                }
                for (sum, head) in odd.iter_mut().zip(&heads) {
                    *sum = simd.mul_add_e_f64s(x[k + 1], head[k + 1], *sum);
                }
            }
            for ((z, even), odd) in z.iter_mut().zip(even).zip(odd) {
                *z = simd.reduce_sum_f64s(simd.add_f64s(even, odd));
            }
        }
    }
}

struct AddRow<'a> {
    column: &'a mut [f64],
    scale: f64,
    x: &'a [f64],
}

impl WithSimd for AddRow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let scale = simd.splat_f64s(self.scale);
        let column = S::as_mut_simd_f64s(self.column).0;
        for (value, &x) in column.iter_mut().zip(S::as_simd_f64s(self.x).0) {
            *value = simd.mul_add_e_f64s(scale, x, *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::numeric::rng::stream;

    #[test]
    fn products_and_updates_equal_the_naive_twin() {
        let mut rng = stream(11, &[]);
        for len in [0, 1, 7, 16, 17, 79] {
            for n_columns in [0, 1, 4, 5, 6, 10, 11] {
                let mut columns = Columns::zeros(n_columns, len);
                let mut expected = vec![vec![0.0; len]; n_columns];
                for round in 0..3 * n_columns {
                    let mut x = columns.row_buffer();
                    x[..len].fill_with(|| rng.gen_range(-1.0..1.0));
                    let (column, scale) = (round % n_columns, round as f64 - 1.5);
                    columns.add_row(column, scale, &x);
                    for (value, x) in expected[column].iter_mut().zip(&x) {
                        *value += scale * x;
                    }
                    let mut z = vec![f64::NAN; n_columns];
                    columns.times_row(&x, &mut z);
                    for (z, column) in z.iter().zip(&expected) {
                        let product: f64 = column.iter().zip(&x).map(|(w, x)| w * x).sum();
                        assert!((z - product).abs() < 1e-11, "{len} {n_columns}");
                    }
                }
                for (found, expected) in columns.iter().zip(&expected) {
                    assert_eq!(found.len(), len);
                    for (found, expected) in found.iter().zip(expected) {
                        assert!((found - expected).abs() < 1e-12);
                    }
                }
            }
        }
    }
}
