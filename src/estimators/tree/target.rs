//! What a tree separates: the statistics of a node and the worth of a split.
//!
//! The grower moves samples and histograms about without knowing what they hold; a [`Target`]
//! knows, and only it: classes and their counts, gradients, gradients with Hessians.

use std::ops::{AddAssign, SubAssign};

/// Bins in ascending order, as a set of 256 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BinSet([u64; 4]);

impl BinSet {
    /// Adds a bin.
    #[inline]
    pub fn insert(&mut self, bin: u8) {
        self.0[usize::from(bin >> 6)] |= 1 << (bin & 63);
    }
}

impl IntoIterator for BinSet {
    type Item = usize;
    type IntoIter = BinIter;

    #[inline]
    fn into_iter(self) -> BinIter {
        BinIter {
            words: self.0,
            word_idx: 0,
        }
    }
}

/// Iterator over a [`BinSet`].
#[derive(Debug, Clone)]
pub struct BinIter {
    words: [u64; 4],
    word_idx: usize,
}

impl Iterator for BinIter {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word_idx < 4 {
            let word = self.words[self.word_idx];
            if word != 0 {
                self.words[self.word_idx] = word & (word - 1);
                return Some(self.word_idx * 64 + word.trailing_zeros() as usize);
            }
            self.word_idx += 1;
        }
        None
    }
}

/// Most samples that [`Buckets`] hold.
pub const FEW_SAMPLES: usize = 1024;

/// A few samples in order of their bins: a linked list for each bin.
#[derive(Debug, Clone)]
pub struct Buckets {
    heads: [u16; 256],
    next: [u16; FEW_SAMPLES],
    occupied: BinSet,
}

/// End of a list.
const END: u16 = u16::MAX;

impl Default for Buckets {
    fn default() -> Self {
        Self {
            heads: [END; 256],
            next: [END; FEW_SAMPLES],
            occupied: BinSet::default(),
        }
    }
}

impl Buckets {
    /// Sorts at most `FEW_SAMPLES` samples by their bins; returns the bins that occur.
    pub fn fill(&mut self, bins: &[u8]) -> BinSet {
        for bin in std::mem::take(&mut self.occupied) {
            self.heads[bin] = END;
        }
        for ((position, next), &bin) in (0..).zip(&mut self.next).zip(bins) {
            let head = &mut self.heads[usize::from(bin)];
            *next = *head;
            *head = position;
            self.occupied.insert(bin);
        }
        self.occupied
    }

    /// Positions of the samples in a bin.
    #[inline]
    pub fn samples(&self, bin: usize) -> impl Iterator<Item = usize> {
        let mut position = self.heads[bin];
        std::iter::from_fn(move || {
            let at = usize::from(position);
            position = *self.next.get(at)?;
            Some(at)
        })
    }
}

/// What each child of a split must have at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeafLimits {
    /// Samples.
    pub min_samples: usize,
    /// Weight of the samples.
    pub min_weight: f64,
}

/// A split of one feature between two neighbouring occupied cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Last cell of the left child.
    pub left: usize,
    /// First cell of the right child.
    pub right: usize,
    /// Worth of the split; comparable between splits of one node.
    pub score: f64,
}

/// What a tree separates.
pub trait Target: Sync {
    /// What histograms count in.
    type Unit: Copy + Default + PartialEq + AddAssign + SubAssign + Send + Sync;
    /// What travels with a sample.
    type Payload: Copy + Send + Sync;
    /// What is known of a node as a whole.
    type Totals: Clone + Send;

    /// Whether the lowest feature wins among equal splits, rather than a seeded order.
    const LOWEST_FEATURE_WINS: bool = false;

    /// Units of a histogram cell.
    fn stride(&self) -> usize;

    /// Adds a sample to cell number `cell` of `cells`.
    fn add(&self, cells: &mut [Self::Unit], cell: usize, payload: Self::Payload);

    /// Adds to each of the `W` first cells the samples of a node that go left in one of `W` columns:
    /// those whose bin, of `rows`, is at most that of `lefts`.
    fn add_left<const W: usize>(
        &self,
        cells: &mut [Self::Unit],
        _totals: &Self::Totals,
        lefts_and_rows: (&[u8; W], &[[u8; W]]),
        payloads: &[Self::Payload],
    ) {
        add_left_each(self, cells, lefts_and_rows, payloads);
    }

    /// The statistics of these samples.
    fn totals(&self, payloads: &[Self::Payload]) -> Self::Totals;

    /// Weight of a node's samples.
    fn weight(&self, totals: &Self::Totals) -> f64;

    /// Impurity of a node; it is not split at or below 2.2e-16.
    fn impurity(&self, totals: &Self::Totals) -> f64;

    /// What is predicted for the node, appended to `values`; may be nothing.
    fn push_value(&self, totals: &Self::Totals, values: &mut Vec<f64>);

    /// The best split of a feature, the lowest on ties, if its score is at least `least`. `cells`
    /// is its histogram, empty cells included.
    fn best_cut(
        &self,
        totals: &Self::Totals,
        cells: &[Self::Unit],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut>;

    /// Nodes of at most this many samples, at most `FEW_SAMPLES`, are searched by
    /// [`Self::best_cut_of_few`], where that beats histograms.
    fn few(&self) -> usize {
        0
    }

    /// The best split of a feature straight from the samples of a small node. `bins` and
    /// `payloads` are the samples'.
    fn best_cut_of_few(
        &self,
        _totals: &Self::Totals,
        _bins: &[u8],
        _payloads: &[Self::Payload],
        _limits: &LeafLimits,
        _buckets: &mut Buckets,
    ) -> Option<Cut> {
        None
    }

    /// The worth of a split with the sums `left` to the left, one cell, if the limits allow it.
    fn score(&self, totals: &Self::Totals, left: &[Self::Unit], limits: &LeafLimits)
    -> Option<f64>;

    /// Decrease of impurity by a split into these children, as `min_impurity_decrease` has it;
    /// `root_weight` is the weight of the whole tree's samples.
    fn improvement(
        &self,
        parent: &Self::Totals,
        children: [&Self::Totals; 2],
        root_weight: f64,
    ) -> f64;
}

/// [`Target::add_left`] sample by sample.
pub fn add_left_each<T: Target + ?Sized, const W: usize>(
    target: &T,
    cells: &mut [T::Unit],
    (lefts, rows): (&[u8; W], &[[u8; W]]),
    payloads: &[T::Payload],
) {
    for (bins, &payload) in rows.iter().zip(payloads) {
        for column in 0..W {
            if bins[column] <= lefts[column] {
                target.add(cells, column, payload);
            }
        }
    }
}
