//! Columns written side by side.

use std::ops::Range;

use super::GemmFloat;
use super::lines::Lines;

/// Writes `columns`, at most a vector's lanes and all of the same length, to every `stride`-th
/// vector of `out`: element k of each to the lanes of vector k. Lanes without a column become 0.
#[inline(always)]
pub(super) fn interleave<F: GemmFloat>(
    has_avx2: bool,
    columns: &[&[F]],
    stride: usize,
    out: &mut [F::Array],
) {
    let n_done = if has_avx2 && columns.len() == F::LANES {
        F::interleave_blocks(columns, stride, out)
    } else {
        0
    };
    let out = out.iter_mut().step_by(stride).skip(n_done);
    let n = columns.first().map_or(0, |column| column.len());
    for (k, vector) in (n_done..n).zip(out) {
        *vector = F::ZEROS;
        for (lane, column) in vector.as_mut().iter_mut().zip(columns) {
            *lane = column[k];
        }
    }
}

macro_rules! blocks {
    ($type:ty, $side:expr, $columns:ident, $rows:ident, $transposed:ident) => {
        /// Does what [`interleave`] does for whole square blocks of as many columns as a vector has
        /// lanes; returns the number of elements of each that are done.
        #[inline(always)]
        pub(super) fn $columns(
            columns: &[&[$type]],
            stride: usize,
            out: &mut [<$type as crate::simd::Real>::Array],
        ) -> usize {
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let n_blocks = columns[0].len() / $side;
                let (low, high) = columns.split_at($side);
                let mut squares = [&[] as &[[$type; $side]]; 2 * $side];
                for (squares, column) in squares.iter_mut().zip(low.iter().chain(high)) {
                    *squares = &column.as_chunks().0[..n_blocks];
                }
                for block in 0..n_blocks {
                    let (mut low, mut high) = ([[0.0; $side]; $side], [[0.0; $side]; $side]);
                    for i in 0..$side {
                        low[i] = squares[i][block];
                        high[i] = squares[$side + i][block];
                    }
                    let (low, high) = ($transposed(simd, &low), $transposed(simd, &high));
                    let out = &mut out[block * $side * stride..];
                    for i in 0..$side {
                        let vector = &mut out[i * stride];
                        vector[..$side].copy_from_slice(&low[i]);
                        vector[$side..].copy_from_slice(&high[i]);
                    }
                }
                return n_blocks * $side;
            }
            let _ = (columns, stride, out);
            0
        }

        /// Copies elements `ks` of rows (first, number), given by the columns of the matrix, to
        /// `out`, one row after the other, in whole square blocks; returns the number of columns
        /// that are done.
        #[inline(always)]
        pub(super) fn $rows(
            columns: &Lines<'_, $type>,
            (row, n_rows): (usize, usize),
            ks: Range<usize>,
            out: &mut [$type],
        ) -> usize {
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let n_padded = n_rows.next_multiple_of($side);
                if row + n_padded > columns.len() {
                    return 0;
                }
                let n_blocks = ks.len() / $side;
                for block in 0..n_blocks {
                    let mut parts: [&[$type]; $side] = [&[]; $side];
                    for (i, part) in parts.iter_mut().enumerate() {
                        *part = columns.part(ks.start + block * $side + i, row, n_padded);
                    }
                    for first in (0..n_rows).step_by($side) {
                        let mut square = [[0.0; $side]; $side];
                        for i in 0..$side {
                            square[i].copy_from_slice(&parts[i][first..first + $side]);
                        }
                        let square = $transposed(simd, &square);
                        for i in 0..$side.min(n_rows - first) {
                            let out = &mut out[(first + i) * ks.len() + block * $side..];
                            out[..$side].copy_from_slice(&square[i]);
                        }
                    }
                }
                return n_blocks * $side;
            }
            let _ = (columns, row, n_rows, ks, out);
            0
        }
    };
}

blocks!(f32, 8, f32_columns, f32_rows, transposed_f32);
blocks!(f64, 4, f64_columns, f64_rows, transposed_f64);

/// Transposes: neighbours within 128 bits, then pairs of them, then the halves of 256 bits. It is
/// written out, since the vectors of a loop would be in memory.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transposed_f32(simd: pulp::x86::V3, rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let avx = simd.avx;
    let [a, b, c, d, e, f, g, h]: [core::arch::x86_64::__m256; 8] = pulp::cast(*rows);
    let (ab_low, ab_high) = (avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b));
    let (cd_low, cd_high) = (avx._mm256_unpacklo_ps(c, d), avx._mm256_unpackhi_ps(c, d));
    let (ef_low, ef_high) = (avx._mm256_unpacklo_ps(e, f), avx._mm256_unpackhi_ps(e, f));
    let (gh_low, gh_high) = (avx._mm256_unpacklo_ps(g, h), avx._mm256_unpackhi_ps(g, h));
    let left = [
        avx._mm256_shuffle_ps::<0x44>(ab_low, cd_low),
        avx._mm256_shuffle_ps::<0xee>(ab_low, cd_low),
        avx._mm256_shuffle_ps::<0x44>(ab_high, cd_high),
        avx._mm256_shuffle_ps::<0xee>(ab_high, cd_high),
    ];
    let right = [
        avx._mm256_shuffle_ps::<0x44>(ef_low, gh_low),
        avx._mm256_shuffle_ps::<0xee>(ef_low, gh_low),
        avx._mm256_shuffle_ps::<0x44>(ef_high, gh_high),
        avx._mm256_shuffle_ps::<0xee>(ef_high, gh_high),
    ];
    pulp::cast([
        avx._mm256_permute2f128_ps::<0x20>(left[0], right[0]),
        avx._mm256_permute2f128_ps::<0x20>(left[1], right[1]),
        avx._mm256_permute2f128_ps::<0x20>(left[2], right[2]),
        avx._mm256_permute2f128_ps::<0x20>(left[3], right[3]),
        avx._mm256_permute2f128_ps::<0x31>(left[0], right[0]),
        avx._mm256_permute2f128_ps::<0x31>(left[1], right[1]),
        avx._mm256_permute2f128_ps::<0x31>(left[2], right[2]),
        avx._mm256_permute2f128_ps::<0x31>(left[3], right[3]),
    ])
}

/// Transposes: neighbours within 128 bits, then the halves of 256 bits.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transposed_f64(simd: pulp::x86::V3, rows: &[[f64; 4]; 4]) -> [[f64; 4]; 4] {
    let avx = simd.avx;
    let [a, b, c, d]: [core::arch::x86_64::__m256d; 4] = pulp::cast(*rows);
    let (ab_low, ab_high) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
    let (cd_low, cd_high) = (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
    pulp::cast([
        avx._mm256_permute2f128_pd::<0x20>(ab_low, cd_low),
        avx._mm256_permute2f128_pd::<0x20>(ab_high, cd_high),
        avx._mm256_permute2f128_pd::<0x31>(ab_low, cd_low),
        avx._mm256_permute2f128_pd::<0x31>(ab_high, cd_high),
    ])
}
