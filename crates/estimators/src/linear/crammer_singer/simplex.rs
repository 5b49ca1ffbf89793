//! The projection on a simplex, of which each row of Crammer and Singer's problem needs many.

use pulp::{Simd, WithSimd};

/// Multiple of `f64` values that fills vector registers of any width.
pub(super) const LANES: usize = 8;

/// Replaces `v`, a multiple of [`LANES`] long, by the nearest point with non-negative elements that
/// sum to `size`; elements that are -∞ become 0.
///
/// It is `max(v - t, 0)` where `t` is the root of `Σ max(v - t, 0) - size`, a convex function that
/// falls and is linear in pieces: Newton's steps from below do not pass the root, and end there.
pub(super) struct Project<'a> {
    pub v: &'a mut [f64],
    pub size: f64,
}

impl WithSimd for Project<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let v = S::as_mut_simd_f64s(self.v).0;
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let mut largest = simd.splat_f64s(f64::NEG_INFINITY);
        for &v in &*v {
            largest = simd.max_f64s(largest, v);
        }
        let mut threshold = simd.reduce_max_f64s(largest) - self.size;
        let mut n_above = f64::INFINITY;
        loop {
            let limit = simd.splat_f64s(threshold);
            let (mut sum, mut count) = (zero, zero);
            for &v in &*v {
                let is_above = simd.greater_than_f64s(v, limit);
                sum = simd.add_f64s(sum, simd.select_f64s(is_above, v, zero));
                count = simd.add_f64s(count, simd.select_f64s(is_above, one, zero));
            }
            let count = simd.reduce_sum_f64s(count);
            // Nothing is above if the size is 0, or lost to rounding.
            if count == 0.0 || count >= n_above {
                break;
            }
            threshold = (simd.reduce_sum_f64s(sum) - self.size) / count;
            n_above = count;
        }
        let threshold = simd.splat_f64s(threshold);
        for v in v {
            *v = simd.max_f64s(simd.sub_f64s(*v, threshold), zero);
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

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
            Arch::new().dispatch(Project { v, size });
            assert_eq!(found[3..], [0.0; LANES - 3]);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{point:?}");
            }
        }
    }
}
