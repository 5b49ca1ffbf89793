//! The split of one node: which features are looked at, and the best cut among them.

use rand::Rng as _;

use super::space::{Space, rows_of};
use super::splitter::Splitter;
use super::target::{Cut, LeafLimits, Target};
use crate::hist::{BLOCK, FeatureBins, MAX_BINS};
use fashion_bench_numeric::rng::Rng;

/// The part of a node's state that a search needs.
pub struct NodeView<'n, T: Target> {
    /// Range of its samples.
    pub start: usize,
    /// End of the range.
    pub end: usize,
    /// Columns known to be constant in it.
    pub n_constant: usize,
    /// Its statistics.
    pub totals: &'n T::Totals,
    /// Histograms of all columns, where they were made.
    pub histograms: Option<&'n [T::Unit]>,
}

/// A split found.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// Column of the space.
    pub column: u32,
    /// Last code of the column that goes left.
    pub left: u8,
    /// First code that goes right, of a best split.
    right: u8,
    /// Worth of the split; comparable between splits of one node.
    pub score: f64,
    /// Largest value that goes left.
    pub threshold: f64,
    /// Which of equal splits is taken: the one of lowest rank.
    rank: u64,
}

/// Bytes of gathered columns, about, from which on they are judged before others are gathered.
const MANY_GATHERED: usize = 1 << 14;

/// A column drawn and gathered, which is not constant in the node.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    column: u32,
    /// How many were drawn with it.
    n_drawn: u32,
    /// Its smallest and largest bin in the node.
    ends: [u8; 2],
    /// Where between smallest and largest value a random threshold lies.
    share: f64,
}

/// Searches nodes; owns the buffers that takes.
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
    drawn: Vec<Drawn>,
    gathered_rows: Vec<[u8; BLOCK]>,
    scratch: T::Scratch,
}

impl<'a, T: Target> Search<'a, T> {
    /// A search over `features` that draws `max_features` of them for each node.
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
            scratch: T::Scratch::default(),
        }
    }

    /// The best split of a node, and how many columns are now known to be constant in it.
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
        let (best, n_constant) = if self.max_features < self.features.len() {
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

    /// The midpoint between the values to both sides of a best split.
    fn threshold(&self, space: &Space<'_, T>, split: &Split) -> f64 {
        let column = split.column as usize;
        let bin = |code: u8| space.cells.bin(column, code);
        let feature = &self.features[space.columns[column] as usize];
        feature.threshold(bin(split.left), bin(split.right))
    }

    /// The best split over all columns of a small node, one column at a time.
    fn best_of_few(
        &mut self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> Option<Split> {
        let key = rng.r#gen();
        let payloads = &space.payloads[node.start..node.end];
        let perfect = self.target.perfect_score(node.totals);
        let mut best: Option<Split> = None;
        for (column, &feature) in (0..).zip(space.columns) {
            let rank = rank::<T>(key, feature);
            if best.is_some_and(|best| best.score >= perfect && best.rank < rank) {
                continue;
            }
            self.gathered.clear();
            let [lowest, highest] = self.gather(space, node, column);
            if lowest < highest
                && let Some(cut) = self.best_of_gathered(node.totals, 0, payloads)
            {
                keep_better(&mut best, Some(Self::split(column, &cut, rank)));
            }
        }
        best
    }

    /// A cut as a split whose threshold is not known yet.
    fn split(column: u32, cut: &Cut, rank: u64) -> Split {
        Split {
            column,
            left: cut.left as u8,
            right: cut.right as u8,
            score: cut.score,
            threshold: f64::NAN,
            rank,
        }
    }

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
            let cut = self
                .target
                .best_cut(node.totals, cells, &self.limits, least);
            let split = cut.map(|cut| Self::split(column, &cut, rank::<T>(key, feature)));
            keep_better(&mut best, split);
        }
        best
    }

    /// A random threshold for each column, a block of columns at a time.
    fn best_of_random(
        &mut self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> Option<Split> {
        let key = rng.r#gen();
        let stride = self.target.stride();
        let samples = &space.samples[node.start..node.end];
        let payloads = &space.payloads[node.start..node.end];
        let mut best: Option<Split> = None;
        for (block_idx, features) in space.columns.chunks(BLOCK).enumerate() {
            let of_samples = rows_of(space.matrix.block(block_idx), samples);
            self.gathered_rows.clear();
            self.gathered_rows.extend(of_samples);
            let (lowest, highest) = bounds(&self.gathered_rows);
            if lowest == highest {
                continue;
            }
            let (mut lefts, mut thresholds) = (lowest, [0.0; BLOCK]);
            for (lane, &feature) in features.iter().enumerate() {
                if lowest[lane] < highest[lane] {
                    let feature = &self.features[feature as usize];
                    let ends = [lowest[lane], highest[lane]];
                    let drawn = threshold_at(feature, ends, rng.r#gen());
                    (lefts[lane], thresholds[lane]) = drawn;
                }
            }
            let cells = &mut self.cells[..BLOCK * stride];
            cells.fill(T::Unit::default());
            let rows = (&lefts, self.gathered_rows.as_slice());
            self.target.add_left(cells, node.totals, rows, payloads);
            for (lane, &feature) in features.iter().enumerate() {
                if lowest[lane] == highest[lane] {
                    continue;
                }
                let left = &cells[lane * stride..][..stride];
                let score = self.target.score(node.totals, left, &self.limits);
                let split = score.map(|score| Split {
                    column: (block_idx * BLOCK + lane) as u32,
                    left: lefts[lane],
                    right: lefts[lane],
                    score,
                    threshold: thresholds[lane],
                    rank: rank::<T>(key, feature),
                });
                keep_better(&mut best, split);
            }
        }
        self.cells[..BLOCK * stride].fill(T::Unit::default());
        best
    }

    /// Draws features without replacement until `max_features` were drawn and at least one of
    /// them was not constant. Known constants are drawn too, but cost nothing.
    ///
    /// Columns are gathered before any is judged, as long as they are short, so that the values
    /// that thresholds are computed from come meanwhile (60,000 × 784, extra tree of depth 50 with
    /// random thresholds, CPU seconds: 0.22 -> 0.19).
    fn best_of_drawn(
        &mut self,
        space: &mut Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> (Option<Split>, usize) {
        let known = node.n_constant;
        let (mut n_drawn, mut n_drawn_known, mut n_found) = (0, 0, 0);
        // `order` is: known constants drawn, known constants not drawn, constants found now,
        // not drawn yet, drawn and not constant (from `end`).
        let mut end = space.order.len();
        let mut best: Option<Split> = None;
        while end > known + n_found
            && (n_drawn < self.max_features || n_drawn <= n_drawn_known + n_found)
        {
            n_drawn += 1;
            let mut at = rng.gen_range(n_drawn_known..end - n_found);
            if at < known {
                space.order.swap(at, n_drawn_known);
                n_drawn_known += 1;
                continue;
            }
            at += n_found;
            let column = space.order[at];
            let ends = self.gather(space, node, column);
            if ends[0] == ends[1] {
                self.gathered
                    .truncate(self.gathered.len() - (node.end - node.start));
                space.order.swap(at, known + n_found);
                n_found += 1;
                continue;
            }
            end -= 1;
            space.order.swap(at, end);
            let mut share = 0.0;
            if self.splitter == Splitter::Random {
                share = rng.r#gen();
                self.features[space.columns[column as usize] as usize].ask_for(ends, share);
            }
            self.drawn.push(Drawn {
                column,
                n_drawn: n_drawn as u32,
                ends,
                share,
            });
            if self.gathered.len() >= MANY_GATHERED {
                self.judge_gathered(space, node, &mut best);
            }
        }
        self.judge_gathered(space, node, &mut best);
        remember_constants(space, known, known + n_found);
        (best, known + n_found)
    }

    /// Appends a node's bins of a column to those gathered; returns the smallest and the largest.
    fn gather(&mut self, space: &Space<'_, T>, node: &NodeView<'_, T>, column: u32) -> [u8; 2] {
        let samples = &space.samples[node.start..node.end];
        let start = self.gathered.len();
        let matrix = space.matrix;
        matrix.gather(column as usize, samples, &mut self.gathered);
        let ([lowest], [highest]) = bounds::<1>(self.gathered[start..].as_chunks().0);
        [lowest, highest]
    }

    /// Judges the columns gathered, and forgets them. The first of equal splits stays.
    fn judge_gathered(
        &mut self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        best: &mut Option<Split>,
    ) {
        let payloads = &space.payloads[node.start..node.end];
        let perfect = self.target.perfect_score(node.totals);
        for idx in 0..self.drawn.len() {
            if best.is_some_and(|best| best.score >= perfect) {
                break;
            }
            let drawn = self.drawn[idx];
            let start = idx * payloads.len();
            let split = match self.splitter {
                Splitter::Random => {
                    let feature = &self.features[space.columns[drawn.column as usize] as usize];
                    self.random_of_gathered(node.totals, (feature, drawn), start, payloads)
                }
                Splitter::Best => self
                    .best_of_gathered(node.totals, start, payloads)
                    .map(|cut| Self::split(drawn.column, &cut, u64::from(drawn.n_drawn))),
            };
            keep_better(best, split);
        }
        self.drawn.clear();
        self.gathered.clear();
    }

    fn random_of_gathered(
        &mut self,
        totals: &T::Totals,
        (feature, drawn): (&FeatureBins, Drawn),
        start: usize,
        payloads: &[T::Payload],
    ) -> Option<Split> {
        let (rows, _) = self.gathered[start..][..payloads.len()].as_chunks();
        let (left, threshold) = threshold_at(feature, drawn.ends, drawn.share);
        let cells = &mut self.cells[..self.target.stride()];
        self.target
            .add_left(cells, totals, (&[left], rows), payloads);
        let score = self.target.score(totals, cells, &self.limits);
        cells.fill(T::Unit::default());
        score.map(|score| Split {
            column: drawn.column,
            left,
            right: left,
            score,
            threshold,
            rank: u64::from(drawn.n_drawn),
        })
    }

    /// The best cut of the column whose bins were gathered from `start` on.
    fn best_of_gathered(
        &mut self,
        totals: &T::Totals,
        start: usize,
        payloads: &[T::Payload],
    ) -> Option<Cut> {
        let limits = &self.limits;
        let bins = &self.gathered[start..][..payloads.len()];
        if self.by_samples {
            return self
                .target
                .best_cut_of_samples(bins, limits, &mut self.scratch);
        }
        for (&bin, &payload) in bins.iter().zip(payloads) {
            self.target.add(&mut self.cells, usize::from(bin), payload);
        }
        let cut = self
            .target
            .best_cut(totals, &self.cells, limits, f64::NEG_INFINITY);
        self.cells.fill(T::Unit::default());
        cut
    }
}

/// Smallest and largest bin of each column.
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

/// The threshold that lies at `share` of the way between the values of two bins, and the last bin
/// to its left. A threshold inside a quantile bin moves to the bin's lower neighbour, so that
/// training and prediction send a value the same way.
fn threshold_at(feature: &FeatureBins, ends: [u8; 2], share: f64) -> (u8, f64) {
    let [first, last] = ends.map(usize::from);
    let (low, high) = (f64::from(feature.low(first)), f64::from(feature.high(last)));
    let mut threshold = low + (high - low) * share;
    if threshold >= high {
        threshold = low;
    }
    let left = feature.last_at_most(threshold, [first, last]);
    let is_inside = |bin: usize| {
        let (low, high) = (feature.low(bin), feature.high(bin));
        (f64::from(low)..f64::from(high)).contains(&threshold)
    };
    if is_inside(left) || is_inside(left + 1) {
        threshold = f64::from(feature.high(left));
    }
    (left as u8, threshold)
}

fn keep_better(best: &mut Option<Split>, split: Option<Split>) {
    if let Some(split) = split {
        let is_better = best.is_none_or(|best| {
            split.score > best.score || (split.score == best.score && split.rank < best.rank)
        });
        if is_better {
            *best = Some(split);
        }
    }
}

/// A feature's place in the seeded order that decides between equal splits of a node.
fn rank<T: Target>(key: u64, feature: u32) -> u64 {
    if T::LOWEST_FEATURE_WINS {
        return u64::from(feature);
    }
    // The finaliser of SplitMix64: a bijection, so that no two features tie.
    let mut z = key.wrapping_add(u64::from(feature).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Restores the order of the constants known before, and notes those found now: siblings and
/// descendants rely on that prefix.
fn remember_constants<T: Target>(space: &mut Space<'_, T>, known: usize, now: usize) {
    space.order[..known].copy_from_slice(&space.constants[..known]);
    space.constants[known..now].copy_from_slice(&space.order[known..now]);
}
