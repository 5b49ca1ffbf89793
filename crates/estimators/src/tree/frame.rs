//! Nodes on their way into the tree.

use std::cmp::Ordering;
use std::ops::Range;

use super::split::Split;
use super::target::Target;

/// A node that is to be split, or to become a leaf.
pub struct Frame<T: Target> {
    /// Its samples are `start..end` of the space's.
    pub start: usize,
    pub end: usize,
    pub depth: usize,
    pub totals: T::Totals,
    pub impurity: f64,
    /// Bounds that monotonic constraints set to its value and those of its children.
    pub bounds: [f64; 2],
    /// Columns known to be constant in it.
    pub n_constant: usize,
    /// Histograms of all columns, if there are any.
    pub histograms: Option<Vec<T::Unit>>,
    /// Parent and whether this is its left child.
    pub parent: Option<(usize, bool)>,
}

/// A split that was made: the samples are partitioned already. `middle` is where the right child
/// begins.
pub struct Made<T: Target> {
    pub split: Split,
    pub middle: usize,
    pub n_constant: usize,
    pub children: [T::Totals; 2],
    pub improvement: f64,
}

impl<T: Target> Frame<T> {
    /// Returns the range of its samples.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns the number of its samples.
    #[inline]
    pub fn n_samples(&self) -> usize {
        self.end - self.start
    }
}

/// A node at the frontier of best-first growth, ordered by the improvement of its split; of equal
/// ones the lower index comes first.
pub struct Candidate<T: Target> {
    pub frame: Frame<T>,
    pub made: Option<Made<T>>,
    pub node_idx: usize,
}

impl<T: Target> Candidate<T> {
    fn improvement(&self) -> f64 {
        self.made.as_ref().map_or(0.0, |made| made.improvement)
    }
}

impl<T: Target> Ord for Candidate<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_improvement = self.improvement().total_cmp(&other.improvement());
        by_improvement.then(other.node_idx.cmp(&self.node_idx))
    }
}

impl<T: Target> PartialOrd for Candidate<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Target> PartialEq for Candidate<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Target> Eq for Candidate<T> {}
