//! Histograms: what samples sum up to, by column and bin.

use rayon::prelude::*;

use super::matrix::{BLOCK, BinMatrix};
use super::row_walk::rows_of;
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// Number of samples from which on the blocks of a histogram are filled in parallel.
const PARALLEL_SAMPLES: usize = 4096;

/// The kind of sums that a histogram holds, one per cell.
pub trait Sums: Sync {
    /// One number of a cell, or all of them.
    type Unit: Clone + Default + Send;
    /// The value that a sample adds to one cell of every column.
    type Payload: Copy + Sync;

    /// Columns whose cells are filled in one pass over the samples: as many as the first-level
    /// cache has room for, a divisor of [`BLOCK`].
    const COLUMNS: usize = BLOCK;

    /// Returns the number of units of a cell.
    fn stride(&self) -> usize;

    /// Adds a sample to a cell; to be marked `#[inline(always)]`.
    fn add(&self, cells: &mut [Self::Unit], cell: usize, payload: Self::Payload);
}

/// Replaces `histograms` by those of `samples` with these payloads: the cells of all columns, one
/// column after another. `starts` has the first cell of each column, and the end of the last one's.
///
/// A cell's payloads are added in the order of the samples.
pub fn fill<S: Sums>(
    sums: &S,
    matrix: &BinMatrix,
    starts: &[u32],
    (samples, payloads): (&[u32], &[S::Payload]),
    histograms: &mut Vec<S::Unit>,
) {
    let stride = sums.stride();
    let n_cells = starts.last().map_or(0, |&end| end as usize);
    histograms.clear();
    histograms.resize(n_cells * stride, S::Unit::default());
    let mut rest = histograms.as_mut_slice();
    let blocks = (0..matrix.n_blocks()).map(|block_idx| {
        let first = block_idx * BLOCK;
        let starts = &starts[first..=(first + BLOCK).min(matrix.n_features())];
        let n_cells = (starts[starts.len() - 1] - starts[0]) as usize;
        let (cells, others) = std::mem::take(&mut rest).split_at_mut(n_cells * stride);
        rest = others;
        FillBlock {
            sums,
            rows: matrix.block(block_idx),
            starts,
            samples,
            payloads,
            cells,
        }
    });
    if samples.len() < PARALLEL_SAMPLES {
        blocks.for_each(dispatch);
    } else {
        let blocks: Vec<_> = blocks.collect();
        blocks.into_par_iter().for_each(dispatch);
    }
}

/// Adds samples to the histograms of one block.
struct FillBlock<'a, S: Sums> {
    sums: &'a S,
    rows: &'a [[u8; BLOCK]],
    starts: &'a [u32],
    samples: &'a [u32],
    payloads: &'a [S::Payload],
    cells: &'a mut [S::Unit],
}

impl<S: Sums> FillBlock<'_, S> {
    /// Adds the samples to the cells of `width` columns from `first` on.
    #[inline(always)]
    fn add_rows(&mut self, offsets: &[usize; BLOCK], first: usize, width: usize) {
        let rows = rows_of(self.rows, self.samples).zip(self.payloads);
        for (codes, &payload) in rows {
            for lane in first..first + width {
                let cell = offsets[lane] + usize::from(codes[lane]);
                self.sums.add(self.cells, cell, payload);
            }
        }
    }
}

impl<S: Sums> Kernel for FillBlock<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, _: L) {
        let mut offsets = [0; BLOCK];
        for (offset, start) in offsets.iter_mut().zip(self.starts) {
            *offset = (start - self.starts[0]) as usize;
        }
        let n_columns = self.starts.len() - 1;
        for first in (0..n_columns).step_by(S::COLUMNS) {
            // A constant width unrolls the loop.
            match n_columns - first {
                rest if rest < S::COLUMNS => self.add_rows(&offsets, first, rest),
                _ => self.add_rows(&offsets, first, S::COLUMNS),
            }
        }
    }
}
