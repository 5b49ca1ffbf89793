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
                for block in 0..n_blocks {
                    for (half, columns) in columns.chunks_exact($side).enumerate() {
                        let mut rows = [[0.0; $side]; $side];
                        for i in 0..$side {
                            rows[i].copy_from_slice(&columns[i][block * $side..][..$side]);
                        }
                        let rows = $transposed(simd, &rows);
                        for i in 0..$side {
                            let vector = &mut out[(block * $side + i) * stride];
                            vector[half * $side..][..$side].copy_from_slice(&rows[i]);
                        }
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

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transposed_f32(simd: pulp::x86::V3, rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let avx = simd.avx;
    let mut x: [core::arch::x86_64::__m256; 8] = pulp::cast(*rows);
    // Neighbours within 128 bits, then pairs of them, then the halves of 256 bits.
    for i in (0..8).step_by(2) {
        let (a, b) = (x[i], x[i + 1]);
        x[i] = avx._mm256_unpacklo_ps(a, b);
        x[i + 1] = avx._mm256_unpackhi_ps(a, b);
    }
    for i in [0, 4] {
        let (a, b, c, d) = (x[i], x[i + 1], x[i + 2], x[i + 3]);
        x[i] = avx._mm256_shuffle_ps::<0x44>(a, c);
        x[i + 1] = avx._mm256_shuffle_ps::<0xee>(a, c);
        x[i + 2] = avx._mm256_shuffle_ps::<0x44>(b, d);
        x[i + 3] = avx._mm256_shuffle_ps::<0xee>(b, d);
    }
    for i in 0..4 {
        let (a, b) = (x[i], x[i + 4]);
        x[i] = avx._mm256_permute2f128_ps::<0x20>(a, b);
        x[i + 4] = avx._mm256_permute2f128_ps::<0x31>(a, b);
    }
    pulp::cast(x)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn transposed_f64(simd: pulp::x86::V3, rows: &[[f64; 4]; 4]) -> [[f64; 4]; 4] {
    let avx = simd.avx;
    let mut x: [core::arch::x86_64::__m256d; 4] = pulp::cast(*rows);
    for i in [0, 2] {
        let (a, b) = (x[i], x[i + 1]);
        x[i] = avx._mm256_unpacklo_pd(a, b);
        x[i + 1] = avx._mm256_unpackhi_pd(a, b);
    }
    for i in 0..2 {
        let (a, b) = (x[i], x[i + 2]);
        x[i] = avx._mm256_permute2f128_pd::<0x20>(a, b);
        x[i + 2] = avx._mm256_permute2f128_pd::<0x31>(a, b);
    }
    pulp::cast(x)
}
