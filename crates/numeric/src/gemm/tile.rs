//! A tile of a product in registers.

use crate::simd::{Lanes, Real, Vector};

/// Writes `Σ_k rows[i][k]·columns[k]` to `sums[i]`: each element is one chain of fused multiply-adds
/// from 0 on, in the order of k, whatever the shape of the tile.
///
/// # Panics
/// If a row is shorter than `columns`.
#[inline(always)]
pub(super) fn tile<F: Real, L: Lanes, const M: usize, const V: usize>(
    lanes: L,
    rows: &[&[F]; M],
    columns: &[[F::Array; V]],
    sums: &mut [[F::Array; V]; M],
) {
    for row in rows {
        assert!(row.len() >= columns.len(), "rows as long as the columns");
    }
    let mut registers = [[F::Vector::splat(lanes, F::default()); V]; M];
    for (k, column) in columns.iter().enumerate() {
        let mut vectors = [F::Vector::splat(lanes, F::default()); V];
        for v in 0..V {
            vectors[v] = F::Vector::load(lanes, &column[v]);
        }
        for i in 0..M {
            // A checked access keeps the sums in memory, for the case that it fails: 43 GFLOP/s
            // rather than 100 on 6000 x 784 by 784 x 784 (EPYC with AVX-512).
            #[expect(unsafe_code, reason = "the innermost loop of all products")]
            // SAFETY: k is an index of `columns`, and every row is at least as long.
            let factor = unsafe { *rows[i].get_unchecked(k) };
            let factor = F::Vector::splat(lanes, factor);
            for v in 0..V {
                registers[i][v] = factor.mul_add(vectors[v], registers[i][v]);
            }
        }
    }
    // Copied out one by one, so that they can be registers in the loop.
    for i in 0..M {
        for v in 0..V {
            registers[i][v].store(&mut sums[i][v]);
        }
    }
}
