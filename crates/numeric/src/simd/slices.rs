//! What kernels do with slices that are not whole vectors.

use super::lanes::{Lanes, Real, Vector};

/// A function of vectors, for [`dot`]; it maps 0 to 0.
pub trait Map<L, V> {
    /// Returns the value; to be marked `#[inline(always)]`.
    fn map(&self, vector: V) -> V;
}

/// The function that changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct Same;

impl<L, V> Map<L, V> for Same {
    #[inline(always)]
    fn map(&self, vector: V) -> V {
        vector
    }
}

/// Independent sums of a product, enough to hide the latency of a fused multiply-add.
const UNROLL: usize = 4;

/// Returns `values`, fewer than a vector has lanes, with zeros behind them.
#[inline(always)]
pub fn padded<F: Real>(values: &[F]) -> F::Array {
    let mut array = F::ZEROS;
    array.as_mut()[..values.len()].copy_from_slice(values);
    array
}

/// Returns `Σ f(a)·b` over the elements of two slices of the same length, in four sums of all lanes
/// each.
#[inline(always)]
pub fn dot<F: Real, L: Lanes>(lanes: L, a: &[F], b: &[F], f: impl Map<L, F::Vector<L>>) -> F {
    let (a, a_tail) = F::chunks(a);
    let (b, b_tail) = F::chunks(b);
    let (a, a_rest) = a.as_chunks::<UNROLL>();
    let (b, b_rest) = b.as_chunks::<UNROLL>();
    let mut sums = [F::Vector::splat(lanes, F::default()); UNROLL];
    for (a, b) in a.iter().zip(b) {
        for i in 0..UNROLL {
            let (a, b) = (F::Vector::load(lanes, &a[i]), F::Vector::load(lanes, &b[i]));
            sums[i] = f.map(a).mul_add(b, sums[i]);
        }
    }
    for (a, b) in a_rest.iter().zip(b_rest) {
        let (a, b) = (F::Vector::load(lanes, a), F::Vector::load(lanes, b));
        sums[0] = f.map(a).mul_add(b, sums[0]);
    }
    if !a_tail.is_empty() {
        let (a, b) = (padded(a_tail), padded(b_tail));
        let (a, b) = (F::Vector::load(lanes, &a), F::Vector::load(lanes, &b));
        sums[1] = f.map(a).mul_add(b, sums[1]);
    }
    sums[0].add(sums[1]).add(sums[2].add(sums[3])).sum()
}

/// Adds `scale·x` to `y`, of the same length.
#[inline(always)]
pub fn add_scaled<F: Real, L: Lanes>(lanes: L, scale: F, x: &[F], y: &mut [F]) {
    let scale = F::Vector::splat(lanes, scale);
    let (x, x_tail) = F::chunks(x);
    let (y, y_tail) = F::chunks_mut(y);
    for (x, y) in x.iter().zip(y) {
        let x = F::Vector::load(lanes, x);
        scale.mul_add(x, F::Vector::load(lanes, y)).store(y);
    }
    if !y_tail.is_empty() {
        let (x, mut y) = (padded::<F>(x_tail), padded::<F>(y_tail));
        let x = F::Vector::load(lanes, &x);
        scale.mul_add(x, F::Vector::load(lanes, &y)).store(&mut y);
        y_tail.copy_from_slice(&y.as_ref()[..y_tail.len()]);
    }
}
