//! The difference of two accuracies on one test split, with its interval and its p-value.
//!
//! Two models on the same images agree on most of them, so that their accuracies are far from
//! independent. What tells them apart are the images that one gets right more often than the
//! other: of `n_plus` against `n_minus`, with no difference each is as likely. With a repeat on
//! either side that is McNemar's test; with more, images are compared by their share of repeats
//! that were right, and it is the sign test, McNemar's generalisation to shares.

use serde::Serialize;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF, Normal};

/// Two-sided 95 % quantile of the normal distribution.
pub(super) const NORMAL_95: f64 = 1.959_963_984_540_054;
/// Discordant images from which the approximation serves; below, the exact test.
const EXACT_BELOW: u64 = 100;

/// By how much A is more accurate than B.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Accuracy of A less that of B.
    pub mean: f64,
    /// Half the width of its 95 % interval.
    pub half_width: f64,
    /// Probability of a difference at least as large if there is none.
    pub p: f64,
    /// Whether images were paired.
    pub is_paired: bool,
}

/// Compares two models by the share of repeats that had each test image right.
///
/// The interval is Agresti and Min's (2005), Wald's after half an image is added to each cell of
/// the table of agreement. It is of the test split as a sample: what other seeds would do shows in
/// the spread of the repeats.
///
/// # Panics
/// If the shares are not of the same images.
#[must_use]
pub fn compare_paired(a: &[f64], b: &[f64]) -> Difference {
    assert_eq!(a.len(), b.len());
    let (mut n_plus, mut n_minus) = (0_u64, 0_u64);
    let (mut sum, mut squares) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let difference = a - b;
        sum += difference;
        squares += difference * difference;
        n_plus += u64::from(difference > 0.0);
        n_minus += u64::from(difference < 0.0);
    }
    // Half an image in each of four cells: two more images, one of them discordant.
    let n = a.len() as f64 + 2.0;
    let mean = sum / n;
    let variance = ((squares + 1.0) / n - mean * mean) / n;
    Difference {
        mean: sum / a.len().max(1) as f64,
        half_width: NORMAL_95 * variance.sqrt(),
        p: mcnemar(n_plus, n_minus),
        is_paired: true,
    }
}

/// Compares two accuracies on `n` images each as if the images were other ones.
///
/// # Panics
/// If `n` is 0.
#[must_use]
pub fn compare_unpaired(a: f64, b: f64, n: usize) -> Difference {
    assert!(n > 0);
    let n = n as f64;
    let variance = (a * (1.0 - a) + b * (1.0 - b)) / n;
    let pooled = f64::midpoint(a, b);
    let under_equality = (2.0 * pooled * (1.0 - pooled) / n).sqrt();
    let z = if under_equality > 0.0 {
        (a - b) / under_equality
    } else {
        0.0
    };
    Difference {
        mean: a - b,
        half_width: NORMAL_95 * variance.sqrt(),
        p: 2.0 * Normal::standard().cdf(-z.abs()),
        is_paired: false,
    }
}

/// McNemar's test of `n_plus` against `n_minus` discordant images, two-sided: exact where they are
/// few, with the continuity correction (Edwards 1948) where they are many.
fn mcnemar(n_plus: u64, n_minus: u64) -> f64 {
    let n = n_plus + n_minus;
    if n == 0 {
        return 1.0;
    }
    if n < EXACT_BELOW {
        let binomial = Binomial::new(0.5, n).expect("a half is a probability");
        return (2.0 * binomial.cdf(n_plus.min(n_minus))).min(1.0);
    }
    let excess = (n_plus.abs_diff(n_minus) as f64 - 1.0).max(0.0);
    let chi_squared = ChiSquared::new(1.0).expect("one degree of freedom");
    chi_squared.sf(excess * excess / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` images of which A alone has `plus` right, and B alone `minus`.
    fn shares(n: usize, plus: usize, minus: usize) -> (Vec<f64>, Vec<f64>) {
        let a = (0..n).map(|i| f64::from(u8::from(i < plus || i >= plus + minus)));
        let b = (0..n).map(|i| f64::from(u8::from(i >= plus)));
        (a.collect(), b.collect())
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        // min(1, 2 * binom.cdf(min(b, c), b + c, 0.5)); chi2.sf(max(abs(b - c) - 1, 0)**2 / (b + c), 1)
        for (plus, minus, expected) in [
            (9, 2, 0.065_429_687_5),
            (30, 10, 0.002_221_433_773_229_364),
            (5, 5, 1.0),
            (0, 0, 1.0),
            (120, 80, 0.005_820_666_407_810_877),
            (60, 60, 1.0),
        ] {
            let found = mcnemar(plus, minus);
            assert!((found - expected).abs() < 1e-9, "{plus} {minus}: {found}");
        }
    }

    #[test]
    fn the_exact_test_is_the_sum_of_its_tail() {
        for (plus, minus) in [(0_u64, 3_u64), (2, 7), (13, 4)] {
            let n = plus + minus;
            let choose = |k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
            let n_ways: f64 = (0..=plus.min(minus)).map(choose).sum();
            let expected = (2.0 * n_ways / 2.0_f64.powi(i32::try_from(n).unwrap())).min(1.0);
            assert!((mcnemar(plus, minus) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn the_interval_is_agresti_and_mins() {
        let (a, b) = shares(1000, 60, 40);
        let found = compare_paired(&a, &b);
        // By hand: (60.5 - 40.5) / 1002 and sqrt((60.5 + 40.5) - 20² / 1002) / 1002 · 1.96.
        let expected = NORMAL_95 * (101.0_f64 - 400.0 / 1002.0).sqrt() / 1002.0;
        assert!((found.mean - 0.02).abs() < 1e-12 && (found.half_width - expected).abs() < 1e-12);
        assert!(found.is_paired);
    }

    #[test]
    fn pairing_tells_smaller_differences_apart() {
        let (a, b) = shares(10_000, 60, 20);
        let accuracy = |shares: &[f64]| shares.iter().sum::<f64>() / shares.len() as f64;
        let paired = compare_paired(&a, &b);
        let unpaired = compare_unpaired(0.8 * accuracy(&a), 0.8 * accuracy(&b), a.len());
        assert!(paired.p < 1e-4 && unpaired.p > 0.05);
        assert!(paired.half_width < unpaired.half_width);
    }

    #[test]
    fn proportions_have_the_p_value_of_the_pooled_z_test() {
        // 2 * scipy.stats.norm.sf(0.01 / sqrt(2 * 0.845 * 0.155 / 10000))
        let found = compare_unpaired(0.85, 0.84, 10_000);
        assert!((found.p - 0.050_719_183).abs() < 1e-8, "{}", found.p);
        assert!((compare_unpaired(1.0, 1.0, 10).p - 1.0).abs() < 1e-12);
    }

    #[test]
    fn more_repeats_count_by_image_not_by_repeat() {
        // Repeating the same predictions must not make a difference look surer.
        let (a, b) = shares(500, 9, 2);
        let once = compare_paired(&a, &b);
        let half: Vec<f64> = a.iter().map(|a| a / 2.0 + 0.25).collect();
        let half_b: Vec<f64> = b.iter().map(|b| b / 2.0 + 0.25).collect();
        assert!((compare_paired(&half, &half_b).p - once.p).abs() < 1e-12);
    }
}
