//! Softmax and its logarithm's denominator, in `f64` and safe from overflow.

/// Returns `log Σ exp(z)`; -inf for no elements.
///
/// ```
/// use fashion_bench_numeric::softmax::log_sum_exp;
/// assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
/// ```
#[must_use]
pub fn log_sum_exp(z: &[f64]) -> f64 {
    let largest = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
    if largest.is_infinite() {
        return largest;
    }
    largest + z.iter().map(|z| (z - largest).exp()).sum::<f64>().ln()
}

/// Replaces scores `z` by their softmax; returns [`log_sum_exp`] of the scores.
pub fn softmax_inplace(z: &mut [f64]) -> f64 {
    let largest = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
    let mut sum = 0.0;
    for z in z.iter_mut() {
        *z = (*z - largest).exp();
        sum += *z;
    }
    for z in z {
        *z /= sum;
    }
    largest + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_equals_its_definition() {
        let scores = [0.5, -1.0, 2.0];
        let sum: f64 = scores.iter().map(|z: &f64| z.exp()).sum();
        let mut found = scores;
        let log_sum = softmax_inplace(&mut found);
        assert!((log_sum - sum.ln()).abs() < 1e-12);
        assert!((log_sum_exp(&scores) - sum.ln()).abs() < 1e-12);
        for (p, z) in found.iter().zip(scores) {
            assert!((p - z.exp() / sum).abs() < 1e-12);
        }
    }

    #[test]
    fn huge_scores_do_not_overflow() {
        let mut scores = [1e6, 1e6 - 1.0, -1e6];
        softmax_inplace(&mut scores);
        assert!((scores.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(scores[2], 0.0);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
    }
}
