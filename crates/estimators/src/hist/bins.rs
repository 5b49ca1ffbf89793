//! The bins of a feature: which range of values each stands for.
//!
//! Each distinct value gets a bin of its own, so that a search over bins finds exactly the splits
//! that a search over sorted values finds. Values within 1e-7 of the one below share its bin, since
//! scikit-learn does not split between them either.
//!
//! ```text
//! values    0  0  0  3  7  7  9            bin    0     1     2     3
//! codes     0  0  0  1  2  2  3            range  0..0  3..3  7..7  9..9
//!
//! on a lattice of step 3                   bin    0     1     2     3
//! values    0  3  9                        range  0..0  3..3  3..3  9..9
//! codes     0  1  3                        (no value lies in bin 2)
//! ```
//!
//! A split between codes l and r has its threshold in the middle between the largest value of bin l
//! and the smallest one of bin r: [`FeatureBins::threshold`].

use fashion_bench_numeric::prefetch::prefetch;

/// Most bins that fit the codes of one byte. A feature of more has ranks beside them.
pub const MAX_BINS: usize = 256;

/// Values closer than this are one value, as in scikit-learn.
pub(super) const SAME_VALUE: f32 = 1e-7;

/// The value ranges of one feature's bins, ascending and disjoint. Bins that no training value
/// lies in repeat the range of the one below.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureBins {
    /// Smallest and largest value of each.
    ranges: Vec<[f32; 2]>,
}

impl FeatureBins {
    /// Returns the bins of a feature whose ascending values are `values`.
    pub(super) fn new(values: impl IntoIterator<Item = f32>) -> Self {
        let mut ranges: Vec<[f32; 2]> = Vec::new();
        for value in values {
            match ranges.last_mut() {
                Some([_, high]) if value <= *high + SAME_VALUE => *high = value,
                _ => ranges.push([value; 2]),
            }
        }
        Self { ranges }
    }

    /// Returns one bin for each of `keys`, empty where the key is NaN; nothing if two neighbours do
    /// not ascend, or by too little to be distinguished.
    pub(super) fn of_lattice(keys: &[f32]) -> Option<Self> {
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

    /// Returns the number of bins, at least 1.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.ranges.len()
    }

    /// Returns the bin of a value; a value between two bins belongs to the upper one, and one above
    /// all of them to the last.
    #[must_use]
    pub fn bin(&self, value: f32) -> usize {
        self.ranges
            .partition_point(|&[_, high]| high < value)
            .min(self.n_bins() - 1)
    }

    /// Returns the smallest value of a bin.
    #[must_use]
    pub fn low(&self, bin: usize) -> f32 {
        self.ranges[bin][0]
    }

    /// Returns the largest value of a bin.
    #[must_use]
    pub fn high(&self, bin: usize) -> f32 {
        self.ranges[bin][1]
    }

    /// Returns the threshold that separates bin `left` from bin `right` above it: the midpoint, or
    /// the lower value where the midpoint rounds to the upper one.
    #[must_use]
    pub fn threshold(&self, left: usize, right: usize) -> f64 {
        let (below, above) = (f64::from(self.high(left)), f64::from(self.low(right)));
        let middle = below / 2.0 + above / 2.0;
        if middle == above { below } else { middle }
    }

    /// Prefetches what [`Self::last_at_most`] will read for a threshold at `share` of the way from
    /// bin `first` to bin `last`, on the guess that values are evenly spaced.
    #[inline]
    pub fn prefetch_threshold(&self, [first, last]: [u8; 2], share: f64) {
        let steps = (share * f64::from(last - first)) as u8;
        for bin in [first, last, first + steps].map(usize::from) {
            prefetch(&self.ranges[bin..=bin]);
        }
    }

    /// Returns the last of the bins `first..=last` that lies at or below `threshold` as a whole, or
    /// else the first. Among few bins the search starts where that bin lies if values are evenly
    /// spaced.
    #[must_use]
    pub fn last_at_most(&self, threshold: f64, [first, last]: [usize; 2]) -> usize {
        if last - first >= MAX_BINS {
            let is_low = |&[_, high]: &[f32; 2]| f64::from(high) <= threshold;
            let n_low = self.ranges[first..=last].partition_point(is_low);
            return first + n_low.saturating_sub(1);
        }
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
