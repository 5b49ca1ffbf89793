//! The samples of a tree, or of a part of it, and the histograms of all their columns.
//!
//! Searches over all features work on bins in blocks: a sample's bins of [`BLOCK`] columns come
//! with one load.

use std::ops::Range;

use rayon::prelude::*;

use super::cell_map::CellMap;
use super::row_walk::rows_of;
use super::target::Target;
use crate::hist::{BLOCK, BinMatrix};

/// Number of samples from which on the blocks of a histogram are filled in parallel.
const PARALLEL_SAMPLES: usize = 4096;

/// The samples of a tree, or of a part of it, with the bins of the columns still of interest.
pub struct Space<'a, T: Target> {
    /// Bins; `samples` names its rows.
    pub matrix: &'a BinMatrix,
    /// The feature of each column.
    pub columns: &'a [u32],
    /// The histogram cells of each column, where histograms of all columns are used.
    pub cells: &'a CellMap,
    /// Rows of the matrix; each node owns a range of them.
    pub samples: Vec<u32>,
    /// What travels with them.
    pub payloads: Vec<T::Payload>,
    /// Columns in drawing order, where few are drawn for each node. The first ones are constant in
    /// the node at hand.
    pub order: Vec<u32>,
    /// The columns found constant on the way from the root, in the order they were found.
    pub constants: Vec<u32>,
}

impl<T: Target> Space<'_, T> {
    /// Replaces `histograms` by those of the samples of `range`: the cells of all columns, one
    /// column after another.
    pub fn fill(&self, target: &T, range: Range<usize>, histograms: &mut Vec<T::Unit>) {
        let stride = target.stride();
        histograms.clear();
        histograms.resize(self.n_units(stride), T::Unit::default());
        let samples = &self.samples[range.clone()];
        let payloads = &self.payloads[range];
        let fill = |(block_idx, cells): (usize, &mut [T::Unit])| {
            let [starts @ .., _] = self.cells.starts_of_block(block_idx) else {
                return;
            };
            let rows = self.matrix.block(block_idx);
            fill_block(target, rows, starts, samples, payloads, cells);
        };
        let mut rest = histograms.as_mut_slice();
        let blocks = (0..self.matrix.n_blocks()).map(|block_idx| {
            let n_cells = self.cells.n_cells_of_block(block_idx);
            let (cells, others) = std::mem::take(&mut rest).split_at_mut(n_cells * stride);
            rest = others;
            (block_idx, cells)
        });
        if samples.len() < PARALLEL_SAMPLES {
            blocks.for_each(fill);
        } else {
            let blocks: Vec<_> = blocks.collect();
            blocks.into_par_iter().for_each(fill);
        }
    }

    /// Returns the units of a histogram with `stride` of them in each cell.
    pub fn n_units(&self, stride: usize) -> usize {
        self.cells.n_cells() * stride
    }
}

/// Adds samples to the histograms of one block; `starts` are the first cells of its columns.
fn fill_block<T: Target>(
    target: &T,
    rows: &[[u8; BLOCK]],
    starts: &[u32],
    samples: &[u32],
    payloads: &[T::Payload],
    cells: &mut [T::Unit],
) {
    let mut offsets = [0; BLOCK];
    for (offset, start) in offsets.iter_mut().zip(starts) {
        *offset = (start - starts[0]) as usize;
    }
    let rows = rows_of(rows, samples).zip(payloads);
    // A constant width unrolls the loop.
    match starts.len() {
        BLOCK => add_rows(target, rows, &offsets, BLOCK, cells),
        width => add_rows(target, rows, &offsets, width, cells),
    }
}

#[inline(always)]
fn add_rows<'a, T: Target>(
    target: &T,
    rows: impl Iterator<Item = (&'a [u8; BLOCK], &'a T::Payload)>,
    offsets: &[usize; BLOCK],
    width: usize,
    cells: &mut [T::Unit],
) where
    T::Payload: 'a,
{
    for (codes, &payload) in rows {
        for lane in 0..width {
            target.add(cells, offsets[lane] + usize::from(codes[lane]), payload);
        }
    }
}
