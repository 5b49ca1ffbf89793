//! Sums of scaled `f32` rows in `f64`, in blocks that stay in cache.

use crate::simd::{Kernel, Lanes, dispatch};

/// `f64` values of one block: 8 KiB, well inside the first-level cache.
const BLOCK: usize = 1024;

/// Adds `Σ scale·row[i]` to each `y[i]`, over the pairs `(scale, row)` in their order; `y` is read
/// and written.
///
/// # Panics
/// If a row is not as long as `y`.
///
/// ```
/// let mut y = [1.0, 2.0];
/// fashion_bench_numeric::accumulate::add_scaled_rows(&[(0.5, &[2.0, 4.0])], &mut y);
/// assert_eq!(y, [2.0, 4.0]);
/// ```
pub fn add_scaled_rows(rows: &[(f64, &[f32])], y: &mut [f64]) {
    for (_, row) in rows {
        assert_eq!(row.len(), y.len(), "length of a row to add");
    }
    dispatch(AddScaledRows { rows, y });
}

struct AddScaledRows<'a> {
    rows: &'a [(f64, &'a [f32])],
    y: &'a mut [f64],
}

impl Kernel for AddScaledRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        for (block_idx, y) in self.y.chunks_mut(BLOCK).enumerate() {
            let first = block_idx * BLOCK;
            let range = first..first + y.len();
            for (scale, row) in self.rows {
                for (y, &value) in y.iter_mut().zip(&row[range.clone()]) {
                    *y += scale * f64::from(value);
                }
            }
        }
    }
}

/// Returns `Σ a[i]·b[i]`, products and sums in `f64`.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// assert_eq!(fashion_bench_numeric::accumulate::dot_mixed(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[must_use]
pub fn dot_mixed(a: &[f32], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths of a dot product");
    dispatch(DotMixed { a, b })
}

struct DotMixed<'a> {
    a: &'a [f32],
    b: &'a [f64],
}

impl Kernel for DotMixed<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        const LANES: usize = 32;
        let (a, a_tail) = self.a.as_chunks::<LANES>();
        let (b, b_tail) = self.b.as_chunks::<LANES>();
        let mut sums = [0.0_f64; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                sums[lane] += f64::from(a[lane]) * b[lane];
            }
        }
        let tail: f64 = a_tail
            .iter()
            .zip(b_tail)
            .map(|(&a, b)| f64::from(a) * b)
            .sum();
        sums.iter().sum::<f64>() + tail
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    #[test]
    fn mixed_dot_products_of_all_sizes_equal_the_naive_twin() {
        let mut rng = stream(2, &[]);
        for n in [0, 1, 2, 31, 32, 33, 784] {
            let a: Vec<f32> = (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect();
            let b: Vec<f64> = (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect();
            let naive: f64 = a.iter().zip(&b).map(|(&a, b)| f64::from(a) * b).sum();
            assert!((dot_mixed(&a, &b) - naive).abs() < 1e-12);
        }
    }

    #[test]
    fn sums_of_all_sizes_equal_the_naive_twin() {
        let mut rng = stream(1, &[]);
        for n in [0, 1, 2, 7, 1023, 1024, 1025, 2500] {
            for n_rows in [0, 1, 2, 5] {
                let rows: Vec<Vec<f32>> = (0..n_rows)
                    .map(|_| (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect())
                    .collect();
                let scales: Vec<f64> = (0..n_rows).map(|_| rng.gen_range(-9.0..9.0)).collect();
                let start: Vec<f64> = (0..n).map(|i| i as f64).collect();
                let scaled: Vec<(f64, &[f32])> = scales
                    .iter()
                    .zip(&rows)
                    .map(|(&scale, row)| (scale, row.as_slice()))
                    .collect();
                let mut found = start.clone();
                add_scaled_rows(&scaled, &mut found);
                for i in 0..n {
                    let sum: f64 = scaled.iter().map(|(s, row)| s * f64::from(row[i])).sum();
                    assert!((found[i] - start[i] - sum).abs() < 1e-9);
                }
            }
        }
    }
}
