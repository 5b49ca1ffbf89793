//! `exp`, `ln`, `tanh` and the logistic function in `f32`, as branchless polynomials that vectorise.
//!
//! The scalar functions are inlined into the loops of a [`Kernel`]; the slice functions are such
//! loops. They use no fused multiply-add, so a value depends neither on the machine's SIMD nor on
//! its position in a slice. Range reduction and coefficients are those of S. Moshier's Cephes
//! library (`expf`, `logf`, `tanhf`).

use crate::simd::{Kernel, Lanes, dispatch};

/// Below this `exp` is subnormal; [`exp`] returns 0.
const EXP_MIN: f32 = -87.336;
/// Above this [`exp`] stays at its value here, 2.4e38, instead of becoming infinite.
const EXP_MAX: f32 = 88.376;
/// 1.5·2²³: adding it rounds to a whole number, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts, the first exact in few bits.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// Returns `e^x` with a relative error below 2e-7: 0 below -87.336, 2.4e38 above 88.376, NaN for
/// NaN.
///
/// ```
/// use fashion_bench_numeric::exp::exp;
/// assert_eq!(exp(0.0), 1.0);
/// assert!((exp(-2.5) - (-2.5_f32).exp()).abs() < 1e-8);
/// ```
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    let clamped = x.clamp(EXP_MIN, EXP_MAX);
    let shifted = clamped * std::f32::consts::LOG2_E + (ROUND + 127.0);
    let k = shifted - (ROUND + 127.0);
    let r = clamped - k * LN_2_HIGH - k * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let mantissa = p * r * r + r + 1.0;
    // The low bits of `shifted` are k + 127, the biased exponent of 2^k.
    let scale = f32::from_bits(shifted.to_bits() << 23);
    if x < EXP_MIN { 0.0 } else { mantissa * scale }
}

/// Bits of √½ rounded down: mantissas begin there, so that their logarithms lie around 0.
const SQRT_HALF_BITS: u32 = 0x3f35_04f3;

/// Returns the natural logarithm of a number from 1.2e-38, the least normal one, up, with an error
/// below 2e-7 of the result or 1e-7; that of a smaller number or NaN is ln 1.2e-38.
///
/// ```
/// use fashion_bench_numeric::exp::ln;
/// assert_eq!(ln(1.0), 0.0);
/// assert!((ln(20.0) - 20.0_f32.ln()).abs() < 1e-6);
/// ```
#[inline(always)]
#[must_use]
pub fn ln(x: f32) -> f32 {
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    let exponent = (bits.wrapping_sub(SQRT_HALF_BITS) as i32) >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32));
    let (k, r) = (exponent as f32, mantissa - 1.0);
    let z = r * r;
    let mut p = 7.037_683_6e-2;
    p = p * r - 0.115_146_1;
    p = p * r + 1.167_699_9e-1;
    p = p * r - 1.242_014_1e-1;
    p = p * r + 1.424_932_3e-1;
    p = p * r - 1.666_805_8e-1;
    p = p * r + 2.000_071_5e-1;
    p = p * r - 2.499_999_4e-1;
    p = p * r + 0.333_333_3;
    let tail = p * r * z + k * LN_2_LOW - 0.5 * z;
    r + tail + k * LN_2_HIGH
}

/// Returns the hyperbolic tangent with a relative error below 3e-7.
#[inline(always)]
#[must_use]
pub fn tanh(x: f32) -> f32 {
    let z = x * x;
    let mut p = -5.704_988_7e-3;
    p = p * z + 2.063_908_8e-2;
    p = p * z - 5.373_971_6e-2;
    p = p * z + 1.333_144_2e-1;
    p = p * z - 3.333_328e-1;
    let near = p * z * x + x;
    let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
    if x.abs() < 0.625 {
        near
    } else {
        far.copysign(x)
    }
}

/// Returns the logistic function `1/(1 + e^-x)` with an absolute error below 2e-7.
#[inline(always)]
#[must_use]
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

macro_rules! in_place {
    ($(#[$doc:meta])* $name:ident, $op:ident, $scalar:path) => {
        $(#[$doc])*
        pub fn $name(values: &mut [f32]) {
            dispatch($op(values));
        }

        struct $op<'a>(&'a mut [f32]);

        impl Kernel for $op<'_> {
            type Output = ();

            #[inline(always)]
            fn run<L: Lanes>(self, _: L) {
                for value in self.0 {
                    *value = $scalar(*value);
                }
            }
        }
    };
}

in_place!(
    /// Replaces each value by its [`tanh`].
    tanh_in_place,
    TanhInPlace,
    tanh
);
in_place!(
    /// Replaces each value by its [`logistic`].
    logistic_in_place,
    LogisticInPlace,
    logistic
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the floats of a coarse sweep through all exponents, both signs, and the edges.
    fn sweep() -> Vec<f32> {
        let mut values: Vec<f32> = (0..200_000).map(|i| -100.0 + i as f32 * 1e-3).collect();
        values.extend((0..254_u32).flat_map(|e| {
            let x = f32::from_bits(e << 23 | 0x2a_aaaa);
            [x, -x]
        }));
        values.extend([0.0, -0.0, EXP_MIN, EXP_MAX, 0.625, -0.625]);
        values
    }

    fn worst(found: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64, floor: f64) -> f64 {
        sweep()
            .into_iter()
            .filter(|&x| exact(f64::from(x)) < 2.4e38)
            .map(|x| {
                let expected = exact(f64::from(x));
                (f64::from(found(x)) - expected).abs() / expected.abs().max(floor)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place() {
        // Below EXP_MIN the result is 0 by contract, which the sweep counts as right.
        let flushed = |x: f64| if x < f64::from(EXP_MIN) { 0.0 } else { x.exp() };
        assert!(worst(exp, flushed, 1.2e-38) < 2e-7);
        assert_eq!(exp(-88.0), 0.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(1e30) > 2e38 && exp(1e30).is_finite());
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn ln_is_right_to_two_units_in_the_last_place() {
        let positive: Vec<f32> = sweep().into_iter().filter(|x| *x >= 1.2e-38).collect();
        let near_one = (0..200_000).map(|i| 0.5 + i as f32 * 1e-5);
        for x in positive.into_iter().chain(near_one) {
            let expected = f64::from(x).ln();
            let error = (f64::from(ln(x)) - expected).abs();
            assert!(error <= 2e-7 * expected.abs().max(0.5), "{x}: {error}");
        }
        assert_eq!((ln(1.0), ln(0.0)), (0.0, ln(f32::MIN_POSITIVE)));
    }

    #[test]
    fn tanh_and_the_logistic_function_are_right_over_all_of_their_range() {
        assert!(worst(tanh, f64::tanh, 1.2e-38) < 3e-7);
        assert_eq!((tanh(50.0), tanh(-50.0)), (1.0, -1.0));
        assert!(worst(logistic, |x| 1.0 / (1.0 + (-x).exp()), 1.0) < 2e-7);
        assert!(tanh(f32::NAN).is_nan() && logistic(f32::NAN).is_nan());
    }

    #[test]
    fn slices_of_all_lengths_equal_the_scalar_functions() {
        for n in [0, 1, 2, 15, 16, 17, 33] {
            let x: Vec<f32> = (0..n).map(|i| (i as f32 - 9.0) * 0.37).collect();
            for (in_place, scalar) in [
                (tanh_in_place as fn(&mut [f32]), tanh as fn(f32) -> f32),
                (logistic_in_place, logistic),
            ] {
                let mut found = x.clone();
                in_place(&mut found);
                let expected: Vec<f32> = x.iter().map(|&x| scalar(x)).collect();
                assert_eq!(found, expected);
            }
        }
    }
}
