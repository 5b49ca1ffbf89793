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
//! (their equation 24, σ = 0.01). Different from it, the model's matrix is formed ([`Curvature`]),
//! so that a coordinate costs O(p) and not O(n), and only rows whose weight changed are summed
//! anew. The matrix may be inexact; the gradient and the objective never are.
//!
//! Stopping rule: the sum of violations of the optimality conditions is at most `tol` times the
//! one at zero weights.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::curvature::{Curvature, Following};
use super::l1_model::{L1Model, violation};
use super::newton::{GroupLoss, Settings, Solution, scores, to_single};

/// Halvings of a step.
const MAX_HALVINGS: usize = 20;

/// A step cut below this was of a bad model: no more samples for this problem.
const TRUSTED: f64 = 0.2;

/// Fraction of the predicted decrease that a step must reach.
const SUFFICIENT: f64 = 0.01;

/// How exactly the model's matrix follows the rows: a fraction of a row's weight, and the rows
/// drawn while most of them change.
const LAG: f64 = 0.2;
const N_SAMPLED: usize = 12_000;

struct Problem<L> {
    loss: L,
    weights: Vec<Vec<f64>>,
    z: Vec<Vec<f64>>,
    slopes: Vec<Vec<f32>>,
    curvatures: Vec<Vec<f32>>,
    gradient: Vec<Vec<f64>>,
    matrices: Vec<Curvature>,
    step: Vec<Vec<f64>>,
    objective: f64,
    first_violation: f64,
    violation: f64,
    n_iter: usize,
    is_stuck: bool,
}

/// Minimises every problem from zero weights or from `start`, the solutions of like problems.
/// `l1` holds a weight a coefficient, `tols` a tolerance a problem.
pub(super) fn minimise<L: GroupLoss>(
    settings: &Settings<'_>,
    l1: &[f64],
    tols: &[f64],
    losses: Vec<L>,
    start: Option<&[Solution]>,
) -> Vec<Solution> {
    let mut problems: Vec<Problem<L>> = losses
        .into_iter()
        .map(|loss| Problem::new(loss, settings))
        .collect();
    if let Some(start) = start {
        update_gradients(settings, l1, &mut problems.iter_mut().collect::<Vec<_>>());
        for (problem, solution) in problems.iter_mut().zip(start) {
            problem.move_to(settings, l1, &solution.weights);
        }
    }
    loop {
        let mut running = running(settings, tols, &mut problems);
        if running.is_empty() {
            break;
        }
        update_gradients(settings, l1, &mut running);
        let mut stepping: Vec<&mut Problem<L>> = self::running(settings, tols, &mut problems);
        stepping.retain(|problem| problem.n_iter < settings.max_iter);
        if stepping.is_empty() {
            break;
        }
        stepping
            .par_iter_mut()
            .with_max_len(1)
            .for_each(|problem| problem.model_step(settings, l1));
        let columns: Vec<Vec<f32>> = stepping
            .iter()
            .flat_map(|problem| to_single(&problem.step))
            .collect();
        let products = settings.design.times(&columns);
        let n_columns = stepping[0].step.len();
        stepping
            .par_iter_mut()
            .with_max_len(1)
            .enumerate()
            .for_each(|(idx, problem)| {
                problem.search(
                    settings,
                    l1,
                    &products[idx * n_columns..(idx + 1) * n_columns],
                );
            });
    }
    let finish = |(problem, &tol): (Problem<L>, &f64)| Solution {
        converged: problem.is_done(tol),
        n_iter: problem.n_iter,
        objective: problem.objective,
        relative_gradient: problem.violation / problem.first_violation.max(f64::MIN_POSITIVE),
        weights: problem.weights,
    };
    problems.into_iter().zip(tols).map(finish).collect()
}

/// The problems that are neither done nor stuck; those whose last step is still to be judged
/// count in.
fn running<'a, L: GroupLoss>(
    settings: &Settings<'_>,
    tols: &[f64],
    problems: &'a mut [Problem<L>],
) -> Vec<&'a mut Problem<L>> {
    let is_running = |problem: &Problem<L>, tol: f64| {
        let has_steps = problem.n_iter < settings.max_iter || problem.violation.is_infinite();
        !problem.is_done(tol) && !problem.is_stuck && has_steps
    };
    problems
        .iter_mut()
        .zip(tols)
        .filter(|(problem, tol)| is_running(problem, **tol))
        .map(|(problem, _)| problem)
        .collect()
}

fn update_gradients<L: GroupLoss>(
    settings: &Settings<'_>,
    l1: &[f64],
    problems: &mut [&mut Problem<L>],
) {
    problems.par_iter_mut().with_max_len(1).for_each(|problem| {
        let Problem {
            loss,
            z,
            slopes,
            curvatures,
            ..
        } = &mut **problem;
        loss.derivatives(z, slopes, curvatures);
    });
    let columns: Vec<Vec<f32>> = problems
        .iter()
        .flat_map(|problem| problem.slopes.iter().cloned())
        .collect();
    let mut gradients = settings.design.transposed_times(&columns).into_iter();
    for problem in problems.iter_mut() {
        let Problem {
            weights, gradient, ..
        } = &mut **problem;
        let mut total = 0.0;
        for (w, gradient) in weights.iter().zip(gradient) {
            *gradient = gradients.next().expect("one for each column");
            for (j, g) in gradient.iter_mut().enumerate() {
                *g += settings.ridge[j] * w[j];
                total += violation(w[j], *g, l1[j]);
            }
        }
        problem.violation = total;
        if problem.n_iter == 0 && problem.first_violation == 0.0 {
            problem.first_violation = total;
        }
    }
}

impl<L: GroupLoss> Problem<L> {
    fn new(loss: L, settings: &Settings<'_>) -> Self {
        let (n_rows, width) = (settings.design.n_rows(), settings.design.width());
        let n_columns = loss.n_columns();
        let z = vec![vec![0.0; n_rows]; n_columns];
        Self {
            objective: loss.value(&z),
            z,
            weights: vec![vec![0.0; width]; n_columns],
            slopes: vec![vec![0.0; n_rows]; n_columns],
            curvatures: vec![vec![0.0; n_rows]; n_columns],
            gradient: vec![vec![0.0; width]; n_columns],
            matrices: vec![Curvature::for_model(); n_columns],
            step: vec![vec![0.0; width]; n_columns],
            first_violation: 0.0,
            violation: f64::INFINITY,
            n_iter: 0,
            is_stuck: false,
            loss,
        }
    }

    fn move_to(&mut self, settings: &Settings<'_>, l1: &[f64], weights: &[Vec<f64>]) {
        self.weights = weights.to_vec();
        self.z = scores(settings.design, weights);
        self.objective = self.penalty(settings, l1, 0.0) + self.loss.value(&self.z);
        self.violation = f64::INFINITY;
    }

    /// The penalty `t` steps ahead.
    fn penalty(&self, settings: &Settings<'_>, l1: &[f64], t: f64) -> f64 {
        let columns = self.weights.iter().zip(&self.step);
        columns
            .flat_map(|(w, d)| w.iter().zip(d).zip(l1.iter().zip(settings.ridge)))
            .map(|((w, d), (l1, ridge))| {
                let w = w + t * d;
                l1 * w.abs() + 0.5 * ridge * w * w
            })
            .sum()
    }

    fn is_done(&self, tol: f64) -> bool {
        self.violation <= tol * self.first_violation
    }

    /// Sets `step` to the minimiser of the quadratic model with the l1 term; the coupling of
    /// columns is left out of the model.
    fn model_step(&mut self, settings: &Settings<'_>, l1: &[f64]) {
        let lag = if self.loss.lag() > 0.0 { LAG } else { 0.0 };
        let target = 0.05 * self.violation / self.weights.len() as f64;
        let Self {
            matrices,
            curvatures,
            weights,
            gradient,
            step,
            ..
        } = self;
        let columns = matrices
            .par_iter_mut()
            .with_max_len(1)
            .zip(curvatures)
            .zip(weights);
        columns.zip(gradient).zip(step).enumerate().for_each(
            |(column, ((((matrix, curvatures), weights), gradient), step))| {
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
                for ((step, point), w) in step.iter_mut().zip(&point).zip(weights) {
                    *step = point - *w;
                }
            },
        );
    }

    fn search(&mut self, settings: &Settings<'_>, l1: &[f64], q: &[Vec<f32>]) {
        let mut predicted = 0.0;
        for ((w, d), g) in self.weights.iter().zip(&self.step).zip(&self.gradient) {
            for (((w, d), g), l1) in w.iter().zip(d).zip(g).zip(l1) {
                predicted += g * d + l1 * ((w + d).abs() - w.abs());
            }
        }
        let mut t = 1.0;
        let mut accepted = None;
        for _ in 0..MAX_HALVINGS {
            let along = |(z, q): (&Vec<f64>, &Vec<f32>)| -> Vec<f64> {
                z.iter()
                    .zip(q)
                    .map(|(z, &q)| z + t * f64::from(q))
                    .collect()
            };
            let z: Vec<Vec<f64>> = self.z.iter().zip(q).map(along).collect();
            let objective = self.penalty(settings, l1, t) + self.loss.value(&z);
            if objective - self.objective <= SUFFICIENT * t * predicted {
                accepted = Some((z, objective));
                break;
            }
            t *= 0.5;
        }
        self.n_iter += 1;
        let was_sampled = self.matrices.iter().any(Curvature::is_sampled);
        if t < TRUSTED {
            self.matrices.iter_mut().for_each(Curvature::need_all_rows);
        }
        let Some((z, objective)) = accepted else {
            self.is_stuck = !was_sampled;
            return;
        };
        self.z = z;
        self.objective = objective;
        // To be judged anew.
        self.violation = f64::INFINITY;
        for (w, d) in self.weights.iter_mut().zip(&self.step) {
            for (w, d) in w.iter_mut().zip(d) {
                *w += t * d;
            }
        }
    }
}
