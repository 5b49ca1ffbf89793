//! The kernel with its numbers, and distances of rows.

use ndarray::ArrayView2;

use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// `c·exp(-‖a - b‖²/(2l²))`.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rbf {
    /// c, the variance of the process.
    pub constant: f64,
    /// l, in units of the features.
    pub length_scale: f64,
}

impl Rbf {
    /// Returns the covariance of rows whose squared distance is `d2`.
    pub fn value(self, d2: f64) -> f64 {
        self.constant * (-self.exponent(d2)).exp()
    }

    /// Returns `d2/(2l²)`.
    pub fn exponent(self, d2: f64) -> f64 {
        d2 / (2.0 * self.length_scale * self.length_scale)
    }

    /// Returns the squared distance beyond which a row's covariances are left out, among `n` rows:
    /// there they are below `c·2⁻⁵³/n`.
    pub fn cutoff(self, n: usize) -> f64 {
        let digits = f64::from(f64::MANTISSA_DIGITS) * std::f64::consts::LN_2;
        2.0 * self.length_scale * self.length_scale * (digits + (n as f64).ln())
    }
}

/// Returns ‖a - b‖² in `f64`.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    dispatch(SquaredDistance { a, b })
}

/// Adds up the squares in [`LANES`] partial sums.
struct SquaredDistance<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

/// Partial sums.
const LANES: usize = 8;

impl Kernel for SquaredDistance<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        let (a, a_tail) = self.a.as_chunks::<LANES>();
        let (b, b_tail) = self.b.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                let difference = f64::from(a[lane]) - f64::from(b[lane]);
                sums[lane] += difference * difference;
            }
        }
        for (sum, (a, b)) in sums.iter_mut().zip(a_tail.iter().zip(b_tail)) {
            let difference = f64::from(*a) - f64::from(*b);
            *sum += difference * difference;
        }
        sums.iter().sum()
    }
}

/// Returns the squared norms of rows, in `f32`.
pub fn squared_norms(x: ArrayView2<'_, f32>) -> Vec<f32> {
    x.rows().into_iter().map(|row| row.dot(&row)).collect()
}

/// Returns how far a squared distance computed from `f32` inner products may be off.
pub fn distance_slack(norm_a: f32, norm_b: f32) -> f32 {
    1e-5 * (norm_a + norm_b) + 1e-3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squared_distances_of_all_lengths_equal_the_naive_twin() {
        for n in [0, 1, 7, 8, 9, 23, 64] {
            let a: Vec<f32> = (0..n).map(|i| (i * i % 7) as f32 * 0.3).collect();
            let b: Vec<f32> = (0..n).map(|i| (i % 5) as f32 - 1.0).collect();
            let difference = |(a, b): (&f32, &f32)| f64::from(*a) - f64::from(*b);
            let squares = a.iter().zip(&b).map(|pair| difference(pair).powi(2));
            let expected: f64 = squares.sum();
            assert!((squared_distance(&a, &b) - expected).abs() < 1e-5, "{n}");
        }
    }
}
