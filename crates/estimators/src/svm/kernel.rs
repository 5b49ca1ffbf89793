//! The four kernels, as element-wise functions of inner products and squared norms.

use fashion_bench_numeric::exp::{exp, tanh};
use fashion_bench_numeric::simd::{self, Lanes, dispatch};

/// A kernel whose `gamma` is a number.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Kernel {
    /// `a·b`.
    Linear,
    /// `exp(-gamma·‖a - b‖²)`.
    Rbf {
        /// Inverse squared width, positive.
        gamma: f32,
    },
    /// `(gamma·a·b + coef0)^degree`.
    Poly {
        /// Scale of the inner product, positive.
        gamma: f32,
        /// Constant in the bracket.
        coef0: f32,
        /// Exponent.
        degree: u32,
    },
    /// `tanh(gamma·a·b + coef0)`; not positive semi-definite.
    Sigmoid {
        /// Scale of the inner product, positive.
        gamma: f32,
        /// Constant in the bracket.
        coef0: f32,
    },
}

impl Kernel {
    /// Turns inner products of one sample with many into kernel values, in place; `norm` and
    /// `norms` are the squared norms of the one and of the many.
    ///
    /// # Panics
    /// If there are not as many norms as values.
    pub fn apply(self, values: &mut [f32], norm: f32, norms: &[f32]) {
        assert_eq!(values.len(), norms.len(), "a squared norm for each value");
        if self != Self::Linear {
            dispatch(Apply {
                kernel: self,
                values,
                norm,
                norms,
            });
        }
    }

    /// Returns the kernel of a sample of squared norm `norm` with itself.
    #[must_use]
    pub fn diagonal(self, norm: f32) -> f32 {
        match self {
            Self::Rbf { .. } => 1.0,
            Self::Linear => norm,
            Self::Poly {
                gamma,
                coef0,
                degree,
            } => power(gamma * norm + coef0, degree),
            Self::Sigmoid { gamma, coef0 } => tanh(gamma * norm + coef0),
        }
    }
}

struct Apply<'a> {
    kernel: Kernel,
    values: &'a mut [f32],
    norm: f32,
    norms: &'a [f32],
}

impl simd::Kernel for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        match self.kernel {
            Kernel::Linear => {}
            Kernel::Rbf { gamma } => {
                for (value, norm) in self.values.iter_mut().zip(self.norms) {
                    let squared_distance = self.norm + norm - 2.0 * *value;
                    *value = exp(-gamma * squared_distance.max(0.0));
                }
            }
            Kernel::Poly {
                gamma,
                coef0,
                degree: 3,
            } => {
                for value in self.values {
                    let base = gamma * *value + coef0;
                    *value = base * base * base;
                }
            }
            Kernel::Poly {
                gamma,
                coef0,
                degree,
            } => {
                for value in self.values {
                    *value = power(gamma * *value + coef0, degree);
                }
            }
            Kernel::Sigmoid { gamma, coef0 } => {
                for value in self.values {
                    *value = tanh(gamma * *value + coef0);
                }
            }
        }
    }
}

/// Returns `base^exponent` by squaring, in LIBSVM's order of operations.
#[inline(always)]
fn power(base: f32, mut exponent: u32) -> f32 {
    let (mut factor, mut result) = (base, 1.0);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= factor;
        }
        factor *= factor;
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_equal_their_formulas() {
        let (a, others) = ([1.0_f32, -2.0], [[0.5_f32, 0.25], [1.0, -2.0], [-3.0, 4.0]]);
        let dot = |b: &[f32; 2]| f64::from(a[0] * b[0] + a[1] * b[1]);
        let norms: Vec<f32> = others.iter().map(|b| b[0] * b[0] + b[1] * b[1]).collect();
        let distance = |b: &[f32; 2]| f64::from((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2));
        let (gamma, coef0) = (0.3, -0.7);
        let poly = |degree| Kernel::Poly {
            gamma,
            coef0,
            degree,
        };
        let inner = |b: &[f32; 2]| f64::from(gamma) * dot(b) + f64::from(coef0);
        let check = |kernel: Kernel, formula: &dyn Fn(&[f32; 2]) -> f64| {
            let mut values: Vec<f32> = others.iter().map(|b| dot(b) as f32).collect();
            kernel.apply(&mut values, 5.0, &norms);
            for (value, b) in values.iter().zip(&others) {
                let expected = formula(b);
                assert!(
                    (f64::from(*value) - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                    "{kernel:?}"
                );
            }
            assert!((kernel.diagonal(5.0) - values[1]).abs() < 1e-5);
        };
        check(Kernel::Linear, &dot);
        check(Kernel::Rbf { gamma }, &|b| {
            (-f64::from(gamma) * distance(b)).exp()
        });
        for degree in [0, 1, 2, 3, 5] {
            check(poly(degree), &|b| inner(b).powi(degree as i32));
        }
        check(Kernel::Sigmoid { gamma, coef0 }, &|b| inner(b).tanh());
    }
}
