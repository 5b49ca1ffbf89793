//! Binning: each feature's values replaced by the rank of the bin they lie in, one byte each.
//!
//! A feature with at most `max_bins` distinct values gets one bin a value, so that a search over
//! bins finds exactly the splits that a search over sorted values finds. Other features get
//! quantile bins. Values within 1e-7 of the one below share its bin, since scikit-learn does not
//! split between them either.

use ndarray::ArrayView2;
use rayon::prelude::*;

/// Most bins a feature can have.
pub const MAX_BINS: usize = 256;

/// Values closer than this are one value, as in scikit-learn.
const SAME_VALUE: f32 = 1e-7;

/// Features that lie side by side in [`Layout::Blocked`]; 16 values of `f32` are one cache line.
pub const BLOCK: usize = 16;

/// Slots of the table that finds the distinct values of one feature: eight times the values it
/// may hold, so that most are found where they are looked for first.
const SLOTS: usize = 2048;

/// Rows that are copied out of the matrix at a time: reading a strip of 16 features straight from
/// it waits for memory at every row (60,000 × 784: 0.70 s so, 0.16 s with the copy).
const STRIP: usize = 1024;

/// How the bytes of a [`BinMatrix`] lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Feature after feature: for searches that look at few features of many samples.
    Columns,
    /// Blocks of 16 features, sample after sample in each: for searches over all features, where
    /// a sample's 16 bytes come with one load and go to 16 different histograms.
    Blocked,
}

/// Bin indices, `n_samples` × `n_features`.
#[derive(Debug, Clone)]
pub struct BinMatrix {
    n_samples: usize,
    n_features: usize,
    width: usize,
    bins: Vec<u8>,
}

impl BinMatrix {
    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(n_samples: usize, n_features: usize, layout: Layout) -> Self {
        let width = match layout {
            Layout::Columns => 1,
            Layout::Blocked => BLOCK,
        };
        Self {
            n_samples,
            n_features,
            width,
            bins: vec![0; n_features.div_ceil(width) * width * n_samples],
        }
    }

    /// A matrix in blocks, in `memory`, holding anything.
    #[must_use]
    pub fn blocked(n_samples: usize, n_features: usize, mut memory: Vec<u8>) -> Self {
        memory.resize(n_features.next_multiple_of(BLOCK) * n_samples, 0);
        Self {
            n_samples,
            n_features,
            width: BLOCK,
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

    /// Features side by side in a block; 1 where each feature lies by itself.
    #[must_use]
    pub fn block_width(&self) -> usize {
        self.width
    }

    /// Number of blocks.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.n_features.div_ceil(self.width)
    }

    /// Block `block_idx`: `n_samples` × [`Self::block_width`] bytes.
    #[must_use]
    pub fn block(&self, block_idx: usize) -> &[u8] {
        let size = self.width * self.n_samples;
        &self.bins[block_idx * size..][..size]
    }

    /// Writable block `block_idx`.
    pub fn block_mut(&mut self, block_idx: usize) -> &mut [u8] {
        let size = self.width * self.n_samples;
        &mut self.bins[block_idx * size..][..size]
    }

    /// The bytes in which feature `feature_idx` is every `stride`-th, as (bytes, stride).
    #[must_use]
    pub fn column(&self, feature_idx: usize) -> (&[u8], usize) {
        let block = self.block(feature_idx / self.width);
        (&block[feature_idx % self.width..], self.width)
    }
}

/// The value ranges of one feature's bins, ascending and disjoint.
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

    /// Number of bins that lie at or below `threshold` as a whole.
    #[must_use]
    pub fn n_at_most(&self, threshold: f64) -> usize {
        self.highs
            .partition_point(|&high| f64::from(high) <= threshold)
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
    /// a feature. Blocks of features are binned in parallel.
    #[must_use]
    pub fn new(x: ArrayView2<'_, f32>, layout: Layout, max_bins: usize) -> Self {
        let (n_samples, n_features) = x.dim();
        let x = x.as_standard_layout();
        let x = x.view();
        let mut matrix = BinMatrix::zeros(n_samples, n_features, layout);
        let size = BLOCK * n_samples;
        let features = matrix
            .bins
            .par_chunks_mut(size.max(1))
            .enumerate()
            .flat_map_iter(|(block_idx, out)| {
                let first = block_idx * BLOCK;
                bin_block(x, first, out, layout, max_bins)
            })
            .collect();
        Self { matrix, features }
    }
}

/// The distinct values of one feature, numbered as they come.
struct Distinct {
    keys: Vec<f32>,
    codes: Vec<u8>,
    values: Vec<f32>,
    is_full: bool,
}

impl Distinct {
    fn new() -> Self {
        Self {
            // NaN marks a free slot: it equals no value.
            keys: vec![f32::NAN; SLOTS],
            codes: vec![0; SLOTS],
            values: Vec::with_capacity(MAX_BINS),
            is_full: false,
        }
    }

    /// The number of `value`, a new one if it has none; anything once there are too many.
    #[inline]
    fn code(&mut self, value: f32) -> u8 {
        // Adding zero makes -0.0 and 0.0 one value; 11 bits of the hash number the slots.
        let slot = ((value + 0.0).to_bits().wrapping_mul(0x9E37_79B1) >> 21) as usize;
        if self.keys[slot] == value {
            return self.codes[slot];
        }
        self.probe(slot, value)
    }

    fn probe(&mut self, first: usize, value: f32) -> u8 {
        let mut slot = first;
        loop {
            let key = self.keys[slot];
            if key == value {
                return self.codes[slot];
            }
            if key.is_nan() {
                break;
            }
            slot = (slot + 1) % SLOTS;
        }
        let Ok(code) = u8::try_from(self.values.len()) else {
            self.is_full = true;
            return 0;
        };
        self.keys[slot] = value;
        self.codes[slot] = code;
        self.values.push(value);
        code
    }
}

/// Bins the features from `first` into `out`, their part of the matrix.
fn bin_block(
    x: ArrayView2<'_, f32>,
    first: usize,
    out: &mut [u8],
    layout: Layout,
    max_bins: usize,
) -> Vec<FeatureBins> {
    let n_samples = x.nrows();
    let width = BLOCK.min(x.ncols() - first);
    let place = |offset: usize, row: usize| match layout {
        Layout::Columns => offset * n_samples + row,
        Layout::Blocked => row * BLOCK + offset,
    };
    let mut tables: Vec<_> = (0..width).map(|_| Distinct::new()).collect();
    let flat = x.as_slice().expect("the caller made it row-major");
    let mut strip = vec![0.0; STRIP * width];
    for (strip_idx, rows) in flat.chunks(STRIP * x.ncols()).enumerate() {
        for (copy, row) in strip
            .chunks_exact_mut(width)
            .zip(rows.chunks_exact(x.ncols()))
        {
            copy.copy_from_slice(&row[first..first + width]);
        }
        let n_rows = rows.len() / x.ncols();
        for (offset, table) in tables.iter_mut().enumerate() {
            if table.is_full {
                continue;
            }
            let start = place(offset, strip_idx * STRIP);
            let step = if layout == Layout::Columns { 1 } else { BLOCK };
            let values = strip[offset..].iter().step_by(width);
            let codes = out[start..].iter_mut().step_by(step);
            for (code, &value) in codes.zip(values).take(n_rows) {
                *code = table.code(value);
            }
        }
    }
    let is_exact: Vec<bool> = tables.iter().map(|table| !table.is_full).collect();
    let mut remap = [[0u8; MAX_BINS]; BLOCK];
    let mut features = Vec::with_capacity(width);
    for (offset, table) in tables.iter().enumerate() {
        let column = x.column(first + offset);
        let mut values: Vec<_> = match is_exact[offset] && table.values.len() <= max_bins {
            true => table.values.iter().map(|&value| (value + 0.0, 1)).collect(),
            false => column.iter().map(|&value| (value + 0.0, 1)).collect(),
        };
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let bins = FeatureBins::new(&values, max_bins);
        #[expect(clippy::cast_possible_truncation, reason = "at most 256 bins")]
        if is_exact[offset] {
            for (code, &value) in remap[offset].iter_mut().zip(&table.values) {
                *code = bins.bin(value) as u8;
            }
        } else {
            for (row, &value) in column.iter().enumerate() {
                out[place(offset, row)] = bins.bin(value) as u8;
            }
            remap[offset] = std::array::from_fn(|code| code as u8);
        }
        features.push(bins);
    }
    match layout {
        Layout::Blocked => {
            for codes in out.chunks_exact_mut(BLOCK) {
                for (code, map) in codes.iter_mut().zip(&remap) {
                    *code = map[usize::from(*code)];
                }
            }
        }
        Layout::Columns => {
            for (codes, map) in out.chunks_exact_mut(n_samples).zip(&remap) {
                for code in codes {
                    *code = map[usize::from(*code)];
                }
            }
        }
    }
    features
}

#[cfg(test)]
mod tests;
