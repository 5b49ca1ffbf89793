//! Further measures of how far two `f32` rows are apart, in `f64`.
//!
//! Sums run over a fixed number of lanes, so that they do not depend on the width of vectors.

use crate::simd::{Kernel, Lanes, dispatch};

/// Partial sums, as many on every machine.
const N_LANES: usize = 16;

/// Returns `max |a[i] − b[i]|`, 0 of empty rows.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// use fashion_bench_numeric::measure::{bray_curtis, canberra, chebyshev, minkowski_sum};
/// let (a, b) = ([0.0, 1.0, -2.0], [0.0, 5.0, -3.0]);
/// assert_eq!(chebyshev(&a, &b), 4.0);
/// assert_eq!(minkowski_sum(&a, &b, 3.0), 65.0);
/// assert_eq!(canberra(&a, &b), 4.0 / 6.0 + 1.0 / 5.0);
/// assert_eq!(bray_curtis(&a, &b), 5.0 / 11.0);
/// ```
#[must_use]
pub fn chebyshev(a: &[f32], b: &[f32]) -> f64 {
    let term = |a: f64, b: f64| [(a - b).abs()];
    fold(a, b, term, f64::max)[0]
}

/// Returns `Σ |a[i] − b[i]|^p`; a few powers by products and square roots.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn minkowski_sum(a: &[f32], b: &[f32], p: f64) -> f64 {
    // The usual powers one by one, as each becomes a loop of vectors.
    if p == 0.5 {
        sums(a, b, |a, b| [(a - b).abs().sqrt()])[0]
    } else if p == 1.5 {
        sums(a, b, |a, b| {
            let d = (a - b).abs();
            [d * d.sqrt()]
        })[0]
    } else if p == 2.5 {
        sums(a, b, |a, b| {
            let d = (a - b).abs();
            [d * d * d.sqrt()]
        })[0]
    } else if p == 3.0 {
        sums(a, b, |a, b| {
            let d = (a - b).abs();
            [d * d * d]
        })[0]
    } else if p == 4.0 {
        sums(a, b, |a, b| {
            let d2 = (a - b) * (a - b);
            [d2 * d2]
        })[0]
    } else {
        sums(a, b, |a, b| [(a - b).abs().powf(p)])[0]
    }
}

/// Returns `Σ |a[i] − b[i]| / (|a[i]| + |b[i]|)`, where 0/0 counts 0.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn canberra(a: &[f32], b: &[f32]) -> f64 {
    let term = |a: f64, b: f64| {
        let size = a.abs() + b.abs();
        // A divisor of 1 where the dividend is 0 as well.
        [(a - b).abs() / if size > 0.0 { size } else { 1.0 }]
    };
    sums(a, b, term)[0]
}

/// Returns `Σ |a[i] − b[i]| / Σ (|a[i]| + |b[i]|)`, 0 if both sums are 0.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn bray_curtis(a: &[f32], b: &[f32]) -> f64 {
    let [difference, size] = sums(a, b, |a, b| [(a - b).abs(), a.abs() + b.abs()]);
    if size > 0.0 { difference / size } else { 0.0 }
}

/// Returns the number of places where the rows differ.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn n_unequal(a: &[f32], b: &[f32]) -> f64 {
    sums(a, b, |a, b| [f64::from(u8::from(a != b))])[0]
}

/// Returns the number of places where both values are not 0, only the first, and only the second.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn truth_counts(a: &[f32], b: &[f32]) -> [f64; 3] {
    let truth = |is_true: bool| f64::from(u8::from(is_true));
    sums(a, b, |a, b| {
        let (a, b) = (a != 0.0, b != 0.0);
        [truth(a & b), truth(a & !b), truth(!a & b)]
    })
}

/// Returns `Σ (a[i] − a_mean)(b[i] − b_mean)`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn centred_product(a: &[f32], a_mean: f64, b: &[f32], b_mean: f64) -> f64 {
    sums(a, b, |a, b| [(a - a_mean) * (b - b_mean)])[0]
}

/// Returns the sums of the terms of all places.
fn sums<const N: usize>(
    a: &[f32],
    b: &[f32],
    term: impl Fn(f64, f64) -> [f64; N] + Copy,
) -> [f64; N] {
    fold(a, b, term, |sum, term| sum + term)
}

fn fold<const N: usize>(
    a: &[f32],
    b: &[f32],
    term: impl Fn(f64, f64) -> [f64; N] + Copy,
    join: impl Fn(f64, f64) -> f64 + Copy,
) -> [f64; N] {
    assert_eq!(a.len(), b.len(), "lengths of two rows");
    dispatch(Fold { a, b, term, join })
}

/// Joins the terms of all places, from 0.
struct Fold<'a, T, J> {
    a: &'a [f32],
    b: &'a [f32],
    term: T,
    join: J,
}

impl<const N: usize, T, J> Kernel for Fold<'_, T, J>
where
    T: Fn(f64, f64) -> [f64; N] + Copy,
    J: Fn(f64, f64) -> f64 + Copy,
{
    type Output = [f64; N];

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> [f64; N] {
        // Plain arrays become vectors when they are inlined into the dispatched function.
        let (a, a_tail) = self.a.as_chunks::<N_LANES>();
        let (b, b_tail) = self.b.as_chunks::<N_LANES>();
        let mut lanes = [[0.0_f64; N_LANES]; N];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..N_LANES {
                let terms = (self.term)(f64::from(a[lane]), f64::from(b[lane]));
                for (lanes, term) in lanes.iter_mut().zip(terms) {
                    lanes[lane] = (self.join)(lanes[lane], term);
                }
            }
        }
        let mut joined = lanes.map(|lanes| lanes.into_iter().fold(0.0, self.join));
        for (a, b) in a_tail.iter().zip(b_tail) {
            let terms = (self.term)(f64::from(*a), f64::from(*b));
            for (joined, term) in joined.iter_mut().zip(terms) {
                *joined = (self.join)(*joined, term);
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    #[test]
    fn measures_of_all_sizes_equal_the_naive_twin() {
        for n in [0_usize, 1, 2, 15, 16, 17, 784, 1000] {
            let mut rng = stream(6, &[n as u64]);
            let mut row =
                || -> Vec<f32> { (0..n).map(|_| rng.gen_range(-3_i8..3).into()).collect() };
            let (a, b) = (row(), row());
            let pairs: Vec<(f64, f64)> = a
                .iter()
                .zip(&b)
                .map(|(&a, &b)| (a.into(), b.into()))
                .collect();
            let sum = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
                pairs.iter().map(|&(a, b)| term(a, b)).sum()
            };
            let close = |found: f64, expected: f64| {
                assert!(
                    (found - expected).abs() <= 1e-12 * (1.0 + expected.abs()),
                    "{n}: {found} {expected}"
                );
            };
            close(
                chebyshev(&a, &b),
                pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max),
            );
            for p in [0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 7.5, 16.0] {
                close(minkowski_sum(&a, &b, p), sum(&|a, b| (a - b).abs().powf(p)));
            }
            let share = |a: f64, b: f64| (a - b).abs() / (a.abs() + b.abs());
            close(
                canberra(&a, &b),
                sum(&|a, b| {
                    if a == 0.0 && b == 0.0 {
                        0.0
                    } else {
                        share(a, b)
                    }
                }),
            );
            let size = sum(&|a, b| a.abs() + b.abs());
            let difference = sum(&|a, b| (a - b).abs());
            close(
                bray_curtis(&a, &b),
                if size > 0.0 { difference / size } else { 0.0 },
            );
            close(n_unequal(&a, &b), sum(&|a, b| f64::from(a != b)));
            let [both, first, second] = truth_counts(&a, &b);
            close(both, sum(&|a, b| f64::from(a != 0.0 && b != 0.0)));
            close(first, sum(&|a, b| f64::from(a != 0.0 && b == 0.0)));
            close(second, sum(&|a, b| f64::from(a == 0.0 && b != 0.0)));
            close(
                centred_product(&a, 0.5, &b, -0.25),
                sum(&|a, b| (a - 0.5) * (b + 0.25)),
            );
        }
    }
}
