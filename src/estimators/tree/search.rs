//! The split of one node: which features are looked at, and the best cut among them.

use rand::Rng as _;

use super::grow::Splitter;
use super::target::{BinSet, Buckets, Cut, FEW_SAMPLES, LeafLimits, Target};
use crate::estimators::hist::{BinMatrix, FeatureBins, MAX_BINS};
use crate::numeric::rng::Rng;

/// The samples of a tree, or of a part of it, with the bins of the columns still of interest.
pub struct Space<'a, T: Target> {
    /// Bins; rows are what `samples` names.
    pub matrix: &'a BinMatrix,
    /// The feature of each column.
    pub columns: Vec<u32>,
    /// Rows of the matrix; each node owns a range of them.
    pub samples: Vec<u32>,
    /// What travels with them.
    pub payloads: Vec<T::Payload>,
    /// Columns in drawing order. The first ones are constant in the node at hand.
    pub order: Vec<u32>,
    /// The columns found constant on the way from the root, in the order they were found.
    pub constants: Vec<u32>,
}

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
    /// Bins to both sides.
    pub cut: Cut,
    /// Largest value that goes left.
    pub threshold: f64,
    /// Which of equal splits is taken: the one of lowest rank.
    rank: u64,
}

/// Searches nodes; owns the buffers that takes.
pub struct Search<'a, T: Target> {
    target: &'a T,
    features: &'a [FeatureBins],
    splitter: Splitter,
    max_features: usize,
    limits: LeafLimits,
    cells: Vec<T::Unit>,
    gathered: Vec<u8>,
    buckets: Buckets,
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
            cells: vec![T::Unit::default(); MAX_BINS * target.stride()],
            gathered: Vec::new(),
            buckets: Buckets::default(),
        }
    }

    /// The best split of a node, and how many columns are now known to be constant in it.
    pub fn best(
        &mut self,
        space: &mut Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> (Option<Split>, usize) {
        match node.histograms {
            Some(histograms) => {
                let best = self.best_of_histograms(space, node, histograms, rng);
                (best, node.n_constant)
            }
            None if self.max_features >= self.features.len() => self.best_of_all(space, node, rng),
            None => self.best_of_drawn(space, node, rng),
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
        let mut best = None;
        let cells = histograms.chunks_exact(MAX_BINS * stride);
        for ((column, &feature), cells) in (0..).zip(&space.columns).zip(cells) {
            let bins = &self.features[feature as usize];
            let mut occupied = BinSet::default();
            let empty = T::Unit::default();
            for (bin, cell) in (0..=u8::MAX).zip(cells.chunks_exact(stride).take(bins.n_bins())) {
                if cell.iter().any(|&unit| unit != empty) {
                    occupied.insert(bin);
                }
            }
            let split = self.judge(node.totals, (column, bins), cells, occupied, rng);
            keep_better(&mut best, split, rank::<T>(key, feature));
        }
        best
    }

    fn best_of_all(
        &mut self,
        space: &mut Space<'_, T>,
        node: &NodeView<'_, T>,
        rng: &mut Rng,
    ) -> (Option<Split>, usize) {
        let key = rng.r#gen();
        let mut n_constant = node.n_constant;
        let mut best = None;
        for at in node.n_constant..space.order.len() {
            let column = space.order[at];
            if !self.gather(space, node, column) {
                space.order.swap(at, n_constant);
                n_constant += 1;
                continue;
            }
            let split = self.judge_gathered(space, node, column, rng);
            keep_better(
                &mut best,
                split,
                rank::<T>(key, space.columns[column as usize]),
            );
        }
        remember_constants(space, node.n_constant, n_constant);
        (best, n_constant)
    }

    /// Draws features without replacement until `max_features` were drawn and at least one of
    /// them was not constant. Known constants are drawn too, but cost nothing.
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
        let mut best = None;
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
            if !self.gather(space, node, column) {
                space.order.swap(at, known + n_found);
                n_found += 1;
                continue;
            }
            end -= 1;
            space.order.swap(at, end);
            let split = self.judge_gathered(space, node, column, rng);
            keep_better(&mut best, split, n_drawn as u64);
        }
        remember_constants(space, known, known + n_found);
        (best, known + n_found)
    }

    /// Collects a node's bins of a column; false if the column is constant in the node.
    fn gather(&mut self, space: &Space<'_, T>, node: &NodeView<'_, T>, column: u32) -> bool {
        let (bytes, stride) = space.matrix.column(column as usize);
        let samples = &space.samples[node.start..node.end];
        self.gathered.clear();
        match stride {
            1 => self
                .gathered
                .extend(samples.iter().map(|&sample| bytes[sample as usize])),
            _ => self.gathered.extend(
                samples
                    .iter()
                    .map(|&sample| bytes[sample as usize * stride]),
            ),
        }
        let first = self.gathered[0];
        self.gathered
            .iter()
            .fold(0, |all, &bin| all | (bin ^ first))
            != 0
    }

    /// The best split of the column just gathered.
    fn judge_gathered(
        &mut self,
        space: &Space<'_, T>,
        node: &NodeView<'_, T>,
        column: u32,
        rng: &mut Rng,
    ) -> Option<Split> {
        let bins = &self.features[space.columns[column as usize] as usize];
        let payloads = &space.payloads[node.start..node.end];
        if self.splitter == Splitter::Best
            && payloads.len() <= FEW_SAMPLES
            && let Some(cut) = self.target.best_cut_of_few(
                node.totals,
                &self.gathered,
                payloads,
                &self.limits,
                &mut self.buckets,
            )
        {
            return cut.map(|cut| Split {
                column,
                cut,
                threshold: bins.threshold(cut.left, cut.right),
                rank: 0,
            });
        }
        let mut occupied = BinSet::default();
        for (&bin, &payload) in self.gathered.iter().zip(payloads) {
            occupied.insert(bin);
            self.target.add(&mut self.cells, bin, payload);
        }
        let split = self.judge(node.totals, (column, bins), &self.cells, occupied, rng);
        self.clear(occupied);
        split
    }

    fn clear(&mut self, occupied: BinSet) {
        let stride = self.target.stride();
        for bin in occupied {
            self.cells[bin * stride..][..stride].fill(T::Unit::default());
        }
    }

    fn judge(
        &self,
        totals: &T::Totals,
        (column, bins): (u32, &FeatureBins),
        cells: &[T::Unit],
        occupied: BinSet,
        rng: &mut Rng,
    ) -> Option<Split> {
        let (first, last) = occupied.bounds()?;
        if first == last {
            return None;
        }
        let (cut, threshold) = match self.splitter {
            Splitter::Best => {
                let cut = self
                    .target
                    .best_cut(totals, cells, occupied, &self.limits)?;
                (cut, bins.threshold(cut.left, cut.right))
            }
            Splitter::Random => {
                let (left, threshold) = draw_threshold(bins, occupied, (first, last), rng);
                let limits = &self.limits;
                let cut = self.target.cut_at(totals, cells, occupied, left, limits)?;
                (cut, threshold)
            }
        };
        Some(Split {
            column,
            cut,
            threshold,
            rank: 0,
        })
    }
}

/// A threshold uniform between the node's smallest and largest value, and the last occupied bin
/// to its left. A threshold inside a quantile bin moves to the bin's lower neighbour, so that
/// training and prediction send a value the same way.
fn draw_threshold(
    bins: &FeatureBins,
    occupied: BinSet,
    (first, last): (usize, usize),
    rng: &mut Rng,
) -> (usize, f64) {
    let (low, high) = (f64::from(bins.low(first)), f64::from(bins.high(last)));
    let mut threshold = low + (high - low) * rng.r#gen::<f64>();
    if threshold >= high {
        threshold = low;
    }
    let n_left = bins.n_at_most(threshold);
    let left = occupied
        .into_iter()
        .take_while(|&bin| bin < n_left)
        .last()
        .unwrap_or(first);
    let is_inside = n_left < bins.n_bins() && f64::from(bins.low(n_left)) <= threshold;
    if is_inside || n_left <= left {
        threshold = f64::from(bins.high(left));
    }
    (left, threshold)
}

fn keep_better(best: &mut Option<Split>, split: Option<Split>, rank: u64) {
    if let Some(split) = split {
        let is_better = best.is_none_or(|best| {
            split.cut.score > best.cut.score
                || (split.cut.score == best.cut.score && rank < best.rank)
        });
        if is_better {
            *best = Some(Split { rank, ..split });
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
