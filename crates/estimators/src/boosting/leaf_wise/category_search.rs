//! The best split by a feature of categories (Fisher, "On grouping for maximum homogeneity", 1958).
//!
//! Categories are ordered by `G / (H + 10)`, and the search goes over that order as if they were
//! quantities, from both ends to the middle, the far end going left. Categories of few samples
//! always go right.

use std::cmp::Ordering;

use super::cells::Cell;
use super::search::{LeftBins, MIN_HESSIAN, NodeSums, Split, SplitRules};

/// Least support of a category that is ordered: its share of the node's Hessians times the node's
/// samples.
const MIN_SUPPORT: f64 = 10.0;

impl NodeSums {
    /// Replaces `best` by the first of the best splits by a feature of categories, if it gains
    /// more.
    pub fn search_categories(
        &self,
        (feature, sign): (u32, i8),
        cells: &[Cell],
        rules: &SplitRules,
        best: &mut Option<Split>,
    ) {
        let order = ordered(cells, self.all.n_samples as f64 / self.all.sums[1]);
        if order.len() < 2 {
            return;
        }
        let half = order.len().div_ceil(2);
        let forwards: Vec<u8> = order[..half].to_vec();
        let backwards: Vec<u8> = order.iter().rev().take(half - 1).copied().collect();
        let mut best_gain = best.map_or(0.0, |best| best.gain);
        for bins in [forwards, backwards] {
            let mut left = Cell::default();
            let mut bits = [0; 8];
            for bin in bins {
                left.add(&cells[usize::from(bin)]);
                bits[usize::from(bin / 32)] |= 1 << (bin % 32);
                let right = self.rest(&left);
                if left.n_samples < rules.min_samples || left.sums[1] < MIN_HESSIAN {
                    continue;
                }
                if right.n_samples < rules.min_samples || right.sums[1] < MIN_HESSIAN {
                    break;
                }
                let gain = self.gain([&left, &right], sign, rules);
                if gain > best_gain {
                    best_gain = gain;
                    *best = Some(Split {
                        gain,
                        feature,
                        left_bins: LeftBins::Set(bits),
                        left,
                    });
                }
            }
        }
    }
}

/// Returns the bins of enough support, ordered. Of equal ones the higher bin comes first, since the
/// comparison that scikit-learn hands to the C library's merge sort calls none equal.
fn ordered(cells: &[Cell], support_of_hessian: f64) -> Vec<u8> {
    let mut order: Vec<(f64, u8)> = (0..=u8::MAX)
        .zip(cells)
        .filter(|(_, cell)| cell.sums[1] * support_of_hessian >= MIN_SUPPORT)
        .map(|(bin, cell)| (cell.sums[0] / (cell.sums[1] + MIN_SUPPORT), bin))
        .collect();
    order.sort_by(|a, b| {
        let by_value = a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal);
        by_value.then(b.1.cmp(&a.1))
    });
    order.into_iter().map(|(_, bin)| bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_categories_of_lowest_gradients_go_left_and_rare_ones_right() {
        let cell = |gradient: f64, n_samples: u64| Cell {
            sums: [gradient, n_samples as f64 * 0.25],
            n_samples,
        };
        let cells = [cell(9.0, 20), cell(-9.0, 20), cell(-2.0, 3), cell(8.0, 20)];
        let mut all = Cell::default();
        for cell in &cells {
            all.add(cell);
        }
        let node = NodeSums {
            all,
            value: 0.0,
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
        };
        let rules = SplitRules {
            min_samples: 5,
            l2_regularization: 0.0,
        };
        let mut best = None;
        node.search_categories((0, 0), &cells, &rules, &mut best);
        let best = best.expect("a split");
        let is_left = [0, 1, 2, 3].map(|bin| best.left_bins.contains(bin));
        assert_eq!(is_left, [false, true, false, false]);
        assert_eq!(best.left.n_samples, 20);
    }
}
