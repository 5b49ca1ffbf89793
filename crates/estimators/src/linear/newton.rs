//! Newton's method for several l2-regularised linear problems on the same rows at once.
//!
//! Each *group* of one or more columns of weights minimises
//!
//! ```text
//! ½ Σ_j ridge_j·|w_j|² + Σ_i loss_i(x_i·w)
//! ```
//!
//! with a convex [`GroupLoss`]: one column for a one-vs-rest problem, one per class where the
//! classes are coupled. An iteration is one reading of the rows for the gradients of all groups,
//! one for the products with all directions, and a line search on what those two leave in memory;
//! groups that are done drop out.
//!
//! Directions are found by conjugate gradients ([`super::conjugate_gradients`]), preconditioned by
//! the Cholesky factor of a curvature matrix per column. A [`Curvature`] follows the weights of the
//! rows by adding and taking out only the rows that changed; while most of them do, it is made from
//! a sample of the rows, drawn in proportion to weight times leverage. For a loss whose curvature
//! is known exactly (the hinges) and a single column the factor *is* the Newton system and no
//! conjugate gradients are needed. Cost: O(n·p) per reading, O(m·p²) for m rows changed, O(p³) per
//! factor.
//!
//! A group is done where its loss says so, which for the smooth ones takes a small gradient and a
//! small last step ([`super::stop`]). The line search goes to the root of the directional derivative, to a tenth of its first value
//! ([`find_root`]). Small problems go on to the minimum in double precision ([`refinement`]). Each loss says when it is done ([`Verdict`]). Newton systems are solved to
//! `min(0.1, √(|g|/|g₀|))`, as truncated Newton methods do (Dembo, Eisenstat and Steihaug 1982).

mod refinement;

use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator,
};
use rayon::slice::ParallelSlice;

use super::conjugate_gradients::{self, NewtonSystem};
use super::curvature::{Curvature, Following};
use super::group::{GroupSettings, GroupState, products_along, update_gradients};
use super::group_loss::{GroupLoss, Point, Verdict};
use super::root::find_root;
use super::solution::Solution;

/// Rows that a preconditioner is made from while most of them change: for losses that are followed
/// exactly, for which that is a passing state, and for the others.
const N_SAMPLED: [usize; 2] = [4_000, 10_000];

/// Steps of a line search at most.
const SEARCH_STEPS: usize = 30;

/// Directions in a row that did not decrease the objective before a group is given up.
const MAX_STALLS: usize = 3;

/// Directions with a small gradient that could not be solved for before a group is given up, as not
/// converged: rounding leaves no better ones.
const MAX_UNSOLVED: usize = 3;

/// A group on its way to the minimum.
struct NewtonGroup<L> {
    state: GroupState<L>,
    /// One per column.
    preconditioners: Vec<Curvature>,
    /// Norm of the gradient at zero weights.
    first_norm: f64,
    /// Norm of the gradient; infinite where the last step has not been assessed yet.
    gradient_norm: f64,
    /// [`Point::decrement`].
    decrement: f64,
    /// Directions that were not solved for, though the gradient was small.
    n_unsolved: usize,
    /// Directions in a row that did not decrease the objective.
    n_stalls: usize,
    verdict: Verdict,
}

/// Minimises every group and returns their solutions.
///
/// Starts from zero weights, or from `start`: the solutions of a problem with the same groups. The
/// stopping rules stay relative to the gradient at zero weights.
pub(super) fn minimise<L: GroupLoss>(
    settings: &GroupSettings<'_>,
    losses: Vec<L>,
    start: Option<&[Solution]>,
) -> Vec<Solution> {
    let mut groups: Vec<NewtonGroup<L>> = losses
        .into_iter()
        .map(|loss| NewtonGroup::new(loss, settings))
        .collect();
    if let Some(start) = start {
        assess(settings, &mut groups.iter_mut().collect::<Vec<_>>());
        for (group, solution) in groups.iter_mut().zip(start) {
            group.move_to(settings, &solution.weights);
        }
    }
    loop {
        let mut running: Vec<&mut NewtonGroup<L>> = groups
            .iter_mut()
            .filter(|group| group.is_running(settings))
            .collect();
        if running.is_empty() {
            break;
        }
        assess(settings, &mut running);
        running.retain(|group| {
            group.is_stepping() && group.is_running(settings) && group.state.has_steps(settings)
        });
        if !running.is_empty() {
            step(settings, &mut running);
        }
    }
    let refined = groups.into_par_iter().with_max_len(1).map(|mut group| {
        group.refine(settings);
        group.finish(settings)
    });
    refined.collect()
}

/// Brings the gradients of `groups` up to date and judges each by its loss.
fn assess<L: GroupLoss>(settings: &GroupSettings<'_>, groups: &mut [&mut NewtonGroup<L>]) {
    let mut states: Vec<&mut GroupState<L>> =
        groups.iter_mut().map(|group| &mut group.state).collect();
    update_gradients(settings, &mut states);
    groups
        .par_iter_mut()
        .with_max_len(1)
        .for_each(|group| group.assess(settings));
}

/// Takes a step with each of `groups`.
fn step<L: GroupLoss>(settings: &GroupSettings<'_>, groups: &mut [&mut NewtonGroup<L>]) {
    groups
        .par_iter_mut()
        .with_max_len(1)
        .for_each(|group| group.precondition(settings));
    let systems = groups.iter_mut().map(|group| group.system()).collect();
    conjugate_gradients::solve(settings, systems);
    let products = products_along(settings, groups.iter().map(|group| &group.state));
    let n_columns = products.len() / groups.len();
    groups
        .par_iter_mut()
        .with_max_len(1)
        .zip(products.par_chunks(n_columns))
        .for_each(|(group, q)| group.search(settings, q));
}

impl<L: GroupLoss> NewtonGroup<L> {
    fn new(loss: L, settings: &GroupSettings<'_>) -> Self {
        Self {
            preconditioners: vec![Curvature::default(); loss.n_columns()],
            state: GroupState::new(loss, settings),
            first_norm: 0.0,
            gradient_norm: f64::INFINITY,
            decrement: f64::INFINITY,
            n_unsolved: 0,
            n_stalls: 0,
            verdict: Verdict::Changed,
        }
    }

    fn move_to(&mut self, settings: &GroupSettings<'_>, weights: &[Vec<f64>]) {
        self.state.move_to(settings, weights);
        self.gradient_norm = f64::INFINITY;
        self.verdict = Verdict::Changed;
    }

    fn is_running(&self, settings: &GroupSettings<'_>) -> bool {
        // One assessment is due after the last step.
        let has_steps = self.state.has_steps(settings) || !self.is_stepping();
        self.verdict != Verdict::Done
            && self.n_stalls < MAX_STALLS
            && (has_steps && self.n_unsolved < MAX_UNSOLVED || self.is_fresh())
    }

    /// Whether a step comes next.
    fn is_stepping(&self) -> bool {
        matches!(self.verdict, Verdict::Step | Verdict::StepOn)
    }

    /// Whether the last step has not been assessed yet.
    fn is_fresh(&self) -> bool {
        self.gradient_norm.is_infinite()
    }

    fn assess(&mut self, settings: &GroupSettings<'_>) {
        let (mut half_norm, mut half_dual, mut half_gradient) = (0.0, 0.0, 0.0);
        let (mut square, mut largest) = (0.0_f64, 0.0_f64);
        for (w, g) in self.state.weights.iter().zip(&self.state.gradient) {
            for ((&w, &g), &ridge) in w.iter().zip(g).zip(settings.ridge) {
                half_norm += 0.5 * ridge * w * w;
                square += g * g;
                largest = largest.max(g.abs());
                if ridge > 0.0 {
                    half_gradient += 0.5 * g * g / ridge;
                    half_dual += 0.5 * (ridge * w - g).powi(2) / ridge;
                }
            }
        }
        self.gradient_norm = square.sqrt();
        if self.state.n_iter == 0 && self.first_norm == 0.0 {
            self.first_norm = self.gradient_norm;
        }
        self.verdict = self.state.loss.assess(&Point {
            z: &self.state.z,
            half_norm,
            half_norm_dual: half_dual,
            half_gradient,
            gradient_norm: self.gradient_norm,
            gradient_max: largest,
            first_norm: self.first_norm,
            decrement: self.decrement,
            is_penalised: settings.ridge.iter().any(|&ridge| ridge > 0.0),
        });
    }

    fn precondition(&mut self, settings: &GroupSettings<'_>) {
        let lag = self.state.loss.lag();
        let n_sampled = N_SAMPLED[usize::from(lag > 0.0)];
        let seed = settings.seed;
        self.preconditioners
            .par_iter_mut()
            .with_max_len(1)
            .zip(&self.state.curvatures)
            .enumerate()
            .for_each(|(column, (preconditioner, weights))| {
                let how = Following {
                    lag,
                    n_sampled,
                    leverages: settings.leverages,
                    seed: seed + column as u64,
                };
                preconditioner.follow(settings.design, settings.ridge, weights, &how);
            });
    }

    /// Returns the system that the direction solves, to `min(0.1, √(|g|/|g₀|))`.
    fn system(&mut self) -> NewtonSystem<'_, L> {
        let forcing = (self.gradient_norm / self.first_norm)
            .sqrt()
            .clamp(1e-3, 0.1);
        NewtonSystem {
            state: &mut self.state,
            preconditioners: &self.preconditioners,
            forcing,
        }
    }

    /// Goes to the root of the derivative along the direction, whose products with the rows are
    /// `q`.
    fn search(&mut self, settings: &GroupSettings<'_>, q: &[Vec<f32>]) {
        let (t, slope) = self.length_and_slope(settings, q, SEARCH_STEPS);
        // Half-way to the solution of its system a direction says little of what is left.
        self.decrement = if self.state.is_solved {
            -0.5 * slope
        } else {
            f64::INFINITY
        };
        if !self.state.is_solved && self.verdict == Verdict::StepOn {
            self.n_unsolved += 1;
        }
        self.n_stalls = if t > 0.0 { 0 } else { self.n_stalls + 1 };
        self.go(t, q);
        self.state.n_iter += 1;
        if t > 0.0 {
            self.gradient_norm = f64::INFINITY;
        }
    }

    /// Moves weights and scores by `t` times the direction, whose products with the rows are `q`.
    fn go<Q: Copy + Into<f64>>(&mut self, t: f64, q: &[Vec<Q>]) {
        self.state.move_weights(t);
        for (z, q) in self.state.z.iter_mut().zip(q) {
            for (z, &q) in z.iter_mut().zip(q) {
                let q: f64 = q.into();
                *z += t * q;
            }
        }
    }

    /// Returns how far to go along the direction, whose products with the rows are `q`, and the
    /// derivative at its start.
    fn length_and_slope<Q: Copy + Into<f64>>(
        &self,
        settings: &GroupSettings<'_>,
        q: &[Vec<Q>],
        max_steps: usize,
    ) -> (f64, f64) {
        let (mut linear, mut square, mut slope) = (0.0, 0.0, 0.0);
        for ((w, d), g) in self
            .state
            .weights
            .iter()
            .zip(&self.state.direction)
            .zip(&self.state.gradient)
        {
            for (((&w, &d), &g), &ridge) in w.iter().zip(d).zip(g).zip(settings.ridge) {
                linear += ridge * w * d;
                square += ridge * d * d;
                slope += g * d;
            }
        }
        let derivative = |t: f64| {
            let (first, second) = self.state.loss.along(&self.state.z, q, t);
            (first + linear + t * square, second + square)
        };
        let t = if slope < 0.0 {
            find_root(max_steps, derivative)
        } else {
            0.0
        };
        (t, slope)
    }

    /// Returns the objective with the problem's own loss.
    fn objective(&self, settings: &GroupSettings<'_>) -> f64 {
        let half_norm: f64 = self
            .state
            .weights
            .iter()
            .flat_map(|w| w.iter().zip(settings.ridge))
            .map(|(w, ridge)| 0.5 * ridge * w * w)
            .sum();
        half_norm + self.state.loss.value(&self.state.z)
    }

    fn finish(self, settings: &GroupSettings<'_>) -> Solution {
        let objective = self.objective(settings);
        let state = self.state;
        let relative_gradient = self.gradient_norm / self.first_norm.max(f64::MIN_POSITIVE);
        Solution {
            n_iter: state.n_iter,
            converged: self.verdict == Verdict::Done,
            objective,
            gap: state.loss.duality_gap().unwrap_or(relative_gradient),
            weights: state.weights,
        }
    }
}
