//! Vectors of a fixed number of lanes.

/// Lanes of a vector of `f32`.
pub const F32_LANES: usize = 16;

/// Lanes of a vector of `f64`.
pub const F64_LANES: usize = 8;

/// The vectors of a [`Kernel`](super::Kernel).
pub trait Lanes: Copy + Send + Sync + 'static {
    /// Sixteen `f32`.
    type F32: Vector<Self, Scalar = f32, Array = [f32; F32_LANES]>;

    /// Eight `f64`.
    type F64: Vector<Self, Scalar = f64, Array = [f64; F64_LANES]>;

    /// Registers that one vector takes. Only the shape of a tile may depend on it, never the order
    /// of operations on a value.
    const N_REGISTERS: usize;

    /// Returns a vector whose lanes are all `value`.
    #[inline(always)]
    fn splat_f32(self, value: f32) -> Self::F32 {
        Self::F32::splat(self, value)
    }

    /// Returns a vector whose lanes are all `value`.
    #[inline(always)]
    fn splat_f64(self, value: f64) -> Self::F64 {
        Self::F64::splat(self, value)
    }

    /// Returns the values as a vector.
    #[inline(always)]
    fn load_f32(self, values: &[f32; F32_LANES]) -> Self::F32 {
        Self::F32::load(self, values)
    }

    /// Returns the values as a vector.
    #[inline(always)]
    fn load_f64(self, values: &[f64; F64_LANES]) -> Self::F64 {
        Self::F64::load(self, values)
    }
}

/// Operations on all lanes at once. Each is the one of IEEE 754 on each lane.
pub trait Vector<L>: Copy {
    /// A lane's value.
    type Scalar;

    /// The values of all lanes.
    type Array;

    /// Returns a vector whose lanes are all `value`.
    fn splat(lanes: L, value: Self::Scalar) -> Self;

    /// Returns the values as a vector.
    fn load(lanes: L, values: &Self::Array) -> Self;

    /// Writes the lanes to `values`.
    fn store(self, values: &mut Self::Array);

    /// Returns `self + other`.
    fn add(self, other: Self) -> Self;

    /// Returns `self - other`.
    fn sub(self, other: Self) -> Self;

    /// Returns `self * other`.
    fn mul(self, other: Self) -> Self;

    /// Returns `self / other`.
    fn div(self, other: Self) -> Self;

    /// Returns `self * factor + term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;

    /// Returns the smaller values: `other` where they are equal or one is NaN.
    fn min(self, other: Self) -> Self;

    /// Returns the larger values: `other` where they are equal or one is NaN.
    fn max(self, other: Self) -> Self;

    /// Returns the lanes of `greater` where `self > other`, else those of `otherwise`.
    fn select_greater(self, other: Self, greater: Self, otherwise: Self) -> Self;

    /// Returns the sum of the lanes: lower half plus upper half, until one is left.
    fn sum(self) -> Self::Scalar;

    /// Returns the least lane.
    fn least(self) -> Self::Scalar;

    /// Returns the largest lane.
    fn largest(self) -> Self::Scalar;
}

/// The type of a lane, `f32` or `f64`, for kernels that serve both.
pub trait Real: Copy + Default + Send + Sync + 'static {
    /// The values of all lanes.
    type Array: Copy + AsRef<[Self]> + AsMut<[Self]> + Send + Sync;

    /// A vector.
    type Vector<L: Lanes>: Vector<L, Scalar = Self, Array = Self::Array>;

    /// Number of lanes.
    const LANES: usize;

    /// An array of zeros.
    const ZEROS: Self::Array;

    /// Cuts `values` into whole vectors and what is left.
    fn chunks(values: &[Self]) -> (&[Self::Array], &[Self]);

    /// Does the same as [`Self::chunks`].
    fn chunks_mut(values: &mut [Self]) -> (&mut [Self::Array], &mut [Self]);

    /// Returns the value of this type that is nearest to `value`.
    fn from_f64(value: f64) -> Self;
}

macro_rules! real {
    ($type:ty, $vector:ident, $lanes:expr) => {
        impl Real for $type {
            type Array = [Self; $lanes];
            type Vector<L: Lanes> = L::$vector;

            const LANES: usize = $lanes;
            const ZEROS: Self::Array = [0.0; $lanes];

            #[inline(always)]
            fn chunks(values: &[Self]) -> (&[Self::Array], &[Self]) {
                values.as_chunks()
            }

            #[inline(always)]
            fn chunks_mut(values: &mut [Self]) -> (&mut [Self::Array], &mut [Self]) {
                values.as_chunks_mut()
            }

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
        }
    };
}

real!(f32, F32, F32_LANES);
real!(f64, F64, F64_LANES);
