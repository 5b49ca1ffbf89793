//! Binning: each value of the training set replaced by the number of its bin, one byte each.
//!
//! A first pass writes codes: the slot of each value in a hash table of the feature's distinct
//! values ([`Distinct`]). Its hash is affine, so that the codes of values on a lattice ascend with
//! them, and are the bins. Only features of other values take a second pass, from codes to bins.
//! A feature of more values than a byte can tell apart gets ranks of 32 bits instead.

use std::ops::Range;

use ndarray::{ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::bins::{FeatureBins, MAX_BINS};
use super::distinct::{Distinct, first_slot};
use super::edge_bins::EdgeBins;
use super::matrix::{BLOCK, BinMatrix};
use crate::FitError;
use crate::finite::not_finite;
use fashion_bench_numeric::pages::Bytes;
use fashion_bench_numeric::prefetch::prefetch;
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// About how many values of a feature tell which lattice its values lie on. (60,000 × 784, extra
/// tree of depth 10 with random thresholds: 0.121 CPU s with 1024 of them, 0.117 with 512.)
const SAMPLE: usize = 512;

/// How the values of a feature are put into bins.
pub trait Bins: Sized + Send {
    /// Returns one bin for each of `keys`, empty where the key is NaN; nothing if two neighbours do
    /// not ascend, or by too little to be distinguished.
    fn of_lattice(keys: &[f32]) -> Option<Self>;

    /// Returns the bins of a feature whose ascending values are `values`, each with the number of
    /// rows that have it; at most `max_bins` if the rule joins values.
    fn of_sorted(values: &[(f32, usize)], max_bins: usize) -> Self;

    /// Returns the number of bins.
    fn n_bins(&self) -> usize;

    /// Returns the bin of a value.
    fn bin(&self, value: f32) -> usize;
}

impl Bins for FeatureBins {
    fn of_lattice(keys: &[f32]) -> Option<Self> {
        Self::of_lattice(keys)
    }

    fn of_sorted(values: &[(f32, usize)], _max_bins: usize) -> Self {
        Self::new(values.iter().map(|&(value, _)| value))
    }

    fn n_bins(&self) -> usize {
        self.n_bins()
    }

    fn bin(&self, value: f32) -> usize {
        Self::bin(self, value)
    }
}

/// A binned training set.
#[derive(Debug)]
pub struct Binned<B = FeatureBins> {
    /// Bin indices.
    pub matrix: BinMatrix,
    /// Each feature's bins.
    pub features: Vec<B>,
}

impl Binned {
    /// Gives each distinct value of each feature of `x` (`n_samples` × `n_features`) a bin.
    ///
    /// # Errors
    /// [`FitError::NotFinite`] for the first value, row by row, that is NaN or infinite.
    pub fn new(x: ArrayView2<'_, f32>) -> Result<Self, FitError> {
        let order: Vec<usize> = (0..x.nrows()).collect();
        Self::in_order(x, &order)
    }

    /// Bins the rows of `x` in another order: row `order[i]` of `x` becomes row `i` of the matrix.
    ///
    /// # Errors
    /// As [`Self::new`].
    ///
    /// # Panics
    /// If `order` does not name each row once.
    pub fn in_order(x: ArrayView2<'_, f32>, order: &[usize]) -> Result<Self, FitError> {
        Self::by_rule(x, order, MAX_BINS)
    }
}

impl Binned<EdgeBins> {
    /// Bins `x` (`n_samples` × `n_features`) between edges, into at most `max_bins` ≤
    /// [`MAX_BINS`](super::MAX_BINS) bins per feature.
    ///
    /// # Errors
    /// As [`Binned::new`].
    pub fn by_edges(x: ArrayView2<'_, f32>, max_bins: usize) -> Result<Self, FitError> {
        let order: Vec<usize> = (0..x.nrows()).collect();
        Self::by_rule(x, &order, max_bins)
    }
}

impl<B: Bins> Binned<B> {
    /// Bins rows in the order `order`, groups of features in parallel.
    fn by_rule(x: ArrayView2<'_, f32>, order: &[usize], max_bins: usize) -> Result<Self, FitError> {
        assert_eq!(order.len(), x.nrows(), "rows to be binned");
        let (n_samples, n_features) = x.dim();
        let x = x.as_standard_layout();
        let mut matrix = BinMatrix::in_memory(n_samples, n_features, Bytes::default());
        // Few groups: a row's page is visited once by each.
        let width = matrix.n_blocks().div_ceil(rayon::current_num_threads()) * BLOCK;
        let groups = matrix.bins.par_chunks_mut(width * n_samples);
        let features: Option<Vec<Vec<_>>> = groups
            .enumerate()
            .map(|(group_idx, bins)| {
                let columns = group_idx * width..n_features.min((group_idx + 1) * width);
                let group = Group {
                    rows: Rows {
                        x: x.slice_axis(Axis(1), columns.into()),
                        order,
                    },
                    bins: bins.as_chunks_mut().0,
                };
                group.bin(max_bins)
            })
            .collect();
        let Some(features) = features else {
            return Err(not_finite(x.view()).expect("a group has found one"));
        };
        let (features, ranks): (Vec<B>, Vec<_>) = features.into_iter().flatten().unzip();
        matrix.keep_ranks(ranks);
        Ok(Self { matrix, features })
    }
}

/// Number of rows whose codes are computed before they are checked.
const TILE: usize = 64;

/// Number of rows of which all features are binned before other rows come: few enough that the
/// processor keeps the addresses of their pages.
const CHUNK: usize = 8 * TILE;

/// Computes the slots in which the values of some rows are looked for first.
struct FirstSlots<'a> {
    rows: &'a [&'a [f32; BLOCK]],
    tables: &'a [Distinct; BLOCK],
    out: &'a mut [[u8; BLOCK]],
}

impl Kernel for FirstSlots<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let scales: [f32; BLOCK] = std::array::from_fn(|lane| self.tables[lane].scale);
        let offsets: [f32; BLOCK] = std::array::from_fn(|lane| self.tables[lane].offset);
        for (&&values, codes) in self.rows.iter().zip(self.out) {
            let mut slots = [0; BLOCK];
            for lane in 0..BLOCK {
                slots[lane] = first_slot(values[lane], scales[lane], offsets[lane]);
            }
            *codes = slots;
        }
    }
}

/// Writes the codes of some rows of a block; values that are new or displaced go one by one.
/// `prefetch_later` is called with the number of each row, to prefetch one that comes later.
fn encode(
    rows: &[&[f32; BLOCK]],
    tables: &mut [Distinct; BLOCK],
    out: &mut [[u8; BLOCK]],
    prefetch_later: impl Fn(usize),
) {
    let slots = FirstSlots {
        rows,
        tables,
        out: &mut *out,
    };
    dispatch(slots);
    for (row_idx, (values, codes)) in rows.iter().zip(out).enumerate() {
        prefetch_later(row_idx);
        // A value that is not finite is never a key: NaN differs even from the NaN of a free slot.
        let is_odd =
            |(table, code, value): (&Distinct, u8, f32)| table.keys[usize::from(code)] != value;
        let mut has_odd = false;
        for lane in 0..BLOCK {
            has_odd |= is_odd((&tables[lane], codes[lane], values[lane]));
        }
        if has_odd {
            for (lane, table) in tables.iter_mut().enumerate() {
                if is_odd((table, codes[lane], values[lane])) && !table.is_full {
                    codes[lane] = table.code(values[lane]);
                }
            }
        }
    }
}

/// A few rows of a block.
struct Tile {
    rows: Range<usize>,
    block_idx: usize,
    columns: Range<usize>,
}

/// The rows of some features in the order of the matrix.
#[derive(Clone, Copy)]
struct Rows<'x> {
    /// The features, row-major.
    x: ArrayView2<'x, f32>,
    /// The row of `x` that each row of the matrix is.
    order: &'x [usize],
}

impl<'x> Rows<'x> {
    /// Returns the values of row `row_idx` of the matrix in `columns`.
    fn part(self, row_idx: usize, columns: Range<usize>) -> &'x [f32] {
        let row = self.x.index_axis_move(Axis(0), self.order[row_idx]);
        &row.to_slice().expect("row-major")[columns]
    }

    /// Prefetches row number `row_idx` of a tile, since the hardware does not foresee which rows
    /// are next (60,000 × 784: 91 ms, not 98).
    fn prefetch_row(self, tile: &Tile, row_idx: usize) {
        if let Some(row_idx) = tile.rows.clone().nth(row_idx) {
            // The block before has brought all of the cache line but its end.
            prefetch(self.part(row_idx, tile.columns.end - 1..tile.columns.end));
        }
    }
}

/// Some features on their way into the matrix.
struct Group<'x, 'a> {
    rows: Rows<'x>,
    /// Their blocks of the matrix.
    bins: &'a mut [[u8; BLOCK]],
}

impl Group<'_, '_> {
    /// Fills the blocks and returns the bins of the features, each with its ranks if it has any;
    /// nothing if a value is not finite.
    fn bin<B: Bins>(mut self, max_bins: usize) -> Option<Vec<(B, Vec<u32>)>> {
        let (n_samples, n_features) = self.rows.x.dim();
        let every = Slice::from(..).step_by(n_samples.div_ceil(SAMPLE).cast_signed());
        let sample = self.rows.x.slice_axis(Axis(0), every).to_owned();
        let table = |feature: usize| {
            if feature < n_features {
                Distinct::new(sample.column(feature).iter().copied())
            } else {
                Distinct::new(std::iter::once(0.0))
            }
        };
        let mut tables: Vec<[Distinct; BLOCK]> = (0..n_features)
            .step_by(BLOCK)
            .map(|first| std::array::from_fn(|lane| table(first + lane)))
            .collect();
        let starts = (0..n_samples).step_by(CHUNK).flat_map(|chunk| {
            let end = n_samples.min(chunk + CHUNK);
            let starts = (chunk..end).step_by(TILE);
            (0..n_features.div_ceil(BLOCK))
                .flat_map(move |block_idx| starts.clone().map(move |start| (block_idx, start)))
        });
        let tile = |(block_idx, start): (usize, usize)| Tile {
            rows: start..n_samples.min(start + TILE),
            block_idx,
            columns: block_idx * BLOCK..n_features.min((block_idx + 1) * BLOCK),
        };
        let mut tiles = starts.map(tile).peekable();
        while let Some(tile) = tiles.next() {
            self.encode_tile(&tile, &mut tables[tile.block_idx], tiles.peek());
        }
        let tables = tables.iter().flatten().take(n_features).enumerate();
        tables
            .map(|(feature, table)| self.rank(feature, table, max_bins))
            .collect()
    }

    /// Writes the codes of a tile and prefetches the values of the next one.
    fn encode_tile(&mut self, tile: &Tile, tables: &mut [Distinct; BLOCK], next: Option<&Tile>) {
        let all = self.rows;
        let padded: [[f32; BLOCK]; TILE];
        let mut rows = [&[0.0; BLOCK]; TILE];
        if tile.columns.len() == BLOCK {
            for (values, row_idx) in rows.iter_mut().zip(tile.rows.clone()) {
                let part = all.part(row_idx, tile.columns.clone());
                *values = part.try_into().expect("a whole block");
            }
        } else {
            let mut copies = [[0.0; BLOCK]; TILE];
            for (values, row_idx) in copies.iter_mut().zip(tile.rows.clone()) {
                let part = all.part(row_idx, tile.columns.clone());
                values[..part.len()].copy_from_slice(part);
            }
            padded = copies;
            rows = padded.each_ref();
        }
        let n_samples = all.order.len();
        let codes = &mut self.bins[tile.block_idx * n_samples..][tile.rows.clone()];
        encode(&rows[..codes.len()], tables, codes, |row_idx| {
            if let Some(next) = next {
                all.prefetch_row(next, row_idx);
            }
        });
    }

    /// Returns the bins of a feature, unless a value is not finite. Codes are the bins already if
    /// its values lie on a lattice; other codes are replaced. If they are too many for codes, the
    /// bin of each row comes with them, else nothing does.
    fn rank<B: Bins>(
        &mut self,
        feature: usize,
        table: &Distinct,
        max_bins: usize,
    ) -> Option<(B, Vec<u32>)> {
        if !table.is_finite {
            return None;
        }
        let n_samples = self.rows.x.nrows();
        let is_exact = !table.is_full;
        let last = table.keys.iter().rposition(|key| !key.is_nan());
        let keys = &table.keys[..=last.expect("a value at least")];
        if is_exact
            && keys.len() <= max_bins
            && let Some(bins) = B::of_lattice(keys)
        {
            return Some((bins, Vec::new()));
        }
        let column = self.rows.x.column(feature);
        let mut values: Vec<_> = if is_exact && table.n_values <= max_bins {
            table.values().map(|value| (value + 0.0, 1)).collect()
        } else {
            column.iter().map(|&value| (value + 0.0, 1)).collect()
        };
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        // Whatever is not finite is first or last now.
        if !values.first()?.0.is_finite() || !values.last()?.0.is_finite() {
            return None;
        }
        let bins = B::of_sorted(&values, max_bins);
        if bins.n_bins() > MAX_BINS {
            let rows = self.rows.order.iter();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rows are counted in 32 bits"
            )]
            let ranks = rows.map(|&row| bins.bin(column[row]) as u32).collect();
            return Some((bins, ranks));
        }
        let codes = self.bins[feature / BLOCK * n_samples..][..n_samples].iter_mut();
        let codes = codes.map(|row| &mut row[feature % BLOCK]);
        #[expect(clippy::cast_possible_truncation, reason = "at most 256 bins")]
        if is_exact {
            let rank_of = table.keys.map(|key| bins.bin(key) as u8);
            for code in codes {
                *code = rank_of[usize::from(*code)];
            }
        } else {
            for (code, &row) in codes.zip(self.rows.order) {
                *code = bins.bin(column[row]) as u8;
            }
        }
        Some((bins, Vec::new()))
    }
}

#[cfg(test)]
mod tests;
