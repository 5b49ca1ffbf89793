//! Distances between rows: exact ones of `f32` rows, and integer ones of byte codes.
//!
//! Sums of `f32` differences are accumulated in `f64`; sums over bytes are exact integers.

use crate::simd::{Kernel, Lanes, dispatch};

/// Returns `Σ (a[i] − b[i])²` in `f64`.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// use fashion_bench_numeric::distance::{manhattan, squared_euclidean};
/// assert_eq!(squared_euclidean(&[0.0, 1.0], &[3.0, 5.0]), 25.0);
/// assert_eq!(manhattan(&[0.0, 1.0], &[3.0, 5.0]), 7.0);
/// ```
#[must_use]
pub fn squared_euclidean(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths of two rows");
    dispatch(Difference::<false> { a, b })
}

/// Returns `Σ |a[i] − b[i]|` in `f64`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn manhattan(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths of two rows");
    dispatch(Difference::<true> { a, b })
}

/// Returns `Σ (a[i] − b[i])²` over bytes.
///
/// # Panics
/// If the lengths differ, or beyond 33,025 bytes, where the sum could overflow.
#[must_use]
pub fn squared_euclidean_u8(a: &[u8], b: &[u8]) -> u32 {
    assert_eq!(a.len(), b.len(), "lengths of two rows");
    // 255² · 33,025 < 2³¹.
    assert!(a.len() <= 33_025, "rows short enough for a 32-bit sum");
    dispatch(SquaresU8 { a, b })
}

struct Difference<'a, const ABSOLUTE: bool> {
    a: &'a [f32],
    b: &'a [f32],
}

impl<const ABSOLUTE: bool> Kernel for Difference<'_, ABSOLUTE> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        // Plain arrays become vectors when they are inlined into the dispatched function.
        const LANES: usize = 32;
        let term = |a: f32, b: f32| {
            let difference = f64::from(a) - f64::from(b);
            if ABSOLUTE {
                difference.abs()
            } else {
                difference * difference
            }
        };
        let (a, a_tail) = self.a.as_chunks::<LANES>();
        let (b, b_tail) = self.b.as_chunks::<LANES>();
        let mut acc = [0.0_f64; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                acc[lane] += term(a[lane], b[lane]);
            }
        }
        let sum: f64 = acc.iter().sum();
        let tail = a_tail.iter().zip(b_tail);
        tail.fold(sum, |sum, (&a, &b)| sum + term(a, b))
    }
}

struct SquaresU8<'a> {
    a: &'a [u8],
    b: &'a [u8],
}

impl Kernel for SquaresU8<'_> {
    type Output = u32;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> u32 {
        let pairs = self.a.iter().zip(self.b);
        let sum: i32 = pairs
            .map(|(&a, &b)| {
                let difference = i32::from(i16::from(a) - i16::from(b));
                difference * difference
            })
            .sum();
        sum.cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random_bytes(n: usize, key: u64) -> Vec<u8> {
        let mut rng = stream(5, &[n as u64, key]);
        (0..n).map(|_| rng.r#gen()).collect()
    }

    #[test]
    fn distances_of_all_sizes_equal_the_naive_twin() {
        for n in [0, 1, 2, 31, 32, 33, 784, 1000] {
            let mut rng = stream(4, &[n as u64]);
            let mut row = || -> Vec<f32> { (0..n).map(|_| rng.gen_range(-3.0..3.0)).collect() };
            let (a, b) = (row(), row());
            let differences = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) - f64::from(b));
            let squares: f64 = differences.clone().map(|d| d * d).sum();
            let absolutes: f64 = differences.map(f64::abs).sum();
            assert!((squared_euclidean(&a, &b) - squares).abs() <= 1e-13 * squares);
            assert!((manhattan(&a, &b) - absolutes).abs() <= 1e-13 * absolutes);

            let (a, b) = (random_bytes(n, 1), random_bytes(n, 2));
            let naive: u32 = a
                .iter()
                .zip(&b)
                .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2))
                .sum();
            assert_eq!(squared_euclidean_u8(&a, &b), naive);
        }
    }
}
