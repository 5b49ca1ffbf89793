//! Columns of too many bins for a byte, by their ranks.

use super::random::threshold_at;
use super::{NodeView, Search, monotone};
use crate::hist::BinMatrix;
use crate::tree::split::Split;
use crate::tree::target::{Cut, Target};

/// The bins of a column are sorted where the node has this many times fewer samples than they
/// range over; else each bin in between gets a cell.
const SPARSE: usize = 8;

/// A column of a node that has ranks.
pub(super) struct Ranked<'s> {
    column: u32,
    feature: u32,
    /// The bin of each row of the matrix.
    ranks: &'s [u32],
    samples: &'s [u32],
    /// The lowest and the highest bin in the node.
    ends: [u32; 2],
}

impl<'s> Ranked<'s> {
    /// Returns the column of a node's `samples`, if it has ranks.
    pub(super) fn of(
        matrix: &'s BinMatrix,
        samples: &'s [u32],
        (column, feature): (u32, u32),
    ) -> Option<Self> {
        let mut ranked = Self {
            column,
            feature,
            ranks: matrix.ranks(column as usize)?,
            samples,
            ends: [u32::MAX, 0],
        };
        let ends = ranked.bins().fold(ranked.ends, |[low, high], bin| {
            [low.min(bin), high.max(bin)]
        });
        ranked.ends = ends;
        Some(ranked)
    }

    /// Whether the node has a single bin of the column.
    pub(super) fn is_constant(&self) -> bool {
        self.ends[0] == self.ends[1]
    }

    /// Returns the bin of each sample.
    fn bins(&self) -> impl Iterator<Item = u32> {
        self.samples
            .iter()
            .map(|&sample| self.ranks[sample as usize])
    }
}

impl<T: Target> Search<'_, T> {
    /// Returns the best cut of a column, between two of its bins.
    pub(super) fn best_of_ranked(
        &mut self,
        node: &NodeView<'_, T>,
        ranked: &Ranked<'_>,
        payloads: &[T::Payload],
    ) -> Option<Cut> {
        if ranked.is_constant() {
            return None;
        }
        let stride = self.target.stride();
        let [low, high] = ranked.ends;
        let n_between = (high - low) as usize + 1;
        let (cells, bins) = (&mut self.ranked_cells, &mut self.ranked_bins);
        cells.clear();
        bins.clear();
        if payloads.len() * SPARSE < n_between {
            bins.extend(ranked.bins());
            bins.sort_unstable();
            bins.dedup();
            cells.resize(bins.len() * stride, T::Unit::default());
            for (bin, &payload) in ranked.bins().zip(payloads) {
                let cell = bins.partition_point(|&other| other < bin);
                self.target.add(cells, cell, payload);
            }
        } else {
            bins.extend(low..=high);
            cells.resize(n_between * stride, T::Unit::default());
            for (bin, &payload) in ranked.bins().zip(payloads) {
                self.target.add(cells, (bin - low) as usize, payload);
            }
        }
        let asked = monotone(self.target, node, ranked.feature);
        let cut = self
            .target
            .best_allowed_cut(node.totals, cells, &self.limits, asked)?;
        Some(Cut {
            left: bins[cut.left] as usize,
            right: bins[cut.right] as usize,
            ..cut
        })
    }

    /// Returns the split of a column at `share` of the way between its ends.
    pub(super) fn random_of_ranked(
        &mut self,
        node: &NodeView<'_, T>,
        ranked: &Ranked<'_>,
        payloads: &[T::Payload],
        share: f64,
    ) -> Option<Split> {
        let feature = &self.features[ranked.feature as usize];
        let ends = ranked.ends.map(|bin| bin as usize);
        let (left, threshold) = threshold_at(feature, ends, share);
        let cells = &mut self.cells[..self.target.stride()];
        for (bin, &payload) in ranked.bins().zip(payloads) {
            if bin as usize <= left {
                self.target.add(cells, 0, payload);
            }
        }
        self.judge_left((node, ranked.feature), ranked.column, (left, threshold))
    }
}
