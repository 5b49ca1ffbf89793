//! The best split of a node: the second-order gain of XGBoost (Chen and Guestrin 2016, equations 5
//! to 7).
//!
//! With G and H the sums over a node, its value is `v = -G / (H + λ)`, brought between the bounds
//! that monotonic constraints set, its loss `G v`, and the gain of a split the node's loss minus
//! those of its children. The first of equal splits wins, and a split must gain something.

use super::cells::Cell;

/// Least sum of Hessians of a node.
pub const MIN_HESSIAN: f64 = 1e-3;

/// What keeps the value of a node finite whose Hessians are 0.
const TINY: f64 = 1e-15;

/// What the splits of all nodes must keep to.
#[derive(Debug, Clone, Copy)]
pub struct SplitRules {
    /// Fewest samples of a child.
    pub min_samples: u64,
    /// λ, added to the Hessians of a node.
    pub l2_regularization: f64,
}

impl SplitRules {
    /// Returns the value of a node with these sums.
    #[inline(always)]
    pub fn value(&self, [gradient, hessian]: [f64; 2], [lower, upper]: [f64; 2]) -> f64 {
        let value = -gradient / (hessian + self.l2_regularization + TINY);
        if value < lower {
            lower
        } else if value > upper {
            upper
        } else {
            value
        }
    }
}

/// A node, as far as its search needs it.
#[derive(Debug, Clone, Copy)]
pub struct NodeSums {
    /// Sums over its samples.
    pub all: Cell,
    /// Its value.
    pub value: f64,
    /// Bounds of its children's values.
    pub bounds: [f64; 2],
}

/// Which bins go left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LeftBins {
    /// Those up to this one.
    UpTo(u8),
    /// Those whose bits are set, of a feature of categories.
    Set([u32; 8]),
}

impl LeftBins {
    /// Whether a bin goes left.
    #[inline(always)]
    pub fn contains(&self, bin: u8) -> bool {
        match self {
            Self::UpTo(last) => bin <= *last,
            Self::Set(bits) => bits[usize::from(bin / 32)] & (1 << (bin % 32)) != 0,
        }
    }
}

/// A split of a node.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// What it gains, more than 0.
    pub gain: f64,
    /// The feature that it is by.
    pub feature: u32,
    /// What goes left.
    pub left_bins: LeftBins,
    /// Sums over the left child.
    pub left: Cell,
}

impl NodeSums {
    /// Returns the sums over the right child of a split with this left child.
    #[inline(always)]
    pub fn rest(&self, left: &Cell) -> Cell {
        Cell {
            sums: [
                self.all.sums[0] - left.sums[0],
                self.all.sums[1] - left.sums[1],
            ],
            n_samples: self.all.n_samples - left.n_samples,
        }
    }

    /// Returns what a split gains whose children's values go with the feature as `sign` has it, or
    /// else -1.
    #[inline(always)]
    pub fn gain(&self, [left, right]: [&Cell; 2], sign: i8, rules: &SplitRules) -> f64 {
        let value_left = rules.value(left.sums, self.bounds);
        let value_right = rules.value(right.sums, self.bounds);
        if (sign == 1 && value_left > value_right) || (sign == -1 && value_left < value_right) {
            return -1.0;
        }
        let loss = self.value * self.all.sums[0];
        loss - left.sums[0] * value_left - right.sums[0] * value_right
    }

    /// Replaces `best` by the first of the best splits by a feature whose bins are ordered, if it
    /// gains more. `cells` has at least one bin.
    pub fn search_ordered(
        &self,
        (feature, sign): (u32, i8),
        cells: &[Cell],
        rules: &SplitRules,
        best: &mut Option<Split>,
    ) {
        let mut left = Cell::default();
        let mut best_gain = best.map_or(0.0, |best| best.gain);
        for (bin, cell) in cells[..cells.len() - 1].iter().enumerate() {
            // A bin that adds nothing has the gain of the one before it, which wins.
            if *cell == Cell::default() {
                continue;
            }
            left.add(cell);
            let right = self.rest(&left);
            if left.n_samples < rules.min_samples {
                continue;
            }
            if right.n_samples < rules.min_samples {
                break;
            }
            if left.sums[1] < MIN_HESSIAN {
                continue;
            }
            if right.sums[1] < MIN_HESSIAN {
                break;
            }
            let gain = self.gain([&left, &right], sign, rules);
            if gain > best_gain {
                best_gain = gain;
                *best = Some(Split {
                    gain,
                    feature,
                    left_bins: LeftBins::UpTo(bin as u8),
                    left,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_splits_wins_and_every_child_has_enough() {
        let cell = |gradient: f64, n_samples: u64| Cell {
            sums: [gradient, n_samples as f64 * 0.25],
            n_samples,
        };
        let cells = [cell(-1.0, 2), cell(0.0, 0), cell(0.5, 1), cell(0.5, 1)];
        let mut all = Cell::default();
        for cell in &cells {
            all.add(cell);
        }
        let node = NodeSums {
            all,
            value: 0.0,
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
        };
        let search = |min_samples, sign| {
            let rules = SplitRules {
                min_samples,
                l2_regularization: 0.0,
            };
            let mut best = None;
            node.search_ordered((3, sign), &cells, &rules, &mut best);
            best.map(|best| (best.feature, best.left_bins))
        };
        assert_eq!(search(1, 0), Some((3, LeftBins::UpTo(0))));
        assert_eq!(search(2, 0), Some((3, LeftBins::UpTo(0))));
        assert_eq!(search(3, 0), None);
        // The left child's gradients are negative, so its value is the larger one.
        assert_eq!(search(1, -1), Some((3, LeftBins::UpTo(0))));
        assert_eq!(search(1, 1), None);
    }
}
