//! The split of one node: which features are looked at, and the best cut among them.
//!
//! Which of four searches it is depends on the node:
//!
//! | features | splitter | samples | search |
//! |---|---|---|---|
//! | some, drawn | any | any | `best_of_drawn`, gathering one column at a time |
//! | all | best | many | `best_of_histograms`, which the grower has filled |
//! | all | best | few | `best_of_few`, gathering one column at a time |
//! | all | random | any | `best_of_random`, a block of columns at a time |
//!
//! Where some column has too many bins for a byte, it is searched by `ranked`, and all columns one
//! at a time: by `best_of_few`, or, with random thresholds, by `best_of_drawn`.

mod drawn;
mod random;
mod ranked;

use rand::Rng as _;

use self::ranked::Ranked;
use super::space::Space;
use super::split::{Split, keep_better, rank};
use super::splitter::Splitter;
use super::target::{Cut, LeafLimits, Monotone, Target};
use crate::hist::{BLOCK, FeatureBins, MAX_BINS};
use fashion_bench_numeric::rng::Rng;

/// The part of a node's state that a search needs.
pub struct NodeView<'n, T: Target> {
    /// Start of the range of its samples.
    pub start: usize,
    /// End of the range.
    pub end: usize,
    /// Columns known to be constant in it.
    pub n_constant: usize,
    /// Bounds that monotonic constraints set to the values of its children.
    pub bounds: [f64; 2],
    /// Its statistics.
    pub totals: &'n T::Totals,
    /// Histograms of all columns, if there are any.
    pub histograms: Option<&'n [T::Unit]>,
}

/// A column that was drawn and gathered, and is not constant in the node.
#[derive(Debug, Clone, Copy)]
struct DrawnColumn {
    column: u32,
    /// How many were drawn before it, and it itself.
    n_drawn: u32,
    /// Its smallest and largest bin in the node.
    ends: [u8; 2],
    /// Where between smallest and largest value a random threshold lies.
    share: f64,
}

/// Searches nodes, in buffers that it owns.
pub struct Search<'a, T: Target> {
    target: &'a T,
    features: &'a [FeatureBins],
    splitter: Splitter,
    max_features: usize,
    limits: LeafLimits,
    /// Whether the columns of the node at hand are searched by its samples.
    by_samples: bool,
    cells: Vec<T::Unit>,
    gathered: Vec<u8>,
    drawn: Vec<DrawnColumn>,
    gathered_rows: Vec<[u8; BLOCK]>,
    /// Histogram of a column of any number of bins, and the bin of each of its cells.
    ranked_cells: Vec<T::Unit>,
    ranked_bins: Vec<u32>,
    scratch: T::Scratch,
}

impl<'a, T: Target> Search<'a, T> {
    /// Returns a search over `features` that draws `max_features` of them for each node.
    pub fn new(
        target: &'a T,
        features: &'a [FeatureBins],
        splitter: Splitter,
        max_features: usize,
        limits: LeafLimits,
    ) -> Self {
        Self {
            target,
            features,
            splitter,
            max_features,
            limits,
            by_samples: false,
            cells: vec![T::Unit::default(); MAX_BINS * target.stride()],
            gathered: Vec::new(),
            drawn: Vec::new(),
            gathered_rows: Vec::new(),
            ranked_cells: Vec::new(),
            ranked_bins: Vec::new(),
            scratch: T::Scratch::default(),
        }
    }

    /// Returns the best split of a node, and how many columns are now known to be constant in it.
    pub fn best(
        &mut self,
        space: &mut Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> (Option<Split>, usize) {
        self.by_samples = self.splitter == Splitter::Best
            && node.histograms.is_none()
            && self.target.searches_samples(node.totals);
        if self.by_samples {
            let payloads = &space.payloads[node.start..node.end];
            self.target
                .prepare(node.totals, payloads, &mut self.scratch);
        }
        let is_drawn = self.max_features < self.features.len()
            || (self.splitter == Splitter::Random && space.matrix.has_ranks());
        let (best, n_constant) = if is_drawn {
            self.best_of_drawn(space, node, rng)
        } else {
            let best = match node.histograms {
                Some(histograms) => self.best_of_histograms(space, node, histograms, rng),
                None if self.splitter == Splitter::Random => self.best_of_random(space, node, rng),
                None => self.best_of_few(space, node, rng),
            };
            (best, node.n_constant)
        };
        let best = best.map(|split| match self.splitter {
            Splitter::Random => split,
            Splitter::Best => Split {
                threshold: self.threshold(space, &split),
                ..split
            },
        });
        (best, n_constant)
    }

    /// Returns the midpoint between the values to both sides of a best split.
    fn threshold(&self, space: &Space<'_, T>, split: &Split) -> f64 {
        let column = split.column as usize;
        let bin = |code: u32| space.cells.bin(column, code);
        let feature = &self.features[space.columns[column] as usize];
        feature.threshold(bin(split.left), bin(split.right))
    }

    /// Returns the best split over all columns of a small node, one column at a time.
    fn best_of_few(
        &mut self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> Option<Split> {
        let key = rng.r#gen();
        let payloads = &space.payloads[node.start..node.end];
        let samples = &space.samples[node.start..node.end];
        let perfect = self.target.perfect_score(node.totals);
        let mut best: Option<Split> = None;
        for (column, &feature) in (0..).zip(space.columns) {
            let rank = rank(key, feature);
            if best.is_some_and(|best| best.score >= perfect && best.rank < rank) {
                continue;
            }
            if let Some(ranked) = Ranked::of(space.matrix, samples, (column, feature)) {
                let cut = self.best_of_ranked(node, &ranked, payloads);
                keep_better(&mut best, cut.map(|cut| Split::of_cut(column, &cut, rank)));
                continue;
            }
            self.gathered.clear();
            let [lowest, highest] = self.gather(space, node, column);
            if lowest < highest
                && let Some(cut) = self.best_of_gathered((node, feature), 0, payloads)
            {
                keep_better(&mut best, Some(Split::of_cut(column, &cut, rank)));
            }
        }
        best
    }

    /// Returns the best split over all columns of a node with histograms.
    fn best_of_histograms(
        &self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        histograms: &[T::Unit],
        rng: &mut Rng,
    ) -> Option<Split> {
        let key = rng.r#gen();
        let stride = self.target.stride();
        let mut best: Option<Split> = None;
        for (column, &feature) in (0..).zip(space.columns) {
            let cells = space.cells.of_column(column as usize);
            let cells = &histograms[cells.start * stride..cells.end * stride];
            let least = best.map_or(f64::NEG_INFINITY, |best| best.score);
            let cut = match monotone(self.target, node, feature) {
                None => self
                    .target
                    .best_cut(node.totals, cells, &self.limits, least),
                Some(monotone) => {
                    self.target
                        .best_allowed_cut(node.totals, cells, &self.limits, Some(monotone))
                }
            };
            let split = cut.map(|cut| Split::of_cut(column, &cut, rank(key, feature)));
            keep_better(&mut best, split);
        }
        best
    }

    /// Appends a node's bins of a column to the gathered ones; returns the smallest and the
    /// largest.
    fn gather(&mut self, space: &Space<'_, T>, node: &NodeView<'_, T>, column: u32) -> [u8; 2] {
        let samples = &space.samples[node.start..node.end];
        let start = self.gathered.len();
        let matrix = space.matrix;
        matrix.gather(column as usize, samples, &mut self.gathered);
        let ([lowest], [highest]) = bounds::<1>(self.gathered[start..].as_chunks().0);
        [lowest, highest]
    }

    /// Returns the best cut of the column, of `feature`, whose gathered bins begin at `start`.
    fn best_of_gathered(
        &mut self,
        (node, feature): (&NodeView<'_, T>, u32),
        start: usize,
        payloads: &[T::Payload],
    ) -> Option<Cut> {
        let monotone = monotone(self.target, node, feature);
        let limits = &self.limits;
        let bins = &self.gathered[start..][..payloads.len()];
        if self.by_samples && monotone.is_none() {
            return self
                .target
                .best_cut_of_samples(bins, limits, &mut self.scratch);
        }
        for (&bin, &payload) in bins.iter().zip(payloads) {
            self.target.add(&mut self.cells, usize::from(bin), payload);
        }
        let (totals, cells) = (node.totals, &self.cells);
        let cut = match monotone {
            None => self
                .target
                .best_cut(totals, cells, limits, f64::NEG_INFINITY),
            Some(monotone) => self
                .target
                .best_allowed_cut(totals, cells, limits, Some(monotone)),
        };
        self.cells.fill(T::Unit::default());
        cut
    }
}

/// Returns what a monotonic constraint asks of a split of a node by `feature`, if there is one.
#[inline]
fn monotone<T: Target>(target: &T, node: &NodeView<'_, T>, feature: u32) -> Option<Monotone> {
    let sign = target.sign(feature);
    (sign != 0).then_some(Monotone {
        sign,
        bounds: node.bounds,
    })
}

/// Returns the smallest and the largest bin of each column.
#[inline]
fn bounds<const W: usize>(rows: &[[u8; W]]) -> ([u8; W], [u8; W]) {
    let (mut lowest, mut highest) = ([u8::MAX; W], [0; W]);
    for bins in rows {
        for lane in 0..W {
            lowest[lane] = bins[lane].min(lowest[lane]);
            highest[lane] = bins[lane].max(highest[lane]);
        }
    }
    (lowest, highest)
}
