//! Classes of samples with weights of their own as target, as AdaBoost needs them.
//!
//! Weights are fixed-point numbers of 60 bits for all samples together, so that sums are exact
//! whatever their order and the difference of two histograms loses nothing. A cell has the weight of
//! each class and the number of samples.

use super::criterion::Criterion;
use super::target::{Cut, LeafLimits, Target};

/// What the weights of all samples sum to.
const TOTAL: f64 = (1_u64 << 60) as f64;

/// Class and weight of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightedSample {
    /// Class code.
    pub class: u16,
    /// Its share of the weight of all samples, in fixed point.
    pub weight: i64,
}

/// Statistics of a node.
#[derive(Debug, Clone)]
pub struct WeightedTotals {
    /// The weight of each class, and behind them the number of samples.
    sums: Vec<i64>,
    weight: i64,
}

/// The target of classes whose samples are weighted one by one.
#[derive(Debug, Clone, Copy)]
pub struct WeightedTarget {
    criterion: Criterion,
    n_classes: usize,
}

impl WeightedTarget {
    /// Makes the target of `n_classes` classes.
    #[must_use]
    pub fn new(criterion: Criterion, n_classes: usize) -> Self {
        Self {
            criterion,
            n_classes,
        }
    }

    /// Returns `share`, a sample's share of all weight, in fixed point.
    #[must_use]
    pub fn encode(share: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a share of 60 bits")]
        let code = (share * TOTAL).round() as i64;
        code
    }

    /// Returns what a child with these weights of classes adds to a split's score: the larger, the
    /// purer.
    fn purity(self, weights: impl Iterator<Item = i64>, weight: f64) -> f64 {
        match self.criterion {
            Criterion::Gini => {
                let squares: f64 = weights.map(|w| (w as f64) * (w as f64)).sum();
                squares / weight
            }
            Criterion::Entropy => {
                let logs = weights
                    .filter(|&w| w > 0)
                    .map(|w| w as f64 * (w as f64).ln());
                logs.sum::<f64>() - weight * weight.ln()
            }
        }
    }
}

impl Target for WeightedTarget {
    type Unit = i64;
    type Payload = WeightedSample;
    type Totals = WeightedTotals;
    type Scratch = ();

    fn stride(&self) -> usize {
        self.n_classes + 1
    }

    fn add(&self, cells: &mut [i64], cell: usize, payload: WeightedSample) {
        let cell = &mut cells[cell * (self.n_classes + 1)..][..=self.n_classes];
        cell[usize::from(payload.class)] += payload.weight;
        cell[self.n_classes] += 1;
    }

    fn totals(&self, payloads: &[WeightedSample]) -> WeightedTotals {
        let mut sums = vec![0; self.stride()];
        for &payload in payloads {
            self.add(&mut sums, 0, payload);
        }
        let weight = sums[..self.n_classes].iter().sum();
        WeightedTotals { sums, weight }
    }

    fn weight(&self, totals: &WeightedTotals) -> f64 {
        totals.weight as f64 / TOTAL
    }

    fn impurity(&self, totals: &WeightedTotals) -> f64 {
        let weight = totals.weight as f64;
        let shares = totals.sums[..self.n_classes]
            .iter()
            .map(|&w| w as f64 / weight);
        match self.criterion {
            Criterion::Gini => 1.0 - shares.map(|share| share * share).sum::<f64>(),
            Criterion::Entropy => {
                let logs = shares
                    .filter(|&share| share > 0.0)
                    .map(|share| share * share.log2());
                -logs.sum::<f64>()
            }
        }
    }

    fn push_value(&self, totals: &WeightedTotals, _: [f64; 2], values: &mut Vec<f64>) {
        let weight = (totals.weight as f64).max(1.0);
        values.extend(
            totals.sums[..self.n_classes]
                .iter()
                .map(|&w| w as f64 / weight),
        );
    }

    fn best_cut(
        &self,
        totals: &WeightedTotals,
        cells: &[i64],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        let cut = self.best_allowed_cut(totals, cells, limits, None)?;
        (cut.score >= least).then_some(cut)
    }

    fn score(&self, totals: &WeightedTotals, left: &[i64], limits: &LeafLimits) -> Option<f64> {
        let n_left = left[self.n_classes];
        let n_right = totals.sums[self.n_classes] - n_left;
        let left_weight: i64 = left[..self.n_classes].iter().sum();
        let right_weight = totals.weight - left_weight;
        let fewest = usize::try_from(n_left.min(n_right)).unwrap_or(0);
        let lightest = left_weight.min(right_weight);
        let is_allowed = fewest >= limits.min_samples.max(1)
            && lightest > 0
            && lightest as f64 / TOTAL >= limits.min_weight;
        if !is_allowed {
            return None;
        }
        let of_left = left[..self.n_classes].iter().copied();
        let of_right = totals.sums.iter().zip(left).map(|(all, left)| all - left);
        let of_right = of_right.take(self.n_classes);
        // In shares, so that squares stay small.
        Some(
            (self.purity(of_left, left_weight as f64) + self.purity(of_right, right_weight as f64))
                / TOTAL,
        )
    }

    fn improvement(
        &self,
        parent: &WeightedTotals,
        [left, right]: [&WeightedTotals; 2],
        root_weight: f64,
    ) -> f64 {
        let weight = parent.weight as f64;
        let decrease = self.impurity(parent)
            - right.weight as f64 / weight * self.impurity(right)
            - left.weight as f64 / weight * self.impurity(left);
        self.weight(parent) / root_weight * decrease
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_cut_equals_that_of_the_definition() {
        // Weights of two classes in four cells, in 2⁻⁸ of the total.
        let cells: [[i64; 3]; 4] = [[30, 2, 5], [0, 0, 0], [8, 20, 3], [1, 195, 9]];
        let flat: Vec<i64> = cells.as_flattened().to_vec();
        let limits = LeafLimits {
            min_samples: 1,
            min_weight: 0.0,
        };
        for criterion in [Criterion::Gini, Criterion::Entropy] {
            let target = WeightedTarget::new(criterion, 2);
            let totals = WeightedTotals {
                sums: vec![39, 217, 17],
                weight: 256,
            };
            let cut = target
                .best_cut(&totals, &flat, &limits, f64::NEG_INFINITY)
                .unwrap();
            let node = |sums: [i64; 2]| {
                let weight = sums[0] + sums[1];
                let totals = WeightedTotals {
                    sums: vec![sums[0], sums[1], 1],
                    weight,
                };
                weight as f64 * target.impurity(&totals)
            };
            let first = node([30, 2]) + node([9, 215]);
            let second = node([38, 22]) + node([1, 195]);
            let expected = if first < second { (0, 2) } else { (2, 3) };
            assert_eq!((cut.left, cut.right), expected, "{criterion}");
        }
    }
}
