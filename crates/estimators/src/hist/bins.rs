//! Binning: each feature's values replaced by the rank of the bin they lie in, one byte each.
//!
//! A feature with at most `max_bins` distinct values gets one bin a value, so that a search over
//! bins finds exactly the splits that a search over sorted values finds. Values on a lattice keep
//! their places on it, so that some bins may stay empty. Other features get quantile bins. Values
//! within 1e-7 of the one below share its bin, since scikit-learn does not split between them
//! either.

mod distinct;

use std::ops::Range;

use ndarray::{ArrayView2, Axis, Slice};
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use self::distinct::{Distinct, first_slot};
use super::matrix::{BLOCK, BinMatrix};
use crate::FitError;
use crate::finite::not_finite;
use fashion_bench_numeric::pages::Bytes;
use fashion_bench_numeric::prefetch::prefetch;

/// Most bins a feature can have.
pub const MAX_BINS: usize = 256;

/// Values closer than this are one value, as in scikit-learn.
const SAME_VALUE: f32 = 1e-7;

/// Values of a feature, about, that tell which lattice its values lie on. (60,000 × 784, extra tree
/// of depth 10 with random thresholds: 0.121 CPU s with 1024 of them, 0.117 with 512.)
const SAMPLE: usize = 512;

/// The value ranges of one feature's bins, ascending and disjoint. Bins that no training value
/// lies in repeat the range of the one below.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureBins {
    /// Smallest and largest value of each.
    ranges: Vec<[f32; 2]>,
}

impl FeatureBins {
    /// Bins from the ascending distinct values of a feature; quantile bins by `counts` where
    /// there are more than `max_bins` of them.
    fn new(values: &[(f32, usize)], max_bins: usize) -> Self {
        let mut merged: Vec<(f32, f32, usize)> = Vec::new();
        for &(value, count) in values {
            match merged.last_mut() {
                Some(last) if value <= last.1 + SAME_VALUE => {
                    last.1 = value;
                    last.2 += count;
                }
                _ => merged.push((value, value, count)),
            }
        }
        if merged.len() > max_bins {
            merged = quantiles(&merged, max_bins);
        }
        Self {
            ranges: merged.iter().map(|bin| [bin.0, bin.1]).collect(),
        }
    }

    /// Bins with the values of `keys` as they stand, a bin each, or empty where a key is NaN; none
    /// if they do not ascend, or by too little.
    fn of_lattice(keys: &[f32]) -> Option<Self> {
        let mut last = *keys.first()?;
        if last.is_nan() {
            return None;
        }
        let mut ranges = Vec::with_capacity(keys.len());
        for (at, &key) in keys.iter().enumerate() {
            if !key.is_nan() {
                if at > 0 && key <= last + SAME_VALUE {
                    return None;
                }
                last = key;
            }
            ranges.push([last + 0.0; 2]);
        }
        Some(Self { ranges })
    }

    /// Number of bins, at least 1.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.ranges.len()
    }

    /// The bin of a value; values between bins or outside belong to the bin above, or the last.
    #[must_use]
    pub fn bin(&self, value: f32) -> usize {
        self.ranges
            .partition_point(|&[_, high]| high < value)
            .min(self.n_bins() - 1)
    }

    /// Smallest value of a bin.
    #[must_use]
    pub fn low(&self, bin: usize) -> f32 {
        self.ranges[bin][0]
    }

    /// Largest value of a bin.
    #[must_use]
    pub fn high(&self, bin: usize) -> f32 {
        self.ranges[bin][1]
    }

    /// The threshold that separates bin `left` from bin `right` above it: the midpoint, or the
    /// lower value where the midpoint rounds to the upper one.
    #[must_use]
    pub fn threshold(&self, left: usize, right: usize) -> f64 {
        let (below, above) = (f64::from(self.high(left)), f64::from(self.low(right)));
        let middle = below / 2.0 + above / 2.0;
        if middle == above { below } else { middle }
    }

    /// Asks for what a threshold at `share` of the way from bin `first` to bin `last` is computed
    /// from, if values are evenly spaced.
    #[inline]
    pub fn ask_for(&self, [first, last]: [u8; 2], share: f64) {
        let steps = (share * f64::from(last - first)) as u8;
        for bin in [first, last, first + steps].map(usize::from) {
            prefetch(&self.ranges[bin..=bin]);
        }
    }

    /// The last of the bins `first..=last` that lies at or below `threshold` as a whole, or else
    /// the first. Looked for from where it lies if values are evenly spaced.
    #[must_use]
    pub fn last_at_most(&self, threshold: f64, [first, last]: [usize; 2]) -> usize {
        let high = |bin: usize| f64::from(self.high(bin));
        let share = (threshold - high(first)) / (high(last) - high(first));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "casts saturate, and a place out of range is brought back"
        )]
        let steps = (share * (last - first) as f64) as usize;
        let mut bin = (first + steps).min(last);
        while bin < last && high(bin + 1) <= threshold {
            bin += 1;
        }
        while bin > first && high(bin) > threshold {
            bin -= 1;
        }
        bin
    }
}

/// Joins neighbouring values into at most `max_bins` bins of about equal weight.
fn quantiles(values: &[(f32, f32, usize)], max_bins: usize) -> Vec<(f32, f32, usize)> {
    let mut left: usize = values.iter().map(|value| value.2).sum();
    let mut bins: Vec<(f32, f32, usize)> = Vec::with_capacity(max_bins);
    let mut is_full = true;
    let mut goal = 0.0;
    for (value_idx, &(low, high, count)) in values.iter().enumerate() {
        // Open a bin for each value once there are only as many values left as bins.
        let must_open = values.len() - value_idx <= max_bins - bins.len();
        if (is_full || must_open) && bins.len() < max_bins {
            goal = left as f64 / (max_bins - bins.len()) as f64;
            bins.push((low, high, 0));
        }
        let n_bins = bins.len();
        let bin = &mut bins[n_bins - 1];
        bin.1 = high;
        bin.2 += count;
        left -= count;
        is_full = bin.2 as f64 >= goal;
    }
    bins
}

/// A binned training set.
#[derive(Debug)]
pub struct Binned {
    /// Bin indices.
    pub matrix: BinMatrix,
    /// Each feature's bins.
    pub features: Vec<FeatureBins>,
}

impl Binned {
    /// Bins `x` (`n_samples` × `n_features`) into at most `max_bins` ≤ [`MAX_BINS`] bins a feature.
    ///
    /// # Errors
    /// [`FitError::NotFinite`] for the first value, row by row, that is NaN or infinite.
    pub fn new(x: ArrayView2<'_, f32>, max_bins: usize) -> Result<Self, FitError> {
        let order: Vec<usize> = (0..x.nrows()).collect();
        Self::in_order(x, &order, max_bins)
    }

    /// The same with the rows of `x` in another order: row `order[i]` of `x` is row `i` of the
    /// matrix. Groups of features are binned in parallel.
    ///
    /// # Errors
    /// As [`Self::new`].
    ///
    /// # Panics
    /// If `order` does not name each row once.
    pub fn in_order(
        x: ArrayView2<'_, f32>,
        order: &[usize],
        max_bins: usize,
    ) -> Result<Self, FitError> {
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
        let features = features.into_iter().flatten().collect();
        Ok(Self { matrix, features })
    }
}

/// Rows whose codes are computed before they are checked.
const TILE: usize = 64;

/// Rows of which all features are binned before others come: few enough that the processor keeps
/// the addresses of their pages.
const CHUNK: usize = 8 * TILE;

/// Computes where the values of some rows are looked for first.
struct FirstSlots<'a> {
    rows: &'a [&'a [f32; BLOCK]],
    tables: &'a [Distinct; BLOCK],
    out: &'a mut [[u8; BLOCK]],
}

impl NullaryFnOnce for FirstSlots<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
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
/// `ask_for_more` is called for each row, to bring one that comes later.
fn encode(
    rows: &[&[f32; BLOCK]],
    tables: &mut [Distinct; BLOCK],
    out: &mut [[u8; BLOCK]],
    ask_for_more: impl Fn(usize),
) {
    let slots = FirstSlots {
        rows,
        tables,
        out: &mut *out,
    };
    Arch::new().dispatch(slots);
    for (row_idx, (values, codes)) in rows.iter().zip(out).enumerate() {
        ask_for_more(row_idx);
        // What is not finite is no key; NaN is none by this comparison, though free slots hold it.
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
    /// Rows in a piece.
    x: ArrayView2<'x, f32>,
    /// The row of `x` that each row of the matrix is.
    order: &'x [usize],
}

impl<'x> Rows<'x> {
    /// Some values of a row.
    fn part(self, row_idx: usize, columns: Range<usize>) -> &'x [f32] {
        let row = self.x.index_axis_move(Axis(0), self.order[row_idx]);
        &row.to_slice().expect("row-major")[columns]
    }

    /// Asks for row number `row_idx` of a tile ahead of its use, since the hardware does not
    /// foresee which rows are next (60,000 × 784: 91 ms, not 98).
    fn ask_for(self, tile: &Tile, row_idx: usize) {
        if let Some(row_idx) = tile.rows.clone().nth(row_idx) {
            // All of the line but its end came with the block before.
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
    /// Fills the blocks; nothing if a value is not finite.
    fn bin(mut self, max_bins: usize) -> Option<Vec<FeatureBins>> {
        let (n_samples, n_features) = self.rows.x.dim();
        let every = Slice::from(..).step_by(n_samples.div_ceil(SAMPLE).cast_signed());
        let sample = self
            .rows
            .x
            .slice_axis(Axis(0), every)
            .to_owned();
        let table = |feature: usize| match feature < n_features {
            true => Distinct::new(sample.column(feature).iter().copied()),
            false => Distinct::new(std::iter::once(0.0)),
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

    /// Writes the codes of a tile and asks for those of the next one.
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
                all.ask_for(next, row_idx);
            }
        });
    }

    /// The bins of a feature, unless a value is not finite. Codes are bins if its values lie on a
    /// lattice; others are replaced.
    fn rank(&mut self, feature: usize, table: &Distinct, max_bins: usize) -> Option<FeatureBins> {
        if !table.is_finite {
            return None;
        }
        let n_samples = self.rows.x.nrows();
        let is_exact = !table.is_full;
        let last = table.keys.iter().rposition(|key| !key.is_nan());
        let keys = &table.keys[..=last.expect("a value at least")];
        if is_exact
            && keys.len() <= max_bins
            && let Some(bins) = FeatureBins::of_lattice(keys)
        {
            return Some(bins);
        }
        let column = self.rows.x.column(feature);
        let mut values: Vec<_> = match is_exact && table.n_values <= max_bins {
            true => table.values().map(|value| (value + 0.0, 1)).collect(),
            false => column.iter().map(|&value| (value + 0.0, 1)).collect(),
        };
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        // Whatever is not finite is first or last now.
        if !values.first()?.0.is_finite() || !values.last()?.0.is_finite() {
            return None;
        }
        let bins = FeatureBins::new(&values, max_bins);
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
        Some(bins)
    }
}

#[cfg(test)]
mod tests;
