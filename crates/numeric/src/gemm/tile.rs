//! A tile of a product in registers.

use crate::simd::{Lanes, Real, Vector};

/// What becomes of the sums `Σ_k rows[i][k]·columns[k]` of a tile.
pub(super) enum Sums<'c, F: Real, const M: usize, const V: usize> {
    /// They are written.
    Write(&'c mut [[F::Array; V]; M]),
    /// They are multiplied by the factor and written.
    Scale(F, [&'c mut [F]; M]),
    /// They are multiplied by the factor and added.
    Add(F, [&'c mut [F]; M]),
}

/// Computes `Σ_k rows[i][k]·columns[k]` of all i: each element is one chain of fused multiply-adds
/// from 0 on, in the order of k, whatever the shape of the tile.
///
/// # Panics
/// If a row is shorter than `columns`, or a place for sums is not `V` vectors long.
#[inline(always)]
pub(super) fn tile<F: Real, L: Lanes, const M: usize, const V: usize>(
    lanes: L,
    rows: &[&[F]; M],
    columns: &[[F::Array; V]],
    sums: Sums<'_, F, M, V>,
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
            // rather than 91 on 6000 × 784 by 784 × 784 (EPYC with AVX-512).
            #[expect(unsafe_code, reason = "the innermost loop of all products")]
            // SAFETY: k is an index of `columns`, and every row is at least as long.
            let factor = unsafe { *rows[i].get_unchecked(k) };
            let factor = F::Vector::splat(lanes, factor);
            for v in 0..V {
                registers[i][v] = factor.mul_add(vectors[v], registers[i][v]);
            }
        }
    }
    // Short loops, which are unrolled, so that the sums stay in registers.
    match sums {
        Sums::Write(sums) => {
            for i in 0..M {
                for v in 0..V {
                    registers[i][v].store(&mut sums[i][v]);
                }
            }
        }
        Sums::Scale(alpha, c) => {
            let alpha = F::Vector::splat(lanes, alpha);
            let c = c.map(vectors_of::<F, V>);
            for i in 0..M {
                for v in 0..V {
                    registers[i][v].mul(alpha).store(&mut c[i][v]);
                }
            }
        }
        Sums::Add(alpha, c) => {
            let alpha = F::Vector::splat(lanes, alpha);
            let c = c.map(vectors_of::<F, V>);
            for i in 0..M {
                for v in 0..V {
                    let old = F::Vector::load(lanes, &c[i][v]);
                    registers[i][v].mul_add(alpha, old).store(&mut c[i][v]);
                }
            }
        }
    }
}

/// Returns the vectors of a row of C.
#[inline(always)]
fn vectors_of<F: Real, const V: usize>(row: &mut [F]) -> &mut [F::Array; V] {
    let (vectors, _) = F::chunks_mut(row);
    vectors.try_into().expect("as many vectors as in the tile")
}
