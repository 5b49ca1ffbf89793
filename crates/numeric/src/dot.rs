//! Level-1 kernels on `f32` slices, dispatched at run time to the widest SIMD of the machine.

use crate::simd::{self, Kernel, Lanes, dispatch};

/// Returns `Σ a[i]·b[i]`, accumulated in `f32` lanes.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// assert_eq!(fashion_bench_numeric::dot::dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "lengths of a dot product");
    dispatch(Dot { a, b })
}

/// Returns `Σ a[i]·b[i]`, every product and sum in `f64`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot_f64(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths of a dot product");
    dispatch(DotF64 { a, b })
}

/// Returns `Σ x[i]²`, accumulated in `f32` lanes.
#[must_use]
pub fn sum_of_squares(x: &[f32]) -> f32 {
    dot(x, x)
}

struct Dot<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl Kernel for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        simd::dot(lanes, self.a, self.b, simd::Same)
    }
}

struct DotF64<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl Kernel for DotF64<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        // Plain arrays become vectors when they are inlined into the dispatched function.
        const LANES: usize = 32;
        let (a, a_tail) = self.a.as_chunks::<LANES>();
        let (b, b_tail) = self.b.as_chunks::<LANES>();
        let mut acc = [0.0_f64; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                acc[lane] += f64::from(a[lane]) * f64::from(b[lane]);
            }
        }
        let sum: f64 = acc.iter().sum();
        a_tail
            .iter()
            .zip(b_tail)
            .fold(sum, |sum, (&a, &b)| sum + f64::from(a) * f64::from(b))
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    const SIZES: [usize; 12] = [0, 1, 2, 3, 15, 16, 17, 31, 63, 65, 784, 1001];

    fn random(n: usize, key: u64) -> Vec<f32> {
        let mut rng = stream(3, &[n as u64, key]);
        (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect()
    }

    #[test]
    fn dot_products_of_all_sizes_equal_the_naive_twin() {
        for n in SIZES {
            let (a, b) = (random(n, 1), random(n, 2));
            let naive: f64 = a
                .iter()
                .zip(&b)
                .map(|(&a, &b)| f64::from(a) * f64::from(b))
                .sum();
            assert!((dot_f64(&a, &b) - naive).abs() < 1e-12);
            assert!((f64::from(dot(&a, &b)) - naive).abs() < 1e-4);
            let squares: f64 = a.iter().map(|&a| f64::from(a) * f64::from(a)).sum();
            assert!((f64::from(sum_of_squares(&a)) - squares).abs() < 1e-4);
        }
    }

    #[test]
    #[should_panic(expected = "lengths of a dot product")]
    fn unequal_lengths_are_refused() {
        let _ = dot(&[1.0], &[1.0, 2.0]);
    }
}
