//! The samples of a tree, or of a part of it, and the histograms of all their columns.
//!
//! Searches over all features work on bins in blocks: a sample's bins of [`BLOCK`] columns come
//! with one load. A small node gets a copy of its own rows ([`Local`]), without the columns that
//! are constant in it and with the bins of the others numbered densely, so that what a node costs
//! goes with the number of its samples.

use std::ops::Range;

use rayon::prelude::*;

use super::target::Target;
use crate::hist::{BLOCK, BinMatrix, FeatureBins, MAX_BINS};
use fashion_bench_numeric::pages::Bytes;
use fashion_bench_numeric::prefetch::{prefetch, prefetch_far};

/// Samples from which on the blocks of a histogram are filled in parallel.
const PARALLEL_SAMPLES: usize = 4096;

/// Rows ahead of their use that are asked for while rows are copied. (60,000 × 784, ten forest trees
/// of depth 10, CPU seconds: 0.44; 0.47 with 16 rows, into the first-level cache.)
const FAR: usize = 64;

/// The samples of a tree, or of a part of it, with the bins of the columns still of interest.
pub struct Space<'a, T: Target> {
    /// Bins; rows are what `samples` names.
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

/// Where the cells of each column lie in a histogram, and which bin each stands for.
#[derive(Debug, Clone, Default)]
pub struct CellMap {
    /// First cell of each column, and the end of the last one's.
    starts: Vec<u32>,
    /// The bin of each cell, ascending in each column.
    bins: Vec<u8>,
}

impl CellMap {
    /// One cell for each bin of each feature.
    pub fn of_all(features: &[FeatureBins]) -> Self {
        let mut map = Self {
            starts: vec![0],
            bins: Vec::new(),
        };
        for feature in features {
            #[expect(clippy::cast_possible_truncation, reason = "at most 256 bins")]
            map.bins.extend((0..feature.n_bins()).map(|bin| bin as u8));
            map.end_column();
        }
        map
    }

    fn end_column(&mut self) {
        let end = u32::try_from(self.bins.len()).expect("cells are counted in 32 bits");
        self.starts.push(end);
    }

    /// The cells of a column.
    #[inline]
    pub fn of_column(&self, column: usize) -> Range<usize> {
        self.starts[column] as usize..self.starts[column + 1] as usize
    }

    /// The bins of a column's cells.
    #[inline]
    pub fn bins(&self, column: usize) -> &[u8] {
        &self.bins[self.of_column(column)]
    }

    /// The bin that a code of a column stands for. Where no cells are used, codes are bins.
    pub fn bin(&self, column: usize, code: u8) -> usize {
        match self.starts.is_empty() {
            true => usize::from(code),
            false => usize::from(self.bins(column)[usize::from(code)]),
        }
    }

    fn n_columns(&self) -> usize {
        self.starts.len() - 1
    }

    /// Columns of a block of the matrix.
    fn columns_of_block(&self, block_idx: usize) -> Range<usize> {
        let first = block_idx * BLOCK;
        first..(first + BLOCK).min(self.n_columns())
    }

    /// Cells of a histogram.
    fn n_cells(&self) -> usize {
        self.bins.len()
    }
}

impl<T: Target> Space<'_, T> {
    /// Fills `histograms` with the samples of `range`.
    pub fn fill(&self, target: &T, range: Range<usize>, histograms: &mut Vec<T::Unit>) {
        let stride = target.stride();
        histograms.clear();
        histograms.resize(self.n_units(stride), T::Unit::default());
        let samples = &self.samples[range.clone()];
        let payloads = &self.payloads[range];
        let fill = |(block_idx, cells): (usize, &mut [T::Unit])| {
            let columns = self.cells.columns_of_block(block_idx);
            let starts = &self.cells.starts[columns];
            let rows = self.matrix.block(block_idx);
            fill_block(target, rows, starts, samples, payloads, cells);
        };
        let mut rest = histograms.as_mut_slice();
        let blocks = (0..self.matrix.n_blocks()).map(|block_idx| {
            let columns = self.cells.columns_of_block(block_idx);
            let n_cells = self.cells.starts[columns.end] - self.cells.starts[columns.start];
            let (cells, others) = std::mem::take(&mut rest).split_at_mut(n_cells as usize * stride);
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

    /// Units of a histogram with `stride` of them in each cell.
    pub fn n_units(&self, stride: usize) -> usize {
        self.cells.n_cells() * stride
    }

    /// The histograms of a [`Local`] copy, out of those of the whole.
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

    /// The cells of each column in which a sample of `range` lies, as flags.
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

/// The row of each sample. Rows are asked for ahead of their use, since the hardware does not
/// foresee which ones are next (60,000 × 784, boosted tree of depth 50: half of the time of filling
/// histograms was waiting for them).
#[inline(always)]
pub fn rows_of<'a>(
    rows: &'a [[u8; BLOCK]],
    samples: &'a [u32],
) -> impl Iterator<Item = &'a [u8; BLOCK]> {
    const AHEAD: usize = 16;
    rows_asked_for(rows, samples, AHEAD, prefetch)
}

/// The row of each sample, for each of which `ask` is called with the row `ahead` samples later.
#[inline(always)]
fn rows_asked_for<'a>(
    rows: &'a [[u8; BLOCK]],
    samples: &'a [u32],
    ahead: usize,
    ask: impl Fn(&[u8]),
) -> impl Iterator<Item = &'a [u8; BLOCK]> {
    samples.iter().enumerate().map(move |(at, &sample)| {
        if let Some(&later) = samples.get(at + ahead) {
            ask(&rows[later as usize]);
        }
        &rows[sample as usize]
    })
}

/// A copy of a node's rows.
pub struct Local {
    /// Bins, numbered densely in each column; rows are the node's samples.
    pub matrix: BinMatrix,
    /// The feature of each column.
    pub columns: Vec<u32>,
    /// Cells of the columns.
    pub cells: CellMap,
}

impl<T: Target> Space<'_, T> {
    /// A copy of the rows of `range`, all columns, in `memory`.
    pub fn copied_rows(&self, range: Range<usize>, memory: Bytes) -> BinMatrix {
        let samples = &self.samples[range];
        let mut matrix = BinMatrix::in_memory(samples.len(), self.columns.len(), memory);
        for block_idx in 0..matrix.n_blocks() {
            let rows = self.matrix.block(block_idx);
            let from = rows_asked_for(rows, samples, FAR, prefetch_far);
            for (to, from) in matrix.block_mut(block_idx).iter_mut().zip(from) {
                *to = *from;
            }
        }
        matrix
    }
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
        let mut cells = CellMap {
            starts: vec![0],
            bins: Vec::new(),
        };
        let mut kept = Vec::new();
        let mut ranks = vec![0u8; is_occupied.len()];
        for column in 0..space.columns.len() {
            let all = space.cells.of_column(column);
            let n_occupied = is_occupied[all.clone()].iter().filter(|&&is| is).count();
            if n_occupied < 2 {
                continue;
            }
            kept.push(column);
            let mut rank = 0;
            for cell in all.filter(|&cell| is_occupied[cell]) {
                ranks[cell] = rank;
                rank = rank.wrapping_add(1);
                cells.bins.push(space.cells.bins[cell]);
            }
            cells.end_column();
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

/// The cells that hold anything, as flags.
pub fn occupied_cells<U: Default + PartialEq>(histograms: &[U], stride: usize) -> Vec<bool> {
    let empty = U::default();
    histograms
        .chunks_exact(stride)
        .map(|cell| cell.iter().any(|unit| *unit != empty))
        .collect()
}
