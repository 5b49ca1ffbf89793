//! Proximal Newton for several problems with an l1 term on the same rows.
//!
//! Each problem minimises, over weights that may include a constant feature's,
//!
//! ```text
//! Σ_j l1_j·|w_j| + ½ Σ_j ridge_j·w_j² + Σ_i loss_i(x_i·w)
//! ```
//!
//! As in newGLMNET (Yuan, Ho and Lin 2012, Algorithm 5) a step minimises the quadratic model of
//! the smooth part plus the l1 term ([`L1Model`]), then halves until the objective falls enough
//! (their equation 24, σ = 0.01). Unlike theirs, the model's matrix is formed ([`Curvature`]),
//! so that a coordinate costs O(p) and not O(n), and only rows whose weight changed are summed
//! anew. The matrix may be inexact; the gradient and the objective never are.
//!
//! Stopping rule: the sum of violations of the optimality conditions is at most `tol` times the
//! one at zero weights. Small problems go on to the minimum in double precision ([`refinement`]).

mod refinement;

use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator,
};
use rayon::slice::ParallelSlice;

use super::curvature::{Curvature, Following};
use super::group::{GroupSettings, GroupState, products_along, update_gradients};
use super::group_loss::GroupLoss;
use super::l1_model::{L1Model, violation};
use super::solution::Solution;

/// Halvings of a step.
const MAX_HALVINGS: usize = 20;

/// A step cut below this was of a bad model: no more samples for this problem.
const TRUSTED: f64 = 0.2;

/// Fraction of the predicted decrease that a step must reach.
const SUFFICIENT: f64 = 0.01;

/// How far the weight of a row in the model's matrix may be off, as a fraction of the larger.
const LAG: f64 = 0.2;

/// Rows that the model's matrix is made from while most of them change.
const N_SAMPLED: usize = 12_000;

/// A group on its way to the minimum.
struct ProximalGroup<'a, L> {
    state: GroupState<L>,
    /// Weight of each coefficient's absolute value.
    l1: &'a [f64],
    /// What the violations must come down to, as a fraction of those at zero weights.
    tol: f64,
    /// One per column.
    matrices: Vec<Curvature>,
    objective: f64,
    /// Sum of the violations at zero weights.
    first_violation: f64,
    /// Sum of the violations; infinite where the last step has not been judged yet.
    violation: f64,
    is_stuck: bool,
}

/// Where a step ends: the scores, column by column, and the objective.
struct Reached {
    z: Vec<Vec<f64>>,
    objective: f64,
}

/// Minimises every problem from zero weights or from `start`, the solutions of like problems.
/// `l1` holds a weight per coefficient, `tols` a tolerance per problem.
pub(super) fn minimise<L: GroupLoss>(
    settings: &GroupSettings<'_>,
    l1: &[f64],
    tols: &[f64],
    losses: Vec<L>,
    start: Option<&[Solution]>,
) -> Vec<Solution> {
    let mut groups: Vec<ProximalGroup<'_, L>> = losses
        .into_iter()
        .zip(tols)
        .map(|(loss, &tol)| ProximalGroup::new(loss, l1, tol, settings))
        .collect();
    if let Some(start) = start {
        judge(settings, &mut groups.iter_mut().collect::<Vec<_>>());
        for (group, solution) in groups.iter_mut().zip(start) {
            group.move_to(settings, &solution.weights);
        }
    }
    loop {
        let mut running: Vec<&mut ProximalGroup<'_, L>> = groups
            .iter_mut()
            .filter(|group| group.is_running(settings))
            .collect();
        if running.is_empty() {
            break;
        }
        judge(settings, &mut running);
        running.retain(|group| group.is_running(settings) && group.state.has_steps(settings));
        if running.is_empty() {
            break;
        }
        step(settings, &mut running);
    }
    let refined = groups.into_par_iter().with_max_len(1).map(|mut group| {
        group.refine(settings);
        group.finish()
    });
    refined.collect()
}

/// Brings the gradients of `groups` up to date and sums their violations.
fn judge<L: GroupLoss>(settings: &GroupSettings<'_>, groups: &mut [&mut ProximalGroup<'_, L>]) {
    let mut states: Vec<_> = groups.iter_mut().map(|group| &mut group.state).collect();
    update_gradients(settings, &mut states);
    for group in groups {
        group.judge();
    }
}

/// Takes a step with each of `groups`.
fn step<L: GroupLoss>(settings: &GroupSettings<'_>, groups: &mut [&mut ProximalGroup<'_, L>]) {
    groups
        .par_iter_mut()
        .with_max_len(1)
        .for_each(|group| group.minimise_model(settings));
    let products = products_along(settings, groups.iter().map(|group| &group.state));
    let n_columns = products.len() / groups.len();
    groups
        .par_iter_mut()
        .with_max_len(1)
        .zip(products.par_chunks(n_columns))
        .for_each(|(group, q)| group.search(settings, q));
}

impl<'a, L: GroupLoss> ProximalGroup<'a, L> {
    fn new(loss: L, l1: &'a [f64], tol: f64, settings: &GroupSettings<'_>) -> Self {
        let state = GroupState::new(loss, settings);
        Self {
            objective: state.loss.value(&state.z),
            matrices: vec![Curvature::for_model(); state.weights.len()],
            state,
            l1,
            tol,
            first_violation: 0.0,
            violation: f64::INFINITY,
            is_stuck: false,
        }
    }

    fn move_to(&mut self, settings: &GroupSettings<'_>, weights: &[Vec<f64>]) {
        self.state.move_to(settings, weights);
        self.objective = self.penalty(settings, 0.0) + self.state.loss.value(&self.state.z);
        self.violation = f64::INFINITY;
    }

    /// Whether it is neither done nor stuck; one whose last step is still to be judged is running.
    fn is_running(&self, settings: &GroupSettings<'_>) -> bool {
        let has_steps = self.state.has_steps(settings) || self.violation.is_infinite();
        !self.is_done() && !self.is_stuck && has_steps
    }

    fn is_done(&self) -> bool {
        self.violation <= self.tol * self.first_violation
    }

    fn judge(&mut self) {
        let mut total = 0.0;
        for (w, g) in self.state.weights.iter().zip(&self.state.gradient) {
            for ((&w, &g), &l1) in w.iter().zip(g).zip(self.l1) {
                total += violation(w, g, l1);
            }
        }
        self.violation = total;
        if self.state.n_iter == 0 && self.first_violation == 0.0 {
            self.first_violation = total;
        }
    }

    /// Returns the penalty `t` steps ahead.
    fn penalty(&self, settings: &GroupSettings<'_>, t: f64) -> f64 {
        let columns = self.state.weights.iter().zip(&self.state.direction);
        columns
            .flat_map(|(w, d)| w.iter().zip(d).zip(self.l1.iter().zip(settings.ridge)))
            .map(|((w, d), (l1, ridge))| {
                let w = w + t * d;
                l1 * w.abs() + 0.5 * ridge * w * w
            })
            .sum()
    }

    /// Sets the direction to the minimiser of the quadratic model with the l1 term; the coupling
    /// of columns is left out of the model.
    fn minimise_model(&mut self, settings: &GroupSettings<'_>) {
        let lag = if self.state.loss.lag() > 0.0 {
            LAG
        } else {
            0.0
        };
        let target = 0.05 * self.violation / self.state.weights.len() as f64;
        let l1 = self.l1;
        let GroupState {
            curvatures,
            weights,
            gradient,
            direction,
            ..
        } = &mut self.state;
        let columns = self
            .matrices
            .par_iter_mut()
            .with_max_len(1)
            .zip(curvatures)
            .zip(weights);
        columns.zip(gradient).zip(direction).enumerate().for_each(
            |(column, ((((matrix, curvatures), weights), gradient), direction))| {
                let seed = settings.seed + column as u64;
                let how = Following {
                    lag,
                    n_sampled: N_SAMPLED,
                    leverages: settings.leverages,
                    seed,
                };
                matrix.follow(settings.design, settings.ridge, curvatures, &how);
                let model = L1Model::new(matrix.matrix(), weights, gradient, l1);
                let point = model.minimise(target);
                for ((direction, point), w) in direction.iter_mut().zip(&point).zip(weights) {
                    *direction = point - *w;
                }
            },
        );
    }

    /// Goes along the direction, whose products with the rows are `q`, as far as the objective
    /// falls enough.
    fn search(&mut self, settings: &GroupSettings<'_>, q: &[Vec<f32>]) {
        let (t, accepted) = self.length(settings, q);
        self.state.n_iter += 1;
        let was_sampled = self.matrices.iter().any(Curvature::is_sampled);
        if t < TRUSTED {
            self.matrices.iter_mut().for_each(Curvature::need_all_rows);
        }
        let Some(accepted) = accepted else {
            self.is_stuck = !was_sampled;
            return;
        };
        self.go(t, accepted);
    }

    /// Moves the weights by `t` times the direction, to these scores and this objective.
    fn go(&mut self, t: f64, Reached { z, objective }: Reached) {
        self.state.z = z;
        self.objective = objective;
        self.violation = f64::INFINITY;
        self.state.move_weights(t);
    }

    /// Returns how far to go along the direction, whose products with the rows are `q`, with the
    /// scores and the objective there; none if the objective does not fall enough.
    fn length<Q: Copy + Into<f64>>(
        &self,
        settings: &GroupSettings<'_>,
        q: &[Vec<Q>],
    ) -> (f64, Option<Reached>) {
        let predicted = self.predicted();
        let mut t = 1.0;
        for _ in 0..MAX_HALVINGS {
            let along = |(z, q): (&Vec<f64>, &Vec<Q>)| -> Vec<f64> {
                let move_by = |(z, &q): (&f64, &Q)| {
                    let q: f64 = q.into();
                    z + t * q
                };
                z.iter().zip(q).map(move_by).collect()
            };
            let z: Vec<Vec<f64>> = self.state.z.iter().zip(q).map(along).collect();
            let objective = self.penalty(settings, t) + self.state.loss.value(&z);
            if objective - self.objective <= SUFFICIENT * t * predicted {
                return (t, Some(Reached { z, objective }));
            }
            t *= 0.5;
        }
        (t, None)
    }

    /// Returns the change of the objective over the whole direction, as far as slopes tell.
    fn predicted(&self) -> f64 {
        let GroupState {
            weights,
            gradient,
            direction,
            ..
        } = &self.state;
        let mut predicted = 0.0;
        for ((w, d), g) in weights.iter().zip(direction).zip(gradient) {
            for (((w, d), g), l1) in w.iter().zip(d).zip(g).zip(self.l1) {
                predicted += g * d + l1 * ((w + d).abs() - w.abs());
            }
        }
        predicted
    }

    fn finish(self) -> Solution {
        Solution {
            converged: self.is_done(),
            n_iter: self.state.n_iter,
            objective: self.objective,
            gap: self.violation / self.first_violation.max(f64::MIN_POSITIVE),
            weights: self.state.weights,
        }
    }
}
