//! Binning: each feature's values replaced by the rank of the bin they lie in, one byte each.
//!
//! A feature with at most `max_bins` distinct values gets one bin a value, so that a search over
//! bins finds exactly the splits that a search over sorted values finds. Values on a lattice keep
//! their places on it, so that some bins may stay empty. Other features get quantile bins. Values
//! within 1e-7 of the one below share its bin, since scikit-learn does not split between them
//! either.

use std::ops::Range;

use ndarray::{ArrayView2, s};
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

/// Most bins a feature can have.
pub const MAX_BINS: usize = 256;

/// Values closer than this are one value, as in scikit-learn.
const SAME_VALUE: f32 = 1e-7;

/// Features that lie side by side; 16 values of `f32` are one cache line.
pub const BLOCK: usize = 16;

/// Values of a feature, about, that tell which lattice its values lie on.
const SAMPLE: usize = 1024;

/// Bin indices, `n_samples` × `n_features`, in blocks of [`BLOCK`] features, sample after sample in
/// each: a sample's bins of a block come with one load.
#[derive(Debug, Clone)]
pub struct BinMatrix {
    n_samples: usize,
    n_features: usize,
    bins: Vec<u8>,
}

impl BinMatrix {
    /// A matrix in `memory`, holding anything.
    #[must_use]
    pub fn in_memory(n_samples: usize, n_features: usize, mut memory: Vec<u8>) -> Self {
        let n_bytes = n_features.next_multiple_of(BLOCK) * n_samples;
        if memory.capacity() < n_bytes {
            // Fresh memory is zero without being written.
            memory = vec![0; n_bytes];
        }
        memory.resize(n_bytes, 0);
        Self {
            n_samples,
            n_features,
            bins: memory,
        }
    }

    /// The bytes, for their memory.
    #[must_use]
    pub fn into_bins(self) -> Vec<u8> {
        self.bins
    }

    /// Rows.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Columns.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Number of blocks.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.n_features.div_ceil(BLOCK)
    }

    /// Block `block_idx`: the bins of each sample.
    #[must_use]
    pub fn block(&self, block_idx: usize) -> &[[u8; BLOCK]] {
        let size = BLOCK * self.n_samples;
        self.bins[block_idx * size..][..size].as_chunks().0
    }

    /// Writable block `block_idx`.
    pub fn block_mut(&mut self, block_idx: usize) -> &mut [[u8; BLOCK]] {
        let size = BLOCK * self.n_samples;
        self.bins[block_idx * size..][..size].as_chunks_mut().0
    }

    /// The bins of a feature.
    #[must_use]
    #[inline]
    pub fn column(&self, feature_idx: usize) -> Column<'_> {
        Column {
            rows: self.block(feature_idx / BLOCK),
            lane: feature_idx % BLOCK,
        }
    }
}

/// The bins of one feature.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    rows: &'a [[u8; BLOCK]],
    lane: usize,
}

impl Column<'_> {
    /// The bin of a sample.
    #[must_use]
    #[inline(always)]
    pub fn of(&self, sample: u32) -> u8 {
        self.rows[sample as usize][self.lane % BLOCK]
    }
}

/// The value ranges of one feature's bins, ascending and disjoint. Bins that no training value
/// lies in repeat the range of the one below.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureBins {
    lows: Vec<f32>,
    highs: Vec<f32>,
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
            lows: merged.iter().map(|bin| bin.0).collect(),
            highs: merged.iter().map(|bin| bin.1).collect(),
        }
    }

    /// Bins with the values of `keys` as they stand, a bin each, or empty where a key is NaN; none
    /// if they do not ascend, or by too little.
    fn of_lattice(keys: &[f32]) -> Option<Self> {
        let mut last = *keys.first()?;
        if last.is_nan() {
            return None;
        }
        let mut filled = Vec::with_capacity(keys.len());
        for (at, &key) in keys.iter().enumerate() {
            if !key.is_nan() {
                if at > 0 && key <= last + SAME_VALUE {
                    return None;
                }
                last = key;
            }
            filled.push(last + 0.0);
        }
        Some(Self {
            lows: filled.clone(),
            highs: filled,
        })
    }

    /// Number of bins, at least 1.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.lows.len()
    }

    /// The bin of a value; values between bins or outside belong to the bin above, or the last.
    #[must_use]
    pub fn bin(&self, value: f32) -> usize {
        self.highs
            .partition_point(|&high| high < value)
            .min(self.n_bins() - 1)
    }

    /// Smallest value of a bin.
    #[must_use]
    pub fn low(&self, bin: usize) -> f32 {
        self.lows[bin]
    }

    /// Largest value of a bin.
    #[must_use]
    pub fn high(&self, bin: usize) -> f32 {
        self.highs[bin]
    }

    /// The threshold that separates bin `left` from bin `right` above it: the midpoint, or the
    /// lower value where the midpoint rounds to the upper one.
    #[must_use]
    pub fn threshold(&self, left: usize, right: usize) -> f64 {
        let (below, above) = (f64::from(self.highs[left]), f64::from(self.lows[right]));
        let middle = below / 2.0 + above / 2.0;
        if middle == above { below } else { middle }
    }

    /// The last of the bins `first..=last` that lies at or below `threshold` as a whole, or else
    /// the first. Looked for from where it lies if values are evenly spaced.
    #[must_use]
    pub fn last_at_most(&self, threshold: f64, [first, last]: [usize; 2]) -> usize {
        let high = |bin: usize| f64::from(self.highs[bin]);
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
#[derive(Debug, Clone)]
pub struct Binned {
    /// Bin indices.
    pub matrix: BinMatrix,
    /// Each feature's bins.
    pub features: Vec<FeatureBins>,
}

impl Binned {
    /// Bins `x` (`n_samples` × `n_features`, finite) into at most `max_bins` ≤ [`MAX_BINS`] bins
    /// a feature.
    #[must_use]
    pub fn new(x: ArrayView2<'_, f32>, max_bins: usize) -> Self {
        let order: Vec<usize> = (0..x.nrows()).collect();
        Self::in_order(x, &order, max_bins)
    }

    /// The same with the rows of `x` in another order: row `order[i]` of `x` is row `i` of the
    /// matrix. Groups of features are binned in parallel.
    ///
    /// # Panics
    /// If `order` does not name each row once.
    #[must_use]
    pub fn in_order(x: ArrayView2<'_, f32>, order: &[usize], max_bins: usize) -> Self {
        assert_eq!(order.len(), x.nrows(), "rows to be binned");
        let (n_samples, n_features) = x.dim();
        let x = x.as_standard_layout();
        let mut matrix = BinMatrix::in_memory(n_samples, n_features, Vec::new());
        // Few groups: a row's page is visited once by each.
        let width = matrix.n_blocks().div_ceil(rayon::current_num_threads()) * BLOCK;
        let groups = matrix.bins.par_chunks_mut(width * n_samples);
        let features = groups
            .enumerate()
            .flat_map_iter(|(group_idx, bins)| {
                let columns = group_idx * width..n_features.min((group_idx + 1) * width);
                let group = Group {
                    x: x.slice(s![.., columns]),
                    order,
                    bins: bins.as_chunks_mut().0,
                };
                group.bin(max_bins)
            })
            .collect();
        Self { matrix, features }
    }
}

/// The distinct values of one feature, each in a slot of its own, which is its code.
///
/// A hash table whose hash is affine: values on a lattice (bytes, standardised or not) all lie
/// where they are looked for first, and their codes ascend with them.
#[derive(Clone)]
struct Distinct {
    scale: f32,
    offset: f32,
    /// Free slots are NaN, which equals no value.
    keys: [f32; MAX_BINS],
    n_values: usize,
    is_full: bool,
}

impl Distinct {
    /// A table for values like those of `sample`.
    fn new(sample: impl Iterator<Item = f32>) -> Self {
        let mut values = some_distinct(sample);
        values.sort_unstable_by(f32::total_cmp);
        let gaps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let least = gaps
            .filter(|&gap| gap > SAME_VALUE)
            .fold(f32::INFINITY, f32::min);
        let scale = if least.is_finite() {
            least.recip()
        } else {
            1.0
        };
        Self {
            scale,
            offset: -scale * values[0],
            keys: [f32::NAN; MAX_BINS],
            n_values: 0,
            is_full: false,
        }
    }

    fn values(&self) -> impl Iterator<Item = f32> {
        self.keys.iter().copied().filter(|key| !key.is_nan())
    }

    /// The code of `value`, a new one if it has none; anything once there are too many.
    #[cold]
    fn code(&mut self, value: f32) -> u8 {
        let mut slot = first_slot(value, self.scale, self.offset);
        for _ in 0..MAX_BINS {
            let key = &mut self.keys[usize::from(slot)];
            if key.is_nan() {
                *key = value;
                self.n_values += 1;
            }
            if *key == value {
                return slot;
            }
            slot = slot.wrapping_add(1);
        }
        self.is_full = true;
        0
    }
}

/// The distinct ones of `values`, more than [`MAX_BINS`] of them at most to the next one.
fn some_distinct(values: impl Iterator<Item = f32>) -> Vec<f32> {
    const SLOTS: usize = 4 * MAX_BINS;
    let mut table = [f32::NAN; SLOTS];
    let mut distinct = Vec::with_capacity(MAX_BINS + 1);
    for value in values {
        let mut slot = (value.to_bits().wrapping_mul(0x9E37_79B9) >> 22) as usize;
        while table[slot] != value {
            if table[slot].is_nan() {
                table[slot] = value;
                distinct.push(value);
                break;
            }
            slot = (slot + 1) % SLOTS;
        }
        if distinct.len() > MAX_BINS {
            break;
        }
    }
    distinct
}

/// Where a value is looked for first: the nearest whole number, modulo 256.
#[inline(always)]
fn first_slot(value: f32, scale: f32, offset: f32) -> u8 {
    // Beyond 2²³ floats are whole numbers, which their lowest bits count.
    const WHOLE: f32 = 12_582_912.0;
    (value * scale + offset + WHOLE).to_bits() as u8
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

/// Writes the codes of some rows of a block. A row with anything new or displaced goes value by
/// value.
fn encode(rows: &[&[f32; BLOCK]], tables: &mut [Distinct; BLOCK], out: &mut [[u8; BLOCK]]) {
    let slots = FirstSlots {
        rows,
        tables,
        out: &mut *out,
    };
    Arch::new().dispatch(slots);
    for (values, codes) in rows.iter().zip(out) {
        let mut difference = 0;
        for lane in 0..BLOCK {
            let key = tables[lane].keys[usize::from(codes[lane])];
            difference |= key.to_bits() ^ values[lane].to_bits();
        }
        if difference != 0 {
            for (lane, table) in tables.iter_mut().enumerate() {
                if !table.is_full {
                    codes[lane] = table.code(values[lane]);
                }
            }
        }
    }
}

/// Some features on their way into the matrix.
struct Group<'a> {
    /// Their values, rows in a piece.
    x: ArrayView2<'a, f32>,
    /// The row of `x` that each row of the matrix is.
    order: &'a [usize],
    /// Their blocks of the matrix.
    bins: &'a mut [[u8; BLOCK]],
}

impl Group<'_> {
    fn bin(mut self, max_bins: usize) -> Vec<FeatureBins> {
        let (n_samples, n_features) = self.x.dim();
        let sample = self
            .x
            .slice(s![..;n_samples.div_ceil(SAMPLE), ..])
            .to_owned();
        let table = |feature: usize| match feature < n_features {
            true => Distinct::new(sample.column(feature).iter().copied()),
            false => Distinct::new(std::iter::once(0.0)),
        };
        let mut tables: Vec<[Distinct; BLOCK]> = (0..n_features)
            .step_by(BLOCK)
            .map(|first| std::array::from_fn(|lane| table(first + lane)))
            .collect();
        for chunk in (0..n_samples).step_by(CHUNK) {
            for (block_idx, tables) in tables.iter_mut().enumerate() {
                for start in (chunk..n_samples.min(chunk + CHUNK)).step_by(TILE) {
                    self.encode_tile(start..n_samples.min(start + TILE), block_idx, tables);
                }
            }
        }
        let tables = tables.iter().flatten().take(n_features).enumerate();
        tables
            .map(|(feature, table)| self.rank(feature, table, max_bins))
            .collect()
    }

    /// Writes the codes of a few rows of a block.
    fn encode_tile(
        &mut self,
        tile: Range<usize>,
        block_idx: usize,
        tables: &mut [Distinct; BLOCK],
    ) {
        let (n_samples, n_features) = self.x.dim();
        let columns = block_idx * BLOCK..n_features.min((block_idx + 1) * BLOCK);
        let part = |row_idx: usize| {
            let row = self
                .x
                .row(self.order[row_idx])
                .to_slice()
                .expect("row-major");
            &row[columns.clone()]
        };
        let mut padded = [[0.0; BLOCK]; TILE];
        let mut rows = [&[0.0; BLOCK]; TILE];
        if columns.len() == BLOCK {
            for (values, row_idx) in rows.iter_mut().zip(tile.clone()) {
                *values = part(row_idx).try_into().expect("a whole block");
            }
        } else {
            for (values, row_idx) in padded.iter_mut().zip(tile.clone()) {
                values[..columns.len()].copy_from_slice(part(row_idx));
            }
            rows = padded.each_ref();
        }
        let codes = &mut self.bins[block_idx * n_samples..][tile];
        encode(&rows[..codes.len()], tables, codes);
    }

    /// The bins of a feature. Codes are bins if its values lie on a lattice; others are replaced.
    fn rank(&mut self, feature: usize, table: &Distinct, max_bins: usize) -> FeatureBins {
        let n_samples = self.x.nrows();
        let is_exact = !table.is_full;
        let last = table.keys.iter().rposition(|key| !key.is_nan());
        let keys = &table.keys[..=last.expect("a value at least")];
        if is_exact
            && keys.len() <= max_bins
            && let Some(bins) = FeatureBins::of_lattice(keys)
        {
            return bins;
        }
        let column = self.x.column(feature);
        let mut values: Vec<_> = match is_exact && table.n_values <= max_bins {
            true => table.values().map(|value| (value + 0.0, 1)).collect(),
            false => column.iter().map(|&value| (value + 0.0, 1)).collect(),
        };
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
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
            for (code, &row) in codes.zip(self.order) {
                *code = bins.bin(column[row]) as u8;
            }
        }
        bins
    }
}

#[cfg(test)]
mod tests;
