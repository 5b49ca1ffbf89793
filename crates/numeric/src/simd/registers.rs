//! Vectors made of the registers of a machine.

use pulp::Simd;

use super::lanes::{F32_LANES, F64_LANES, Lanes, Vector};

/// Vectors of `N` registers of `f32`, or `M` of `f64`, of `S`.
#[derive(Clone, Copy)]
pub(super) struct Registers<S, const N: usize, const M: usize>(S);

impl<S: Simd, const N: usize, const M: usize> Registers<S, N, M> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        const { assert!(S::F32_LANES * N == F32_LANES && S::F64_LANES * M == F64_LANES) };
        Self(simd)
    }
}

impl<S: Simd, const N: usize, const M: usize> Lanes for Registers<S, N, M> {
    type F32 = F32Registers<S, N>;
    type F64 = F64Registers<S, M>;

    const N_REGISTERS: usize = N;
}

/// Loops rather than closures, which would be compiled without the vector instructions.
macro_rules! vector {
    (
        $name:ident, $lanes:ty, $scalar:ty, $register:ident, $n_lanes:expr,
        $as_simd:ident, $as_mut_simd:ident, $splat:ident,
        $add:ident, $sub:ident, $mul:ident, $div:ident, $mul_add:ident,
        $min:ident, $max:ident, $greater_than:ident, $select:ident,
        $reduce_sum:ident, $reduce_min:ident, $reduce_max:ident
    ) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name<S: Simd, const N: usize> {
            registers: [S::$register; N],
            simd: S,
        }

        impl<S: Simd, const N: usize> $name<S, N> {
            #[inline(always)]
            fn smaller(simd: S, a: S::$register, b: S::$register) -> S::$register {
                // The instruction, spelt out where there is none.
                if S::IS_SCALAR {
                    return simd.$select(simd.$greater_than(b, a), a, b);
                }
                simd.$min(a, b)
            }

            #[inline(always)]
            fn larger(simd: S, a: S::$register, b: S::$register) -> S::$register {
                if S::IS_SCALAR {
                    return simd.$select(simd.$greater_than(a, b), a, b);
                }
                simd.$max(a, b)
            }
        }

        impl<S: Simd, const N: usize, const OTHER: usize> Vector<$lanes> for $name<S, N> {
            type Scalar = $scalar;
            type Array = [$scalar; $n_lanes];

            #[inline(always)]
            fn splat(Registers(simd): $lanes, value: $scalar) -> Self {
                let registers = [simd.$splat(value); N];
                Self { registers, simd }
            }

            #[inline(always)]
            fn load(Registers(simd): $lanes, values: &Self::Array) -> Self {
                let (values, _) = S::$as_simd(values);
                let mut registers = [values[0]; N];
                for i in 1..N {
                    registers[i] = values[i];
                }
                Self { registers, simd }
            }

            #[inline(always)]
            fn store(self, values: &mut Self::Array) {
                let (values, _) = S::$as_mut_simd(values);
                for i in 0..N {
                    values[i] = self.registers[i];
                }
            }

            #[inline(always)]
            fn add(mut self, other: Self) -> Self {
                for i in 0..N {
                    self.registers[i] = self.simd.$add(self.registers[i], other.registers[i]);
                }
                self
            }

            #[inline(always)]
            fn sub(mut self, other: Self) -> Self {
                for i in 0..N {
                    self.registers[i] = self.simd.$sub(self.registers[i], other.registers[i]);
                }
                self
            }

            #[inline(always)]
            fn mul(mut self, other: Self) -> Self {
                for i in 0..N {
                    self.registers[i] = self.simd.$mul(self.registers[i], other.registers[i]);
                }
                self
            }

            #[inline(always)]
            fn div(mut self, other: Self) -> Self {
                for i in 0..N {
                    self.registers[i] = self.simd.$div(self.registers[i], other.registers[i]);
                }
                self
            }

            #[inline(always)]
            fn mul_add(mut self, factor: Self, term: Self) -> Self {
                for i in 0..N {
                    let (a, b, c) = (self.registers[i], factor.registers[i], term.registers[i]);
                    self.registers[i] = self.simd.$mul_add(a, b, c);
                }
                self
            }

            #[inline(always)]
            fn min(mut self, other: Self) -> Self {
                for i in 0..N {
                    let (a, b) = (self.registers[i], other.registers[i]);
                    self.registers[i] = Self::smaller(self.simd, a, b);
                }
                self
            }

            #[inline(always)]
            fn max(mut self, other: Self) -> Self {
                for i in 0..N {
                    let (a, b) = (self.registers[i], other.registers[i]);
                    self.registers[i] = Self::larger(self.simd, a, b);
                }
                self
            }

            #[inline(always)]
            fn select_greater(mut self, other: Self, greater: Self, otherwise: Self) -> Self {
                let simd = self.simd;
                for i in 0..N {
                    let is_greater = simd.$greater_than(self.registers[i], other.registers[i]);
                    let (yes, no) = (greater.registers[i], otherwise.registers[i]);
                    self.registers[i] = simd.$select(is_greater, yes, no);
                }
                self
            }

            // pulp goes on within a register in the same way: lower half with upper half.

            #[inline(always)]
            fn sum(mut self) -> $scalar {
                let mut n = N;
                while n > 1 {
                    n /= 2;
                    for i in 0..n {
                        let (low, high) = (self.registers[i], self.registers[i + n]);
                        self.registers[i] = self.simd.$add(low, high);
                    }
                }
                self.simd.$reduce_sum(self.registers[0])
            }

            #[inline(always)]
            fn least(mut self) -> $scalar {
                let mut n = N;
                while n > 1 {
                    n /= 2;
                    for i in 0..n {
                        let (low, high) = (self.registers[i], self.registers[i + n]);
                        self.registers[i] = Self::smaller(self.simd, low, high);
                    }
                }
                self.simd.$reduce_min(self.registers[0])
            }

            #[inline(always)]
            fn largest(mut self) -> $scalar {
                let mut n = N;
                while n > 1 {
                    n /= 2;
                    for i in 0..n {
                        let (low, high) = (self.registers[i], self.registers[i + n]);
                        self.registers[i] = Self::larger(self.simd, low, high);
                    }
                }
                self.simd.$reduce_max(self.registers[0])
            }
        }
    };
}

vector!(
    F32Registers, Registers<S, N, OTHER>, f32, f32s, F32_LANES,
    as_simd_f32s, as_mut_simd_f32s, splat_f32s,
    add_f32s, sub_f32s, mul_f32s, div_f32s, mul_add_f32s,
    min_f32s, max_f32s, greater_than_f32s, select_f32s,
    reduce_sum_f32s, reduce_min_f32s, reduce_max_f32s
);
vector!(
    F64Registers, Registers<S, OTHER, N>, f64, f64s, F64_LANES,
    as_simd_f64s, as_mut_simd_f64s, splat_f64s,
    add_f64s, sub_f64s, mul_f64s, div_f64s, mul_add_f64s,
    min_f64s, max_f64s, greater_than_f64s, select_f64s,
    reduce_sum_f64s, reduce_min_f64s, reduce_max_f64s
);

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::super::{Kernel, Level, Real, dispatch_at};
    use super::*;
    use crate::rng::stream;

    /// Every operation on three vectors, and the reductions of the first.
    struct All<F: Real>([F::Array; 3]);

    impl<F: Real> Kernel for All<F> {
        type Output = (Vec<F::Array>, [F; 3]);

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> Self::Output {
            let [a, b, c] = self
                .0
                .each_ref()
                .map(|values| F::Vector::load(lanes, values));
            let results = [
                F::Vector::splat(lanes, self.0[0].as_ref()[0]),
                a,
                a.add(b),
                a.sub(b),
                a.mul(b),
                a.div(b),
                a.mul_add(b, c),
                a.min(b),
                a.max(b),
                a.select_greater(b, c, a),
            ];
            let store = |vector: F::Vector<L>| {
                let mut values = F::ZEROS;
                vector.store(&mut values);
                values
            };
            (
                results.map(store).to_vec(),
                [a.sum(), a.least(), a.largest()],
            )
        }
    }

    /// Few different values, so that lanes are equal; some are special.
    fn values(rng: &mut crate::rng::Rng) -> f64 {
        match rng.gen_range(0..12) {
            0 => 0.0,
            1 => -0.0,
            2 => f64::NAN,
            3 => f64::INFINITY,
            4 => 1e-42,
            _ => rng.gen_range(-3.0..3.0),
        }
    }

    fn assert_same_bits<F: Real + Into<f64>>(a: &[F], b: &[F]) {
        for (&a, &b) in a.iter().zip(b) {
            let (a, b): (f64, f64) = (a.into(), b.into());
            assert!(
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
                "{a} {b}"
            );
        }
    }

    fn check<F: Real + Into<f64>>() {
        let mut rng = stream(8, &[]);
        for _ in 0..500 {
            let mut vectors = [F::ZEROS; 3];
            for vector in &mut vectors {
                for value in vector.as_mut() {
                    *value = F::from_f64(values(&mut rng));
                }
            }
            let expected = dispatch_at(Level::Scalar, All::<F>(vectors));
            for level in Level::available() {
                let found = dispatch_at(level, All::<F>(vectors));
                for (found, expected) in found.0.iter().zip(&expected.0) {
                    assert_same_bits(found.as_ref(), expected.as_ref());
                }
                assert_same_bits(&found.1, &expected.1);
            }
        }
    }

    #[test]
    fn operations_are_the_same_to_the_bit_at_all_levels() {
        check::<f32>();
        check::<f64>();
    }
}
