//! The error function in `f64`.

/// Beyond this `erf` is 1 to working precision.
const ONE_FROM: f64 = 6.0;

/// Returns `2/√π ∫₀ˣ e^(-t²) dt` with a relative error below 1e-14, by the series of positive terms
/// `2/√π e^(-x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!` (Abramowitz and Stegun 7.1.6).
///
/// ```
/// let erf = fashion_bench_numeric::erf::erf(0.5);
/// assert!((erf - 0.520_499_877_813_046_5).abs() < 1e-15);
/// ```
#[must_use]
pub fn erf(x: f64) -> f64 {
    if x.abs() >= ONE_FROM {
        return x.signum();
    }
    let mut term = x;
    let mut sum = x;
    let mut n = 0.0;
    while term.abs() > 1e-17 * sum.abs() {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_equals_tabulated_values() {
        for (x, expected) in [
            (0.0, 0.0),
            (1e-200, 1.128_379_167_095_512_6e-200),
            (0.1, 0.112_462_916_018_284_9),
            (1.0, 0.842_700_792_949_714_9),
            (2.5, 0.999_593_047_982_555),
            (5.0, 0.999_999_999_998_462_5),
            (7.0, 1.0),
        ] {
            assert!((erf(x) - expected).abs() <= 1e-14 * expected);
            assert_eq!(erf(-x), -erf(x));
        }
        assert!(erf(f64::NAN).is_nan());
    }
}
