//! The way of a small problem from where the tolerance lets it end to the minimum.
//!
//! Newton's method with the whole matrix, in double precision ([`super::super::exact`]). Steps are
//! not counted. Without any penalty rows that can be separated have no minimum; a problem that does
//! not end within a few steps stays where it was then.

use super::super::columns::exact_scores;
use super::super::exact::{differentiate, is_small};
use super::super::group::GroupSettings;
use super::super::group_loss::{GroupLoss, Verdict};
use super::NewtonGroup;
use fashion_bench_numeric::cholesky::Cholesky;

/// Steps at most, of smooth losses and of those that are minimised by smoothed ones.
const MAX_STEPS: [usize; 2] = [30, 400];

/// Steps of a line search at most: where few rows have any curvature a direction may be 1e9 times too
/// long.
const MAX_HALVINGS: usize = 200;

/// Share of the objective that is not worth another step.
const NOTHING: f64 = 1e-20;

/// Share of the largest curvature that weights without a penalty get for one, in the matrix alone.
const RIDGE: f64 = 1e-13;

impl<L: GroupLoss> NewtonGroup<L> {
    /// Goes on to the minimum if the problem is small and steps are left.
    pub(super) fn refine(&mut self, settings: &GroupSettings<'_>) {
        let mut is_done = self.verdict == Verdict::Done;
        let may_go_on = is_done || self.state.has_steps(settings);
        if !may_go_on || !is_small(settings, self.state.weights.len()) {
            return;
        }
        let is_penalised = settings.ridge.iter().any(|&ridge| ridge > 0.0);
        let before = (self.state.weights.clone(), self.state.z.clone());
        let is_at_minimum = self.step_to_minimum(settings, &mut is_done);
        if !is_at_minimum && !is_penalised {
            (self.state.weights, self.state.z) = before;
        }
        if is_done || is_at_minimum || self.state.loss.is_met() {
            self.verdict = Verdict::Done;
        }
    }

    /// Returns whether the minimum was reached, and sets `is_done` where the tolerance was.
    fn step_to_minimum(&mut self, settings: &GroupSettings<'_>, is_done: &mut bool) -> bool {
        let is_smooth = self.state.loss.duality_gap().is_none();
        self.state.loss.tighten();
        for _ in 0..MAX_STEPS[usize::from(!is_smooth)] {
            self.state.z = exact_scores(settings.design, &self.state.weights);
            let matrix = differentiate(settings, &mut self.state);
            self.assess(settings);
            *is_done |= self.verdict == Verdict::Done;
            if !is_smooth && self.verdict == Verdict::Done || self.gradient_norm == 0.0 {
                return true;
            }
            if self.verdict == Verdict::Changed {
                continue;
            }
            if !self.aim(settings, matrix) {
                return false;
            }
            let q = exact_scores(settings.design, &self.state.direction);
            let (t, slope) = self.length_and_slope(settings, &q, MAX_HALVINGS);
            if t == 0.0 {
                return false;
            }
            self.decrement = -0.5 * slope;
            self.go(t, &q);
            let objective = self.objective(settings);
            if is_smooth && -slope <= NOTHING * objective {
                return true;
            }
        }
        false
    }

    /// Sets the direction to the solution of the system with `matrix`; returns whether there is one.
    fn aim(&mut self, settings: &GroupSettings<'_>, mut matrix: Vec<f64>) -> bool {
        let width = settings.design.width();
        let size = self.state.weights.len() * width;
        let diagonal = |matrix: &[f64], at: usize| matrix[at * size + at];
        let largest = (0..size)
            .map(|at| diagonal(&matrix, at))
            .fold(0.0, f64::max);
        for (at, &ridge) in settings.ridge.iter().cycle().take(size).enumerate() {
            if ridge == 0.0 {
                matrix[at * size + at] += RIDGE * largest;
            }
        }
        let Some(factor) = Cholesky::of_elements(matrix, size) else {
            return false;
        };
        let mut direction: Vec<f64> = self.state.gradient.iter().flatten().map(|g| -g).collect();
        factor.solve_in_place(&mut direction);
        self.state.direction = direction.chunks(width).map(<[f64]>::to_vec).collect();
        true
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::Rng as _;

    use super::super::super::margin::{MarginKind, MarginLoss};
    use super::super::super::solution::Solution;
    use super::super::super::stop::Stop;
    use super::super::minimise;
    use super::*;
    use fashion_bench_numeric::rng::stream;
    use fashion_bench_numeric::tall::Tall;

    /// Fits one problem of 90 rows whose features are of very different scales.
    fn fit(kind: MarginKind, tol: f64) -> Solution {
        let mut rng = stream(8, &[]);
        let scales = [1e6, 1e5, 10.0, 1e4];
        let x = Array2::from_shape_fn((90, 4), |(_, j)| {
            let value: f64 = rng.gen_range(-1.0..1.0);
            (value * scales[j]) as f32
        });
        let mut sign = |row: usize| {
            let score = x[[row, 0]] / 1e6 + x[[row, 1]] / 1e5 + rng.gen_range(-1.0_f32..1.0);
            f64::from(score.signum())
        };
        let y: Vec<f64> = (0..90).map(&mut sign).collect();
        let design = Tall::new(x.view(), Some(0.01));
        let settings = GroupSettings {
            design: &design,
            ridge: &[1.0; 5],
            leverages: &design.leverages(),
            max_iter: 1000,
            seed: 1,
        };
        let loss = MarginLoss::new(kind, y, vec![1.0; 90], Stop::relative(tol, tol), tol);
        minimise(&settings, vec![loss], None).remove(0)
    }

    #[test]
    fn the_answer_to_a_small_problem_does_not_depend_on_the_tolerance() {
        for kind in [
            MarginKind::Logistic,
            MarginKind::SquaredHinge,
            MarginKind::Hinge,
        ] {
            let (coarse, fine) = (fit(kind, 0.1), fit(kind, 1e-6));
            assert!(coarse.converged && fine.converged, "{kind:?} {}", fine.gap);
            let error = (coarse.objective / fine.objective - 1.0).abs();
            assert!(
                error < 1e-9,
                "{kind:?} {} {}",
                coarse.objective,
                fine.objective
            );
        }
    }
}
