//! Iterations of the ascent until the duality gap is small.

use rand::seq::SliceRandom as _;

use super::super::solution::Solution;
use super::ascent::Ascent;
use super::problem::CrammerSinger;
use fashion_bench_numeric::rng::stream;

/// Sweeps of an iteration.
const SWEEPS: usize = 20;

/// Iterations between two looks at the duality gap, which take a product with all rows each.
const CHECK_INTERVAL: usize = 5;

/// Multiply-adds after which the solver ends, as not converged.
const MAX_WORK: f64 = 1e12;

/// Elements of the scores up to which a problem is small, so that it goes on to a gap beyond its
/// tolerance: its answer then does not depend on that.
const MAX_SMALL: usize = 20_000;

/// The gap that a small problem goes on to, and what it has for that: iterations, as a multiple of
/// those that met the tolerance, and multiply-adds.
const SMALL_GAP: f64 = 1e-9;
const MORE_ITERATIONS: usize = 20;
const MORE_WORK: f64 = 3e8;

/// The least primal objective and the largest dual one that were seen.
struct Best {
    primal: f64,
    /// The weights of the least primal objective.
    weights: Vec<Vec<f64>>,
    dual: f64,
}

impl Best {
    fn new() -> Self {
        Self {
            primal: f64::INFINITY,
            weights: Vec::new(),
            dual: f64::NEG_INFINITY,
        }
    }

    fn look(&mut self, ascent: &mut Ascent<'_>) {
        let (primal, dual) = ascent.objectives();
        self.dual = self.dual.max(dual);
        if self.weights.is_empty() || primal < self.primal {
            self.primal = primal;
            self.weights.clone_from(&ascent.weights);
        }
    }

    /// Returns the relative duality gap.
    fn gap(&self) -> f64 {
        (self.primal - self.dual) / self.primal.max(f64::MIN_POSITIVE)
    }
}

/// Returns the weights of the least primal objective that was seen.
pub(in super::super) fn minimise(problem: &CrammerSinger<'_>) -> Solution {
    let mut ascent = Ascent::new(problem);
    let mut rng = stream(problem.seed, &[]);
    let mut best = Best::new();
    let mut n_iter = 0;
    let is_small = problem.codes.len() * problem.n_classes <= MAX_SMALL;
    let mut met: Option<(usize, f64)> = None;
    loop {
        let mut blocks = ascent.blocks(&mut rng);
        for _ in 0..SWEEPS {
            blocks.shuffle(&mut rng);
            ascent.sweep(&mut blocks);
        }
        n_iter += 1;
        let is_last = n_iter == problem.max_iter || ascent.work >= MAX_WORK;
        if is_last || n_iter % CHECK_INTERVAL == 0 {
            best.look(&mut ascent);
            let is_met = best.gap() <= problem.tol;
            if is_met && met.is_none() {
                met = Some((n_iter, ascent.work));
            }
            let goes_on = is_small
                && best.gap() > SMALL_GAP
                && met.is_some_and(|(iterations, work)| {
                    n_iter < MORE_ITERATIONS * iterations && ascent.work < work + MORE_WORK
                });
            if is_last || is_met && !goes_on {
                return Solution {
                    n_iter: met.map_or(n_iter, |(iterations, _)| iterations),
                    converged: is_met,
                    objective: best.primal,
                    gap: best.gap(),
                    weights: best.weights,
                };
            }
        }
        ascent.extrapolate();
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, ArrayView2, Axis, Slice};
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::tall::Tall;

    fn fit(x: ArrayView2<'_, f32>, codes: &[usize], cost: &[f64]) -> Solution {
        let solution = minimise(&CrammerSinger {
            design: &Tall::new(x, None),
            codes,
            n_classes: 3,
            cost,
            tol: 1e-6,
            max_iter: 2000,
            seed: 1,
        });
        assert!(
            solution.converged && solution.gap <= 1e-6,
            "{}",
            solution.gap
        );
        solution
    }

    #[test]
    fn rows_without_cost_or_features_do_no_harm() {
        let mut rng = stream(3, &[]);
        let mut x = Array2::from_shape_fn((60, 5), |_| rng.gen_range(-3.0_f32..3.0));
        x.row_mut(7).fill(0.0);
        let codes: Vec<usize> = (0..60).map(|row| row * row % 3 + row % 2).collect();
        let mut cost = vec![2.0; 60];
        cost[50..].fill(0.0);
        let all = fit(x.view(), &codes, &cost);
        let some = fit(
            x.slice_axis(Axis(0), Slice::from(..50)),
            &codes[..50],
            &cost[..50],
        );
        assert!((all.objective / some.objective - 1.0).abs() < 1e-5);
        for (a, b) in all
            .weights
            .iter()
            .flatten()
            .zip(some.weights.iter().flatten())
        {
            assert!((a - b).abs() < 0.02, "{a} {b}");
        }
    }
}
