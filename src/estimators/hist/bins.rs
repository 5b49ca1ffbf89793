//! Binning: each feature's values replaced by the rank of the bin they lie in, one byte each.
//!
//! A feature with at most `max_bins` distinct values gets one bin a value, so that a search over
//! bins finds exactly the splits that a search over sorted values finds. Other features get
//! quantile bins. Values within 1e-7 of the one below share its bin, since scikit-learn does not
//! split between them either.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::numeric::prefetch::prefetch;

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
        memory.resize(n_features.next_multiple_of(BLOCK) * n_samples, 0);
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

    /// Block `block_idx`: `n_samples` × [`BLOCK`] bytes.
    #[must_use]
    pub fn block(&self, block_idx: usize) -> &[u8] {
        let size = BLOCK * self.n_samples;
        &self.bins[block_idx * size..][..size]
    }

    /// Writable block `block_idx`.
    pub fn block_mut(&mut self, block_idx: usize) -> &mut [u8] {
        let size = BLOCK * self.n_samples;
        &mut self.bins[block_idx * size..][..size]
    }

    /// The bytes in which feature `feature_idx` is every [`BLOCK`]-th.
    #[must_use]
    pub fn column(&self, feature_idx: usize) -> &[u8] {
        &self.block(feature_idx / BLOCK)[feature_idx % BLOCK..]
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
    pub fn new(x: ArrayView2<'_, f32>, max_bins: usize) -> Self {
        let (n_samples, n_features) = x.dim();
        let x = x.as_standard_layout();
        let x = x.view();
        let mut matrix = BinMatrix::in_memory(n_samples, n_features, Vec::new());
        let size = BLOCK * n_samples;
        let features = matrix
            .bins
            .par_chunks_mut(size.max(1))
            .enumerate()
            .flat_map_iter(|(block_idx, out)| {
                let first = block_idx * BLOCK;
                bin_block(x, first, out, max_bins)
            })
            .collect();
        Self { matrix, features }
    }
}

/// The distinct values of one feature, each in a slot of its own, which is its code.
///
/// A hash table whose hash is affine: values on a lattice (bytes, standardised or not) all lie
/// where they are looked for first, and their codes ascend with them but for a shift.
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
    fn new(mut sample: Vec<f32>) -> Self {
        sample.sort_unstable_by(f32::total_cmp);
        let gaps = sample.windows(2).map(|pair| pair[1] - pair[0]);
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
            offset: -scale * sample[0],
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

/// Where a value is looked for first: the nearest whole number, modulo 256.
#[inline(always)]
fn first_slot(value: f32, scale: f32, offset: f32) -> u8 {
    // Beyond 2²³ floats are whole numbers, which their lowest bits count.
    const WHOLE: f32 = 12_582_912.0;
    (value * scale + offset + WHOLE).to_bits() as u8
}

/// Calls `put` with each row's number and the codes of its features `first..first + W`. The slots
/// of a row are computed and checked at once; a row with anything new or displaced goes value by
/// value.
fn for_each_code<const W: usize>(
    x: ArrayView2<'_, f32>,
    first: usize,
    tables: &mut [Distinct],
    mut put: impl FnMut(usize, &[u8; W]),
) {
    const AHEAD: usize = 16;
    let flat = x.as_slice().expect("the caller made it row-major");
    let n_features = x.ncols();
    let scales: [f32; W] = std::array::from_fn(|lane| tables[lane].scale);
    let offsets: [f32; W] = std::array::from_fn(|lane| tables[lane].offset);
    for (row_idx, row) in flat.chunks_exact(n_features).enumerate() {
        if let Some(later) = flat.get((row_idx + AHEAD) * n_features + first..) {
            prefetch(&later[..W.min(later.len())]);
        }
        let (values, _) = row[first..].as_chunks::<W>();
        let values = &values[0];
        let mut codes = [0; W];
        for lane in 0..W {
            codes[lane] = first_slot(values[lane], scales[lane], offsets[lane]);
        }
        let mut difference = 0;
        for lane in 0..W {
            let key = tables[lane].keys[usize::from(codes[lane])];
            difference |= key.to_bits() ^ values[lane].to_bits();
        }
        if difference != 0 {
            for lane in 0..W {
                if !tables[lane].is_full {
                    codes[lane] = tables[lane].code(values[lane]);
                }
            }
        }
        put(row_idx, &codes);
    }
}

/// Bins the features from `first` into `out`, their part of the matrix.
fn bin_block(
    x: ArrayView2<'_, f32>,
    first: usize,
    out: &mut [u8],
    max_bins: usize,
) -> Vec<FeatureBins> {
    let n_samples = x.nrows();
    let width = BLOCK.min(x.ncols() - first);
    let step = n_samples.div_ceil(SAMPLE);
    let table = |offset: usize| {
        Distinct::new(
            x.column(first + offset)
                .iter()
                .step_by(step)
                .copied()
                .collect(),
        )
    };
    let mut tables: Vec<_> = (0..width).map(table).collect();
    if width == BLOCK {
        for_each_code::<BLOCK>(x, first, &mut tables, |row, codes| {
            out[row * BLOCK..][..BLOCK].copy_from_slice(codes);
        });
    } else {
        for offset in 0..width {
            for_each_code::<1>(x, first + offset, &mut tables[offset..], |row, &[code]| {
                out[row * BLOCK + offset] = code;
            });
        }
    }
    let is_exact: Vec<bool> = tables.iter().map(|table| !table.is_full).collect();
    let mut remap = [std::array::from_fn(|code| code as u8); BLOCK];
    let mut features = Vec::with_capacity(width);
    for (offset, table) in tables.iter().enumerate() {
        let column = x.column(first + offset);
        let mut values: Vec<_> = match is_exact[offset] && table.n_values <= max_bins {
            true => table.values().map(|value| (value + 0.0, 1)).collect(),
            false => column.iter().map(|&value| (value + 0.0, 1)).collect(),
        };
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let bins = FeatureBins::new(&values, max_bins);
        #[expect(clippy::cast_possible_truncation, reason = "at most 256 bins")]
        if is_exact[offset] {
            for (code, &key) in remap[offset].iter_mut().zip(&table.keys) {
                if !key.is_nan() {
                    *code = bins.bin(key) as u8;
                }
            }
        } else {
            for (row, &value) in column.iter().enumerate() {
                out[row * BLOCK + offset] = bins.bin(value) as u8;
            }
        }
        features.push(bins);
    }
    let is_same = |map: &[u8; MAX_BINS]| {
        map.iter()
            .zip(0..=u8::MAX)
            .all(|(&code, same)| code == same)
    };
    if !remap.iter().all(is_same) {
        for codes in out.chunks_exact_mut(BLOCK) {
            for (code, map) in codes.iter_mut().zip(&remap) {
                *code = map[usize::from(*code)];
            }
        }
    }
    features
}

#[cfg(test)]
mod tests;
