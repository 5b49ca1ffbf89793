//! A split of a node, and which of several is the best.

use super::target::Cut;

/// A split that was found.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// Column of the space.
    pub column: u32,
    /// Last code of the column that goes left.
    pub left: u32,
    /// First code that goes right, of a best split.
    pub right: u32,
    /// Worth of the split; comparable between splits of one node.
    pub score: f64,
    /// Largest value that goes left.
    pub threshold: f64,
    /// Of equal splits the one of lowest rank is taken.
    pub rank: u64,
}

impl Split {
    /// Returns a cut of a column as a split whose threshold is not known yet.
    #[inline]
    pub fn of_cut(column: u32, cut: &Cut, rank: u64) -> Self {
        Self {
            column,
            left: cut.left as u32,
            right: cut.right as u32,
            score: cut.score,
            threshold: f64::NAN,
            rank,
        }
    }
}

/// Replaces `best` by `split` if that has a higher score, or the same one and a lower rank.
#[inline]
pub fn keep_better(best: &mut Option<Split>, split: Option<Split>) {
    if let Some(split) = split {
        let is_better = best.is_none_or(|best| {
            split.score > best.score || (split.score == best.score && split.rank < best.rank)
        });
        if is_better {
            *best = Some(split);
        }
    }
}

/// Returns a feature's place in the seeded order that decides between equal splits of a node.
#[inline]
pub fn rank(key: u64, feature: u32) -> u64 {
    // The finaliser of SplitMix64: a bijection, so that no two features tie.
    let mut z = key.wrapping_add(u64::from(feature).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
