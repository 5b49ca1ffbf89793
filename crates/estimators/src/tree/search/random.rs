//! Random thresholds: one drawn uniformly between the smallest and the largest value of a column.

use rand::Rng as _;

use super::{DrawnColumn, NodeView, Search, bounds, monotone};
use crate::hist::{BLOCK, FeatureBins, rows_of};
use crate::tree::space::Space;
use crate::tree::split::{Split, keep_better, rank};
use crate::tree::target::Target;
use fashion_bench_numeric::rng::Rng;

impl<T: Target> Search<'_, T> {
    /// Returns the best split of one random threshold per column, a block of columns at a time.
    pub(super) fn best_of_random(
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
                    let ends = [lowest[lane], highest[lane]].map(usize::from);
                    let (left, threshold) = threshold_at(feature, ends, rng.r#gen());
                    (lefts[lane], thresholds[lane]) = (left as u8, threshold);
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
                let score = score.filter(|_| {
                    let asked = monotone(self.target, node, feature);
                    asked.is_none_or(|asked| self.target.allows(node.totals, left, asked))
                });
                let split = score.map(|score| Split {
                    column: (block_idx * BLOCK + lane) as u32,
                    left: lefts[lane].into(),
                    right: lefts[lane].into(),
                    score,
                    threshold: thresholds[lane],
                    rank: rank(key, feature),
                });
                keep_better(&mut best, split);
            }
        }
        self.cells[..BLOCK * stride].fill(T::Unit::default());
        best
    }

    /// Returns the split of a gathered column at its random threshold.
    pub(super) fn random_of_gathered(
        &mut self,
        node: &NodeView<'_, T>,
        (feature, drawn): (u32, DrawnColumn),
        start: usize,
        payloads: &[T::Payload],
    ) -> Option<Split> {
        let (rows, _) = self.gathered[start..][..payloads.len()].as_chunks();
        let bins = &self.features[feature as usize];
        let (left, threshold) = threshold_at(bins, drawn.ends.map(usize::from), drawn.share);
        let cells = &mut self.cells[..self.target.stride()];
        self.target
            .add_left(cells, node.totals, (&[left as u8], rows), payloads);
        let split = self.judge_left((node, feature), drawn.column, (left, threshold))?;
        let rank = u64::from(drawn.n_drawn);
        Some(Split { rank, ..split })
    }

    /// Returns the split at a threshold, unless limits or a constraint forbid it, and empties the
    /// first cell, which has what goes left.
    pub(super) fn judge_left(
        &mut self,
        (node, feature): (&NodeView<'_, T>, u32),
        column: u32,
        (left, threshold): (usize, f64),
    ) -> Option<Split> {
        let asked = monotone(self.target, node, feature);
        let cells = &mut self.cells[..self.target.stride()];
        let is_allowed = asked.is_none_or(|asked| self.target.allows(node.totals, cells, asked));
        let score = self.target.score(node.totals, cells, &self.limits);
        cells.fill(T::Unit::default());
        let score = score.filter(|_| is_allowed)?;
        Some(Split {
            column,
            left: left as u32,
            right: left as u32,
            score,
            threshold,
            rank: 0,
        })
    }
}

/// Returns the threshold that lies at `share` of the way between the values of two bins, and the
/// last bin to its left. A threshold inside a bin of several values moves to the bin's lower neighbour, so
/// that training and prediction send a value the same way.
pub(super) fn threshold_at(
    feature: &FeatureBins,
    [first, last]: [usize; 2],
    share: f64,
) -> (usize, f64) {
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
    (left, threshold)
}
