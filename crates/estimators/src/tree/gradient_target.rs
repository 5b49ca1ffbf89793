//! Gradients as target: splits by squared error, which are Friedman's as well.
//!
//! Gradients are fixed-point numbers. Their sum and the number of samples share one 64-bit integer:
//!
//! ```text
//!  63                              count_bits            0
//! | sum of the gradients, with its sign | number of samples |
//! ```
//!
//! A histogram is thus filled with one addition per sample, sums are exact whatever their order,
//! and the difference of two histograms loses nothing. With n samples a gradient has 63 - 2 log₂ n
//! bits after the point, relative to the largest one: 31 bits (5e-10) for 60,000 samples. For
//! samples of weight 1, (Σ l)²/n_l + (Σ r)²/n_r is, up to a constant, n_l n_r / n (mean_l -
//! mean_r)²: equation 35 of Friedman, "Greedy function approximation" (2001), and squared error
//! pick the same split.

use super::target::{Cut, LeafLimits, Target};
use crate::hist::MAX_BINS;
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

choices! {
    /// Which decrease `min_impurity_decrease` is compared with.
    pub enum Improvement {
        /// Friedman's `n_l n_r / n (mean_l - mean_r)²`, not relative to the whole tree.
        Friedman = "friedman_mse",
        /// Decrease of the mean squared error, by the node's share of the tree's samples.
        SquaredError = "squared_error" | "mse",
    }
}

/// Fixed-point format of one set of gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedPoint {
    count_bits: u32,
    scale: f64,
}

impl FixedPoint {
    /// Returns the finest format in which `n_samples` values of at most `largest` can be summed.
    #[must_use]
    pub fn new(n_samples: usize, largest: f64) -> Self {
        let count_bits = usize::BITS - n_samples.leading_zeros();
        // The sum has 63 - count_bits bits beside its sign, log₂ n of them before the point.
        let largest_code = 2.0f64.powi(62 - 2 * i32::try_from(count_bits).unwrap_or(31));
        let scale = if largest > 0.0 {
            largest_code / largest
        } else {
            1.0
        };
        Self { count_bits, scale }
    }

    /// Returns a value as the payload of one sample.
    #[must_use]
    #[inline]
    pub fn encode(&self, value: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "within the format")]
        let code = (value * self.scale).round() as i64;
        (code << self.count_bits) | 1
    }

    /// Returns the sum and the number of samples.
    #[must_use]
    #[inline]
    pub fn value(&self, unit: i64) -> (f64, i64) {
        let (sum, n_samples) = self.decode(unit);
        (sum as f64 / self.scale, n_samples)
    }

    /// Returns the sum (in units of the format) and the number of samples.
    #[inline(always)]
    fn decode(self, unit: i64) -> (i64, i64) {
        (unit >> self.count_bits, unit & ((1 << self.count_bits) - 1))
    }
}

/// How many cells' scores are computed at once.
const LANES: usize = 8;

/// The search for the best cut in one histogram.
struct Scan<'a> {
    format: FixedPoint,
    total: i64,
    cells: &'a [i64],
    limits: &'a LeafLimits,
    least: f64,
}

impl Scan<'_> {
    /// Returns [`GradientTarget::score_of`] without branches and shifts, or -1 where the limits
    /// forbid the cut. Scaling by a power of two is exact.
    #[inline(always)]
    fn score(&self, left: i64, least_n: f64, unshift: f64) -> f64 {
        let mask = (1 << self.format.count_bits) - 1;
        let right = self.total - left;
        let (n_left, n_right) = (left & mask, right & mask);
        let sum_left = (left - n_left) as f64 * unshift;
        let sum_right = (right - n_right) as f64 * unshift;
        let (n_left, n_right) = (n_left as f64, n_right as f64);
        let difference = n_right * sum_left - n_left * sum_right;
        let score = difference * difference / (n_left * n_right);
        let least = if n_left < n_right { n_left } else { n_right };
        if least < least_n { -1.0 } else { score }
    }
}

impl Kernel for Scan<'_> {
    type Output = Option<Cut>;

    /// A cut after an empty cell has the score of the one before it, which comes first and wins.
    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> Option<Cut> {
        let least_n = (self.limits.min_samples.max(1) as f64).max(self.limits.min_weight);
        let unshift = 0.5f64.powi(self.format.count_bits.cast_signed());
        let mut best = self.least.max(0.0).next_down();
        let mut left = None;
        // All sums first: a vector load right after the stores of its parts would wait for them.
        let mut sums = [0; MAX_BINS];
        let mut sum = 0;
        for (place, cell) in sums.iter_mut().zip(self.cells) {
            sum += cell;
            *place = sum;
        }
        // What lies beyond the cells has nothing to its right.
        let n_cuts = self.cells.len().saturating_sub(1);
        sums[n_cuts..n_cuts.next_multiple_of(LANES)].fill(self.total);
        let (chunks, _) = sums[..n_cuts.next_multiple_of(LANES)].as_chunks::<LANES>();
        for (chunk_idx, sums) in chunks.iter().enumerate() {
            let mut scores = [0.0; LANES];
            for lane in 0..LANES {
                scores[lane] = self.score(sums[lane], least_n, unshift);
            }
            let mut is_better = false;
            for score in scores {
                is_better |= score > best;
            }
            if is_better {
                for (lane, &score) in scores.iter().enumerate() {
                    if score > best {
                        best = score;
                        left = Some(chunk_idx * LANES + lane);
                    }
                }
            }
        }
        let left = left?;
        let after = &self.cells[left + 1..];
        let n_empty = after.iter().take_while(|&&cell| cell == 0).count();
        Some(Cut {
            left,
            right: left + 1 + n_empty,
            score: best,
        })
    }
}

/// Statistics of a node, in units of the format.
#[derive(Debug, Clone, Copy)]
pub struct GradientTotals {
    unit: i64,
    square_sum: f64,
}

/// Gradients as target.
#[derive(Debug, Clone, Copy)]
pub struct GradientTarget {
    /// Format of the payloads.
    pub format: FixedPoint,
    /// What `min_impurity_decrease` means.
    pub improvement: Improvement,
}

impl GradientTarget {
    #[inline]
    fn score_of(&self, total: i64, left: i64, limits: &LeafLimits) -> Option<f64> {
        let (sum_left, n_left) = self.format.decode(left);
        let (sum_right, n_right) = self.format.decode(total - left);
        let least = n_left.min(n_right);
        if (least as usize) < limits.min_samples || (least as f64) < limits.min_weight {
            return None;
        }
        let (n_left, n_right) = (n_left as f64, n_right as f64);
        let difference = n_right * sum_left as f64 - n_left * sum_right as f64;
        Some(difference * difference / (n_left * n_right))
    }
}

impl Target for GradientTarget {
    type Unit = i64;
    type Payload = i64;
    type Totals = GradientTotals;
    type Scratch = ();

    fn stride(&self) -> usize {
        1
    }

    #[inline]
    fn add(&self, cells: &mut [i64], cell: usize, payload: i64) {
        cells[cell] += payload;
    }

    fn totals(&self, payloads: &[i64]) -> GradientTotals {
        let square = |&payload: &i64| {
            let value = self.format.decode(payload).0 as f64;
            value * value
        };
        GradientTotals {
            unit: payloads.iter().sum(),
            square_sum: payloads.iter().map(square).sum(),
        }
    }

    fn weight(&self, totals: &GradientTotals) -> f64 {
        self.format.decode(totals.unit).1 as f64
    }

    fn impurity(&self, totals: &GradientTotals) -> f64 {
        let (sum, n) = self.format.decode(totals.unit);
        let (mean, n) = (sum as f64 / n as f64, n as f64);
        let variance = totals.square_sum / n - mean * mean;
        // Relative to the squares, what is left of equal values is rounding.
        let is_noise = variance <= 4.0 * f64::EPSILON * totals.square_sum / n;
        let scale = self.format.scale;
        if is_noise {
            0.0
        } else {
            variance / (scale * scale)
        }
    }

    fn push_value(&self, _: &GradientTotals, _: [f64; 2], _: &mut Vec<f64>) {}

    fn best_cut(
        &self,
        totals: &GradientTotals,
        cells: &[i64],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        dispatch(Scan {
            format: self.format,
            total: totals.unit,
            cells,
            limits,
            least,
        })
    }

    fn score(&self, totals: &GradientTotals, left: &[i64], limits: &LeafLimits) -> Option<f64> {
        self.score_of(totals.unit, left[0], limits)
    }

    fn improvement(
        &self,
        parent: &GradientTotals,
        [left, right]: [&GradientTotals; 2],
        root_weight: f64,
    ) -> f64 {
        let n = self.weight(parent);
        match self.improvement {
            Improvement::Friedman => {
                let no_limits = LeafLimits {
                    min_samples: 0,
                    min_weight: 0.0,
                };
                let score = self.score_of(parent.unit, left.unit, &no_limits);
                score.unwrap_or_default() / (n * self.format.scale * self.format.scale)
            }
            Improvement::SquaredError => {
                let of = |child: &GradientTotals| self.weight(child) / n * self.impurity(child);
                n / root_weight * (self.impurity(parent) - of(left) - of(right))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn the_scan_finds_the_lowest_best_cut_as_a_loop_over_all_cuts_does() {
        let mut rng = stream(9, &[]);
        for n_cells in [1, 2, 3, 8, 9, 16, 17, 100, 256] {
            for least in [1, 3] {
                let target = GradientTarget {
                    format: FixedPoint::new(4 * n_cells, 1.0),
                    improvement: Improvement::Friedman,
                };
                let mut cells = vec![0; n_cells];
                for _ in 0..3 * n_cells {
                    // Few different values, so that cuts tie; many cells stay empty.
                    let value = f64::from(rng.gen_range(-2..=2)) / 2.0;
                    let cell = rng.gen_range(0..n_cells) / 2 * 2;
                    target.add(&mut cells, cell, target.format.encode(value));
                }
                let unit = cells.iter().sum();
                let totals = GradientTotals {
                    unit,
                    square_sum: 1.0,
                };
                let limits = LeafLimits {
                    min_samples: least,
                    min_weight: 0.0,
                };
                let mut naive: Option<Cut> = None;
                for left in 0..n_cells - 1 {
                    let sum = cells[..=left].iter().sum();
                    let rest = cells[left + 1..].iter().position(|&cell| cell != 0);
                    let score = target.score_of(unit, sum, &limits);
                    if let (Some(score), Some(rest)) = (score, rest)
                        && naive.is_none_or(|naive| score > naive.score)
                    {
                        naive = Some(Cut {
                            left,
                            right: left + 1 + rest,
                            score,
                        });
                    }
                }
                let found = |floor| target.best_cut(&totals, &cells, &limits, floor);
                assert_eq!(found(f64::NEG_INFINITY), naive);
                if let Some(naive) = naive {
                    assert_eq!(found(naive.score), Some(naive));
                    assert_eq!(found(naive.score.next_up()), None);
                }
            }
        }
    }
}
