//! The projection on a simplex, of which each row of Crammer and Singer's problem needs many.

use fashion_bench_numeric::simd::{F64_LANES, Kernel, Lanes, Vector};

/// Multiple of `f64` values that fills vectors.
pub(super) const LANES: usize = F64_LANES;

/// Replaces `v`, a multiple of [`LANES`] long, by the nearest point with non-negative elements that
/// sum to `size`; elements that are -∞ become 0.
///
/// It is `max(v - t, 0)` where `t` is the root of `Σ max(v - t, 0) - size`, a convex function that
/// falls and is linear in pieces: Newton's steps from below do not pass the root, and end there.
pub(super) struct Project<'a> {
    pub v: &'a mut [f64],
    pub size: f64,
}

impl Kernel for Project<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let v = self.v.as_chunks_mut::<LANES>().0;
        let (zero, one) = (lanes.splat_f64(0.0), lanes.splat_f64(1.0));
        let mut largest = lanes.splat_f64(f64::NEG_INFINITY);
        for v in &*v {
            largest = largest.max(lanes.load_f64(v));
        }
        let mut threshold = largest.largest() - self.size;
        let mut n_above = f64::INFINITY;
        loop {
            let limit = lanes.splat_f64(threshold);
            let (mut sum, mut count) = (zero, zero);
            for v in &*v {
                let v = lanes.load_f64(v);
                sum = sum.add(v.select_greater(limit, v, zero));
                count = count.add(v.select_greater(limit, one, zero));
            }
            let count = count.sum();
            // Nothing is above if the size is 0, or lost to rounding.
            if count == 0.0 || count >= n_above {
                break;
            }
            threshold = (sum.sum() - self.size) / count;
            n_above = count;
        }
        let threshold = lanes.splat_f64(threshold);
        for v in v {
            lanes.load_f64(v).sub(threshold).max(zero).store(v);
        }
    }
}

#[cfg(test)]
mod tests {

    use fashion_bench_numeric::simd::dispatch;

    use super::*;

    #[test]
    fn the_projection_is_the_nearest_point_of_the_simplex() {
        for (point, size, expected) in [
            ([0.2, 0.3, 0.5], 1.0, [0.2, 0.3, 0.5]),
            ([5.0, 0.0, 1.0], 2.0, [2.0, 0.0, 0.0]),
            ([1.0, 1.0, -3.0], 1.0, [0.5, 0.5, 0.0]),
            ([0.0, -1.0, 0.5], 0.0, [0.0, 0.0, 0.0]),
        ] {
            let mut found = [f64::NEG_INFINITY; LANES];
            found[..3].copy_from_slice(&point);
            let v = &mut found;
            dispatch(Project { v, size });
            assert_eq!(found[3..], [0.0; LANES - 3]);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{point:?}");
            }
        }
    }
}
