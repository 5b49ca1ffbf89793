//! What a tree separates: the statistics of a node and the worth of a split.
//!
//! The grower moves samples and histograms about without knowing what they hold. Only a [`Target`]
//! knows: classes and their counts, gradients, gradients with Hessians.

use std::ops::{AddAssign, SubAssign};

/// The least that each child of a split must have.
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

/// What a monotonic constraint asks of a split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Monotone {
    /// Whether the constrained value may rise (1) or fall (-1) from the left child to the right.
    pub sign: i8,
    /// Bounds of the values of both.
    pub bounds: [f64; 2],
}

/// What a tree separates.
pub trait Target: Sync {
    /// What histograms count in.
    type Unit: Copy + Default + PartialEq + AddAssign + SubAssign + Send + Sync;
    /// What travels with a sample.
    type Payload: Copy + Send + Sync;
    /// What is known of a node as a whole.
    type Totals: Clone + Send;
    /// Buffers of a search by samples.
    type Scratch: Default;

    /// Returns the number of units of a histogram cell.
    fn stride(&self) -> usize;

    /// Adds a sample to cell number `cell` of `cells`.
    fn add(&self, cells: &mut [Self::Unit], cell: usize, payload: Self::Payload);

    /// Adds to each of the first `W` cells the samples of a node that go left in one of `W`
    /// columns: those whose bin in `rows` is at most the one in `lefts`.
    fn add_left<const W: usize>(
        &self,
        cells: &mut [Self::Unit],
        _totals: &Self::Totals,
        lefts_and_rows: (&[u8; W], &[[u8; W]]),
        payloads: &[Self::Payload],
    ) {
        add_left_each(self, cells, lefts_and_rows, payloads);
    }

    /// Returns the statistics of these samples.
    fn totals(&self, payloads: &[Self::Payload]) -> Self::Totals;

    /// Returns the weight of a node's samples.
    fn weight(&self, totals: &Self::Totals) -> f64;

    /// Returns the impurity of a node, which is not split if that is at most 2.2e-16.
    fn impurity(&self, totals: &Self::Totals) -> f64;

    /// Appends what is predicted for the node, perhaps nothing, to `values`, within the `bounds`
    /// that monotonic constraints set.
    fn push_value(&self, totals: &Self::Totals, bounds: [f64; 2], values: &mut Vec<f64>);

    /// Returns the sign of the monotonic constraint of a feature, 0 without one.
    fn sign(&self, _feature: u32) -> i8 {
        0
    }

    /// Whether a constraint allows a split whose left child has the sums of the cell `left`.
    fn allows(&self, _totals: &Self::Totals, _left: &[Self::Unit], _monotone: Monotone) -> bool {
        true
    }

    /// Returns the bounds of the values of a node's children after a split by a feature.
    fn bounds_of_children(
        &self,
        _feature: u32,
        bounds: [f64; 2],
        _children: [&Self::Totals; 2],
    ) -> [[f64; 2]; 2] {
        [bounds; 2]
    }

    /// Returns the best split of a feature, the lowest on ties, if its score is at least `least`.
    /// `cells` is its histogram, empty cells included, of at most
    /// [`MAX_BINS`](crate::hist::MAX_BINS) cells.
    fn best_cut(
        &self,
        totals: &Self::Totals,
        cells: &[Self::Unit],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut>;

    /// Returns the best split of a feature that a constraint allows, if there is one, the lowest on
    /// ties, cut by cut. `cells` may be any number.
    fn best_allowed_cut(
        &self,
        totals: &Self::Totals,
        cells: &[Self::Unit],
        limits: &LeafLimits,
        monotone: Option<Monotone>,
    ) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        let mut left = vec![Self::Unit::default(); self.stride()];
        let mut previous = None;
        for (at, cell) in cells.chunks_exact(self.stride()).enumerate() {
            if cell.iter().all(|unit| *unit == Self::Unit::default()) {
                continue;
            }
            if let Some(previous) = previous
                && monotone.is_none_or(|monotone| self.allows(totals, &left, monotone))
                && let Some(score) = self.score(totals, &left, limits)
                && best.is_none_or(|best| score > best.score)
            {
                best = Some(Cut {
                    left: previous,
                    right: at,
                    score,
                });
            }
            for (sum, &unit) in left.iter_mut().zip(cell) {
                *sum += unit;
            }
            previous = Some(at);
        }
        best
    }

    /// Returns a score that no split of a node beats.
    fn perfect_score(&self, _totals: &Self::Totals) -> f64 {
        f64::INFINITY
    }

    /// Whether [`Self::best_cut_of_samples`] can search a node.
    fn searches_samples(&self, _totals: &Self::Totals) -> bool {
        false
    }

    /// Prepares `scratch` for [`Self::best_cut_of_samples`] on the columns of a node.
    fn prepare(
        &self,
        _totals: &Self::Totals,
        _payloads: &[Self::Payload],
        _scratch: &mut Self::Scratch,
    ) {
    }

    /// Returns the best split of a feature straight from a node's samples, the lowest on ties, in
    /// time that goes with their number rather than with that of all bins. `scratch` is prepared
    /// for the node.
    fn best_cut_of_samples(
        &self,
        _bins: &[u8],
        _limits: &LeafLimits,
        _scratch: &mut Self::Scratch,
    ) -> Option<Cut> {
        None
    }

    /// Returns the worth of a split whose left child has the sums of the cell `left`, if the limits
    /// allow it.
    fn score(&self, totals: &Self::Totals, left: &[Self::Unit], limits: &LeafLimits)
    -> Option<f64>;

    /// Returns the decrease of impurity by a split into these children, as `min_impurity_decrease`
    /// has it; `root_weight` is the weight of all samples of the tree.
    fn improvement(
        &self,
        parent: &Self::Totals,
        children: [&Self::Totals; 2],
        root_weight: f64,
    ) -> f64;
}

/// Does what [`Target::add_left`] does, sample by sample.
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
