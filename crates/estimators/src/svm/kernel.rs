//! The four kernels, as element-wise functions of inner products and squared norms.

use fashion_bench_numeric::distance::squared_euclidean;
use fashion_bench_numeric::dot::dot_f64;
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
        /// Inverse squared width, not negative.
        gamma: f64,
    },
    /// `(gamma·a·b + coef0)^degree`.
    Poly {
        /// Scale of the inner product, not negative.
        gamma: f64,
        /// Constant in the bracket.
        coef0: f64,
        /// Exponent.
        degree: u32,
    },
    /// `tanh(gamma·a·b + coef0)`; not positive semi-definite.
    Sigmoid {
        /// Scale of the inner product, not negative.
        gamma: f64,
        /// Constant in the bracket.
        coef0: f64,
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
                kernel: self.into(),
                values,
                norm,
                norms,
            });
        }
    }

    /// Returns the kernel of a sample of squared norm `norm` with itself.
    #[must_use]
    pub fn diagonal(self, norm: f32) -> f32 {
        match self.into() {
            Single::Rbf { .. } => 1.0,
            Single::Linear => norm,
            Single::Poly {
                gamma,
                coef0,
                degree,
            } => power(gamma * norm + coef0, degree),
            Single::Sigmoid { gamma, coef0 } => tanh(gamma * norm + coef0),
        }
    }

    /// Returns the kernel of two samples from their inner product and squared norms, as LIBSVM
    /// computes it while it fits.
    #[must_use]
    pub fn exact(self, product: f64, norm_a: f64, norm_b: f64) -> f64 {
        match self {
            Self::Linear => product,
            Self::Rbf { gamma } => (-gamma * (norm_a + norm_b - 2.0 * product)).exp(),
            Self::Poly {
                gamma,
                coef0,
                degree,
            } => exact_power(gamma * product + coef0, degree),
            Self::Sigmoid { gamma, coef0 } => (gamma * product + coef0).tanh(),
        }
    }

    /// Returns the kernel of two samples, as LIBSVM computes it to predict: distances are those of
    /// the differences.
    #[must_use]
    pub fn of_rows(self, a: &[f32], b: &[f32]) -> f64 {
        match self {
            Self::Rbf { gamma } => (-gamma * squared_euclidean(a, b)).exp(),
            _ => self.exact(dot_f64(a, b), 0.0, 0.0),
        }
    }

    /// Returns how far values that are computed in `f32` may be off, for two samples of these
    /// squared norms: a bound on the largest value and on its typical rounding error.
    #[must_use]
    pub fn rounding(self, norm_a: f64, norm_b: f64) -> Rounding {
        let epsilon = f64::from(f32::EPSILON);
        let product = (norm_a * norm_b).sqrt();
        match self {
            Self::Linear => Rounding {
                largest: product,
                error: epsilon * product,
            },
            Self::Rbf { gamma } => Rounding {
                largest: 1.0,
                error: epsilon * (1.0 + gamma * (norm_a + norm_b)),
            },
            Self::Poly {
                gamma,
                coef0,
                degree,
            } => {
                let largest = exact_power(gamma * product + coef0.abs(), degree);
                Rounding {
                    largest,
                    error: epsilon * (1.0 + f64::from(degree)) * largest,
                }
            }
            Self::Sigmoid { gamma, coef0 } => Rounding {
                largest: 1.0,
                error: epsilon * (1.0 + gamma * product + coef0.abs()),
            },
        }
    }
}

/// What computing a kernel in `f32` costs.
#[derive(Debug, Clone, Copy)]
pub struct Rounding {
    /// Bound on the absolute value.
    pub largest: f64,
    /// Error of a value.
    pub error: f64,
}

impl Rounding {
    /// Whether `f32` holds the values, with enough of their digits.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        self.largest < 1e30 && self.error <= 1e-3 * self.largest
    }
}

/// A kernel with its parameters in `f32`.
#[derive(Debug, Clone, Copy)]
enum Single {
    Linear,
    Rbf { gamma: f32 },
    Poly { gamma: f32, coef0: f32, degree: u32 },
    Sigmoid { gamma: f32, coef0: f32 },
}

impl From<Kernel> for Single {
    #[expect(clippy::cast_possible_truncation, reason = "products are in `f32`")]
    fn from(kernel: Kernel) -> Self {
        match kernel {
            Kernel::Linear => Self::Linear,
            Kernel::Rbf { gamma } => Self::Rbf {
                gamma: gamma as f32,
            },
            Kernel::Poly {
                gamma,
                coef0,
                degree,
            } => Self::Poly {
                gamma: gamma as f32,
                coef0: coef0 as f32,
                degree,
            },
            Kernel::Sigmoid { gamma, coef0 } => Self::Sigmoid {
                gamma: gamma as f32,
                coef0: coef0 as f32,
            },
        }
    }
}

struct Apply<'a> {
    kernel: Single,
    values: &'a mut [f32],
    norm: f32,
    norms: &'a [f32],
}

impl simd::Kernel for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        match self.kernel {
            Single::Linear => {}
            Single::Rbf { gamma } => {
                for (value, norm) in self.values.iter_mut().zip(self.norms) {
                    let squared_distance = self.norm + norm - 2.0 * *value;
                    *value = exp(-gamma * squared_distance.max(0.0));
                }
            }
            Single::Poly {
                gamma,
                coef0,
                degree: 3,
            } => {
                for value in self.values {
                    let base = gamma * *value + coef0;
                    *value = base * base * base;
                }
            }
            Single::Poly {
                gamma,
                coef0,
                degree,
            } => {
                for value in self.values {
                    *value = power(gamma * *value + coef0, degree);
                }
            }
            Single::Sigmoid { gamma, coef0 } => {
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

/// Returns `base^exponent` by squaring, as LIBSVM does.
fn exact_power(base: f64, mut exponent: u32) -> f64 {
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
