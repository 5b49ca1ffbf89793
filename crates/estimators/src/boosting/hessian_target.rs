//! Gradients and Hessians as target: the second-order gain of XGBoost (Chen and Guestrin 2016,
//! equation 7) and LightGBM.
//!
//! With G and H the sums over a node, its value is `-G / (H + λ)` and its part of the gain
//! `G² / (H + λ)`. Sums are fixed-point numbers, as in [`GradientTarget`].
//!
//! [`GradientTarget`]: crate::tree::GradientTarget

use crate::tree::{Cut, FixedPoint, LeafLimits, Target};

/// Least sum of Hessians of a node.
const MIN_HESSIAN: f64 = 1e-3;

/// What keeps the value of a node finite whose Hessians are 0.
const TINY: f64 = 1e-15;

/// Negative gradient and Hessian of a sample, each in its format.
pub(super) type Pair = [i64; 2];

/// Gradients and Hessians as target.
#[derive(Debug, Clone, Copy)]
pub(super) struct HessianTarget {
    pub gradients: FixedPoint,
    pub hessians: FixedPoint,
    pub l2_regularization: f64,
}

/// Sums over samples.
#[derive(Debug, Clone, Copy)]
struct Sums {
    n_samples: i64,
    gradient: f64,
    hessian: f64,
}

impl HessianTarget {
    #[inline]
    fn sums(&self, [gradient, hessian]: Pair) -> Sums {
        let (gradient, n_samples) = self.gradients.value(gradient);
        Sums {
            n_samples,
            gradient,
            hessian: self.hessians.value(hessian).0,
        }
    }

    #[inline]
    fn part_of_gain(&self, sums: &Sums) -> f64 {
        sums.gradient * sums.gradient / (sums.hessian + self.l2_regularization + TINY)
    }

    #[inline]
    fn gain(&self, all: Pair, left: Pair, limits: &LeafLimits) -> Option<f64> {
        let right = self.sums([all[0] - left[0], all[1] - left[1]]);
        let left = self.sums(left);
        let least = left.n_samples.min(right.n_samples);
        if (least as usize) < limits.min_samples || left.hessian.min(right.hessian) < MIN_HESSIAN {
            return None;
        }
        let whole = self.part_of_gain(&self.sums(all));
        let gain = self.part_of_gain(&left) + self.part_of_gain(&right) - whole;
        (gain > 0.0).then_some(gain)
    }
}

impl Target for HessianTarget {
    type Unit = i64;
    type Payload = Pair;
    type Totals = Pair;
    type Scratch = ();

    const LOWEST_FEATURE_WINS: bool = true;

    fn stride(&self) -> usize {
        2
    }

    #[inline]
    fn add(&self, cells: &mut [i64], cell: usize, [gradient, hessian]: Pair) {
        let cell = &mut cells[cell * 2..][..2];
        cell[0] += gradient;
        cell[1] += hessian;
    }

    fn totals(&self, payloads: &[Pair]) -> Pair {
        payloads
            .iter()
            .fold([0, 0], |sums, pair| [sums[0] + pair[0], sums[1] + pair[1]])
    }

    fn weight(&self, totals: &Pair) -> f64 {
        self.sums(*totals).n_samples as f64
    }

    /// Returns 0 where the Hessians do not allow a split; it is not an impurity.
    fn impurity(&self, totals: &Pair) -> f64 {
        f64::from(u8::from(self.sums(*totals).hessian >= MIN_HESSIAN))
    }

    fn push_value(&self, totals: &Pair, values: &mut Vec<f64>) {
        let sums = self.sums(*totals);
        values.push(sums.gradient / (sums.hessian + self.l2_regularization + TINY));
    }

    fn best_cut(
        &self,
        totals: &Pair,
        cells: &[i64],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        let (cells, _) = cells.as_chunks::<2>();
        let mut previous = 0;
        let mut left = [0, 0];
        for (at, cell) in cells.iter().enumerate() {
            if *cell == [0, 0] {
                continue;
            }
            if let Some(score) = self.gain(*totals, left, limits)
                && score >= least
                && best.is_none_or(|best| score > best.score)
            {
                best = Some(Cut {
                    left: previous,
                    right: at,
                    score,
                });
            }
            left[0] += cell[0];
            left[1] += cell[1];
            previous = at;
        }
        best
    }

    fn score(&self, totals: &Pair, left: &[i64], limits: &LeafLimits) -> Option<f64> {
        self.gain(*totals, [left[0], left[1]], limits)
    }

    fn improvement(&self, parent: &Pair, [left, _]: [&Pair; 2], _: f64) -> f64 {
        let no_limits = LeafLimits {
            min_samples: 0,
            min_weight: 0.0,
        };
        self.gain(*parent, *left, &no_limits).unwrap_or_default()
    }
}
