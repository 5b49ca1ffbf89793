//! Copies of a small node's rows, on which its subtree is grown.
//!
//! A node of few samples reads few bytes of each cache line of the whole matrix, and most cells of
//! its histograms are empty. Its [`Local`] copy has its samples as rows 0, 1, …, leaves out the
//! columns that are constant in it, and numbers the bins of the others densely, so that what a node
//! costs goes with the number of its samples. A node with the samples 2 and 5 of a space:
//!
//! ```text
//!           space: bin in column             local copy: code in column
//!              0     1     2                        0     1
//! sample 2     3     7   200             row 0      0     1
//! sample 5     9     7    16             row 1      1     0
//!                                        feature    0     2    (column 1 was constant)
//!                                        bins    3, 9  16, 200 (of the codes 0 and 1)
//! ```
//!
//! [`CellMap`] leads from a code back to its bin, by which a threshold is looked up.

use std::ops::Range;

use super::cell_map::CellMap;
use super::space::Space;
use super::target::Target;
use crate::hist::{BLOCK, BinMatrix, MAX_BINS, rows_ahead, rows_of};
use fashion_bench_numeric::pages::Bytes;
use fashion_bench_numeric::prefetch::prefetch_far;

/// How many rows ahead of their use rows are prefetched while they are copied. (60,000 × 784, ten
/// forest trees of depth 10, CPU seconds: 0.44; 0.47 with 16 rows, into the first-level cache.)
const FAR: usize = 64;

/// A copy of a node's rows, with their bins numbered densely.
pub struct Local {
    /// Bins, numbered densely in each column; rows are the node's samples.
    pub matrix: BinMatrix,
    /// The feature of each column.
    pub columns: Vec<u32>,
    /// Cells of the columns.
    pub cells: CellMap,
}

impl Local {
    /// Copies the rows of `range` into `memory`. `is_occupied` has a flag for each cell of the
    /// space.
    pub fn new<T: Target>(
        space: &Space<'_, T>,
        range: Range<usize>,
        is_occupied: &[bool],
        memory: Bytes,
    ) -> Self {
        let mut cells = CellMap::empty();
        let mut kept = Vec::new();
        let mut ranks = vec![0u8; is_occupied.len()];
        for column in 0..space.columns.len() {
            let all = space.cells.of_column(column);
            let n_occupied = is_occupied[all.clone()].iter().filter(|&&is| is).count();
            if n_occupied < 2 {
                continue;
            }
            kept.push(column);
            let mut rank = 0u8;
            for cell in all.clone().filter(|&cell| is_occupied[cell]) {
                ranks[cell] = rank;
                rank = rank.wrapping_add(1);
            }
            let bins = all.zip(space.cells.bins(column));
            cells.push_column(
                bins.filter(|&(cell, _)| is_occupied[cell])
                    .map(|(_, &bin)| bin),
            );
        }
        let samples = &space.samples[range];
        let mut matrix = BinMatrix::in_memory(samples.len(), kept.len(), memory);
        let mut rows = vec![[0; BLOCK]; samples.len()];
        let places = kept.iter().enumerate();
        for of_block in places
            .collect::<Vec<_>>()
            .chunk_by(|a, b| a.1 / BLOCK == b.1 / BLOCK)
        {
            let block_idx = of_block[0].1 / BLOCK;
            let all_rows = space.matrix.block(block_idx);
            for (to, from) in rows.iter_mut().zip(rows_of(all_rows, samples)) {
                *to = *from;
            }
            for &(place, &column) in of_block {
                let mut rank_of = [0; MAX_BINS];
                let ranks = &ranks[space.cells.of_column(column)];
                rank_of[..ranks.len()].copy_from_slice(ranks);
                let lane = column % BLOCK;
                for (copy, row) in matrix.block_mut(place / BLOCK).iter_mut().zip(&rows) {
                    copy[place % BLOCK] = rank_of[usize::from(row[lane])];
                }
            }
        }
        Self {
            matrix,
            columns: kept.iter().map(|&column| space.columns[column]).collect(),
            cells,
        }
    }
}

impl<T: Target> Space<'_, T> {
    /// Returns a copy of the rows of `range`, all columns as they are, in `memory`.
    pub fn copied_rows(&self, range: Range<usize>, memory: Bytes) -> BinMatrix {
        let samples = &self.samples[range];
        let mut matrix = BinMatrix::in_memory(samples.len(), self.columns.len(), memory);
        for block_idx in 0..matrix.n_blocks() {
            let rows = self.matrix.block(block_idx);
            let from = rows_ahead(rows, samples, FAR, prefetch_far);
            for (to, from) in matrix.block_mut(block_idx).iter_mut().zip(from) {
                *to = *from;
            }
        }
        matrix
    }

    /// Writes the histograms of a [`Local`] copy, taken from those of the whole, to `into`.
    pub fn compact(
        &self,
        histograms: &[T::Unit],
        is_occupied: &[bool],
        stride: usize,
        into: &mut Vec<T::Unit>,
    ) {
        into.clear();
        for column in 0..self.columns.len() {
            let cells = self.cells.of_column(column);
            let start = into.len();
            for cell in cells.filter(|&cell| is_occupied[cell]) {
                into.extend(histograms[cell * stride..][..stride].iter().copied());
            }
            if into.len() < start + 2 * stride {
                into.truncate(start);
            }
        }
    }

    /// Returns a flag for each cell: whether a sample of `range` lies in it.
    pub fn occupied_by_samples(&self, range: Range<usize>) -> Vec<bool> {
        let mut is_occupied = vec![false; self.cells.n_cells()];
        for column in 0..self.columns.len() {
            let codes = self.matrix.column(column);
            let flags = &mut is_occupied[self.cells.of_column(column)];
            for &sample in &self.samples[range.clone()] {
                flags[usize::from(codes.of(sample))] = true;
            }
        }
        is_occupied
    }
}

/// Returns a flag for each cell of `histograms`: whether it holds anything.
pub fn occupied_cells<U: Default + PartialEq>(histograms: &[U], stride: usize) -> Vec<bool> {
    let empty = U::default();
    histograms
        .chunks_exact(stride)
        .map(|cell| cell.iter().any(|unit| *unit != empty))
        .collect()
}
