//! Fetching memory into the caches before it is used.

/// Bytes of a cache line on the machines that this is written for.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks the processor to bring `values` into its caches; changes nothing else.
///
/// This pays where rows are visited in an order that the hardware cannot foresee.
#[inline]
pub fn prefetch<T>(values: &[T]) {
    ask_for::<true, T>(values);
}

/// Does the same as [`prefetch`], but only into the second-level cache: for values that are touched
/// once, and a long time later.
#[inline]
pub fn prefetch_far<T>(values: &[T]) {
    ask_for::<false, T>(values);
}

#[inline(always)]
fn ask_for<const NEAR: bool, T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};

        let n_lines = size_of_val(values).div_ceil(LINE);
        let first = values.as_ptr().cast::<i8>();
        for line in 0..n_lines {
            #[expect(unsafe_code, reason = "prefetching is only there as an intrinsic")]
            // SAFETY: the address lies within `values` for every line, and a prefetch neither
            // reads nor writes nor faults.
            unsafe {
                let address = first.add(line * LINE);
                if NEAR {
                    _mm_prefetch::<_MM_HINT_T0>(address);
                } else {
                    _mm_prefetch::<_MM_HINT_T1>(address);
                }
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefetching_leaves_values_of_any_length_alone() {
        for n in [0_u8, 1, 63, 64, 65, 255] {
            let values: Vec<u8> = (0..n).collect();
            prefetch(&values);
            prefetch_far(&values);
            assert!(values.iter().copied().eq(0..n));
        }
        prefetch::<()>(&[(); 3]);
    }
}
