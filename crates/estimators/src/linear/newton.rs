//! Newton's method for several l2-regularised linear problems on the same rows at once.
//!
//! Each *group* of one or more columns of weights minimises
//!
//! ```text
//! ½ Σ_j ridge_j·|w_j|² + Σ_i loss_i(x_i·w)
//! ```
//!
//! with a convex [`GroupLoss`]: one column for a one-vs-rest problem, one a class where the
//! classes are coupled. An iteration is one reading of the rows for the gradients of all groups,
//! one for the products with all directions, and a line search on what those two leave in memory;
//! groups that are done drop out.
//!
//! Directions are conjugate gradients, preconditioned by the Cholesky factor of a curvature
//! matrix (one a column, the coupling left out). A [`Curvature`] follows the weights of the rows
//! by adding and taking out only the rows that changed; while most of them do, it is made from a
//! sample of the rows, drawn in proportion to weight times leverage. For a loss whose curvature is
//! known exactly (the hinges) and a single column the factor *is* the Newton system and no
//! conjugate gradients are needed. Cost: O(n·p) a reading, O(m·p²) for m rows changed, O(p³) a
//! factor.
//!
//! Line search and stopping rule: the root of the directional derivative to a tenth of its first
//! value; each loss says when it is done ([`Verdict`]). Newton systems are solved to
//! `min(0.1, √(|g|/|g₀|))`, as truncated Newton methods do (Dembo, Eisenstat and Steihaug 1982).

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::curvature::{Curvature, Following};
use super::root::find_root;
use fashion_bench_numeric::tall::Tall;

/// Conjugate gradient steps of one direction at most.
const MAX_CG: usize = 150;

/// Rows that a preconditioner is made from while most of them change: for losses that are followed
/// exactly, for which that is a passing state, and for the others.
const N_SAMPLED: [usize; 2] = [4_000, 10_000];

/// Directions in a row that did not decrease the objective before a group is given up.
const MAX_STALLS: usize = 3;

/// A convex loss over all rows as a function of their scores.
///
/// Scores, gradients and curvatures are class-major: one vector of `n_rows` for each column of
/// the group.
pub(super) trait GroupLoss: Send + Sync {
    /// Columns of the group.
    fn n_columns(&self) -> usize;

    /// How far a row's weight in the preconditioner may be off, as a fraction of the larger; 0
    /// for a loss whose curvature takes few values and must be followed exactly.
    fn lag(&self) -> f64;

    /// Gradient and diagonal of the curvature with respect to the scores `z`.
    fn derivatives(&mut self, z: &[Vec<f64>], slopes: &mut [Vec<f32>], curvatures: &mut [Vec<f32>]);

    /// Replaces `v` by the curvature of row `row_idx` at the last derivatives, times `v`.
    fn apply_curvature(&self, row_idx: usize, curvatures: &[Vec<f32>], v: &mut [f32]);

    /// First and second derivative at `t` of the loss along `z + t·q`.
    fn along(&self, z: &[Vec<f64>], q: &[Vec<f32>], t: f64) -> (f64, f64);

    /// The loss at the scores `z`: the problem's own, where a smoothed one is minimised.
    fn value(&self, z: &[Vec<f64>]) -> f64;

    /// Judges the point that [`Self::derivatives`] last saw; may change the smoothing.
    fn assess(&mut self, point: &Point<'_>) -> Verdict;
}

/// What a loss is told of the current point.
pub(super) struct Point<'a> {
    /// Scores of each column.
    pub z: &'a [Vec<f64>],
    /// `½ Σ_j ridge_j·|w_j|²`.
    pub half_norm: f64,
    /// The same for the weights that the gradient of the loss alone would give.
    pub half_norm_dual: f64,
    /// `½ Σ_j g_j²/ridge_j` where the ridge is not 0.
    pub half_gradient: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// Largest absolute element of the gradient.
    pub gradient_max: f64,
    /// Euclidean norm of the gradient at zero weights.
    pub first_norm: f64,
}

/// What to do with a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Take a step.
    Step,
    /// The loss has changed: look again before stepping.
    Changed,
    /// The stopping rule is met.
    Done,
}

/// A group's weights and how it went.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// One weight vector a column, the constant feature's last.
    pub weights: Vec<Vec<f64>>,
    /// Steps taken.
    pub n_iter: usize,
    /// Whether the loss called it done.
    pub converged: bool,
    /// Objective with the problem's own loss.
    pub objective: f64,
    /// Norm of the gradient relative to the one at zero weights.
    pub relative_gradient: f64,
}

/// What all groups share.
pub(super) struct Settings<'a> {
    /// The rows.
    pub design: &'a Tall<'a>,
    /// Weight of each coefficient's square.
    pub ridge: &'a [f64],
    /// [`Tall::leverages`].
    pub leverages: &'a [f32],
    /// Steps at most.
    pub max_iter: usize,
    /// Seed of the preconditioner's samples.
    pub seed: u64,
}

struct Group<L> {
    loss: L,
    weights: Vec<Vec<f64>>,
    z: Vec<Vec<f64>>,
    slopes: Vec<Vec<f32>>,
    curvatures: Vec<Vec<f32>>,
    gradient: Vec<Vec<f64>>,
    direction: Vec<Vec<f64>>,
    preconditioners: Vec<Curvature>,
    first_norm: f64,
    gradient_norm: f64,
    n_iter: usize,
    n_stalls: usize,
    verdict: Verdict,
}

/// Minimises every group; the losses are handed back with their solutions.
///
/// From zero weights, or from `start`: the solutions of a problem with the same groups. The
/// stopping rules stay relative to the gradient at zero weights.
pub(super) fn minimise<L: GroupLoss>(
    settings: &Settings<'_>,
    losses: Vec<L>,
    start: Option<&[Solution]>,
) -> Vec<(L, Solution)> {
    let mut groups: Vec<Group<L>> = losses
        .into_iter()
        .map(|loss| Group::new(loss, settings))
        .collect();
    if let Some(start) = start {
        update_gradients(settings, &mut groups.iter_mut().collect::<Vec<_>>());
        for (group, solution) in groups.iter_mut().zip(start) {
            group.move_to(settings, &solution.weights);
        }
    }
    loop {
        let mut running: Vec<&mut Group<L>> = groups
            .iter_mut()
            .filter(|group| group.is_running(settings))
            .collect();
        if running.is_empty() {
            break;
        }
        update_gradients(settings, &mut running);
        let mut stepping: Vec<&mut Group<L>> = running
            .into_iter()
            .filter(|group| group.verdict == Verdict::Step && group.has_steps(settings))
            .collect();
        if stepping.is_empty() {
            continue;
        }
        stepping
            .par_iter_mut()
            .with_max_len(1)
            .for_each(|group| group.precondition(settings));
        conjugate_gradients(settings, &mut stepping);
        search(settings, &mut stepping);
    }
    groups
        .into_iter()
        .map(|group| group.finish(settings))
        .collect()
}

impl<L: GroupLoss> Group<L> {
    fn new(loss: L, settings: &Settings<'_>) -> Self {
        let (n_columns, n_rows) = (loss.n_columns(), settings.design.n_rows());
        let width = settings.design.width();
        Self {
            weights: vec![vec![0.0; width]; n_columns],
            z: vec![vec![0.0; n_rows]; n_columns],
            slopes: vec![vec![0.0; n_rows]; n_columns],
            curvatures: vec![vec![0.0; n_rows]; n_columns],
            gradient: vec![Vec::new(); n_columns],
            direction: vec![vec![0.0; width]; n_columns],
            preconditioners: vec![Curvature::default(); n_columns],
            first_norm: 0.0,
            gradient_norm: f64::INFINITY,
            n_iter: 0,
            n_stalls: 0,
            verdict: Verdict::Changed,
            loss,
        }
    }

    fn is_running(&self, settings: &Settings<'_>) -> bool {
        // One assessment is due after the last step.
        let has_steps = self.has_steps(settings) || self.verdict != Verdict::Step;
        self.verdict != Verdict::Done
            && self.n_stalls < MAX_STALLS
            && (has_steps || self.is_fresh())
    }

    fn move_to(&mut self, settings: &Settings<'_>, weights: &[Vec<f64>]) {
        self.weights = weights.to_vec();
        self.z = scores(settings.design, weights);
        self.gradient_norm = f64::INFINITY;
        self.verdict = Verdict::Changed;
    }

    /// Whether another step may be taken.
    fn has_steps(&self, settings: &Settings<'_>) -> bool {
        self.n_iter < settings.max_iter
    }

    /// Whether the last step has not been assessed yet.
    fn is_fresh(&self) -> bool {
        self.gradient_norm.is_infinite()
    }

    fn assess(&mut self, settings: &Settings<'_>) {
        let (mut half_norm, mut half_dual, mut half_gradient) = (0.0, 0.0, 0.0);
        let (mut square, mut largest) = (0.0_f64, 0.0_f64);
        for (w, g) in self.weights.iter().zip(&self.gradient) {
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
        if self.n_iter == 0 && self.first_norm == 0.0 {
            self.first_norm = self.gradient_norm;
        }
        self.verdict = self.loss.assess(&Point {
            z: &self.z,
            half_norm,
            half_norm_dual: half_dual,
            half_gradient,
            gradient_norm: self.gradient_norm,
            gradient_max: largest,
            first_norm: self.first_norm,
        });
    }

    fn precondition(&mut self, settings: &Settings<'_>) {
        let lag = self.loss.lag();
        let n_sampled = N_SAMPLED[usize::from(lag > 0.0)];
        let seed = settings.seed;
        self.preconditioners
            .par_iter_mut()
            .with_max_len(1)
            .zip(&self.curvatures)
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

    /// Whether the preconditioner is the inverse of the curvature.
    fn is_direct(&self) -> bool {
        self.preconditioners.len() == 1 && self.preconditioners[0].is_exact()
    }

    fn step(&mut self, settings: &Settings<'_>, q: &[Vec<f32>]) {
        let (mut linear, mut square, mut slope) = (0.0, 0.0, 0.0);
        for ((w, d), g) in self.weights.iter().zip(&self.direction).zip(&self.gradient) {
            for (((&w, &d), &g), &ridge) in w.iter().zip(d).zip(g).zip(settings.ridge) {
                linear += ridge * w * d;
                square += ridge * d * d;
                slope += g * d;
            }
        }
        let derivative = |t: f64| {
            let (first, second) = self.loss.along(&self.z, q, t);
            (first + linear + t * square, second + square)
        };
        let t = if slope < 0.0 {
            find_root(derivative)
        } else {
            0.0
        };
        self.n_stalls = if t > 0.0 { 0 } else { self.n_stalls + 1 };
        for (w, d) in self.weights.iter_mut().zip(&self.direction) {
            for (w, d) in w.iter_mut().zip(d) {
                *w += t * d;
            }
        }
        for (z, q) in self.z.iter_mut().zip(q) {
            for (z, &q) in z.iter_mut().zip(q) {
                *z += t * f64::from(q);
            }
        }
        self.n_iter += 1;
        if t > 0.0 {
            self.gradient_norm = f64::INFINITY;
        }
    }

    fn finish(self, settings: &Settings<'_>) -> (L, Solution) {
        let half_norm: f64 = self
            .weights
            .iter()
            .flat_map(|w| w.iter().zip(settings.ridge))
            .map(|(w, ridge)| 0.5 * ridge * w * w)
            .sum();
        let solution = Solution {
            n_iter: self.n_iter,
            converged: self.verdict == Verdict::Done,
            objective: half_norm + self.loss.value(&self.z),
            relative_gradient: self.gradient_norm / self.first_norm.max(f64::MIN_POSITIVE),
            weights: self.weights,
        };
        (self.loss, solution)
    }
}

/// The scores of all rows under each column of `weights`.
pub(super) fn scores(design: &Tall<'_>, weights: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f32>> = to_single(weights).collect();
    let to_double = |z: Vec<f32>| z.into_iter().map(f64::from).collect();
    design.times(&columns).into_iter().map(to_double).collect()
}

fn update_gradients<L: GroupLoss>(settings: &Settings<'_>, groups: &mut [&mut Group<L>]) {
    groups.par_iter_mut().with_max_len(1).for_each(|group| {
        let Group {
            loss,
            z,
            slopes,
            curvatures,
            ..
        } = &mut **group;
        loss.derivatives(z, slopes, curvatures);
    });
    let columns: Vec<Vec<f32>> = groups
        .iter_mut()
        .flat_map(|group| group.slopes.iter_mut().map(std::mem::take))
        .collect();
    let mut gradients = settings.design.transposed_times(&columns).into_iter();
    let mut columns = columns.into_iter();
    for group in groups.iter_mut() {
        let Group {
            weights,
            slopes,
            gradient,
            ..
        } = &mut **group;
        for ((w, slopes), gradient) in weights.iter().zip(slopes).zip(gradient) {
            *slopes = columns.next().expect("one for each column");
            *gradient = gradients.next().expect("one for each column");
            for ((g, w), ridge) in gradient.iter_mut().zip(w).zip(settings.ridge) {
                *g += ridge * w;
            }
        }
    }
    groups
        .par_iter_mut()
        .with_max_len(1)
        .for_each(|group| group.assess(settings));
}

/// One group's conjugate gradients: residual, preconditioned residual, search direction.
struct Cg {
    residual: Vec<Vec<f64>>,
    search: Vec<Vec<f64>>,
    product: f64,
    target: f64,
}

fn inner(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| a * b).sum()
}

pub(super) fn to_single(columns: &[Vec<f64>]) -> impl Iterator<Item = Vec<f32>> + '_ {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "products are in single precision"
    )]
    columns
        .iter()
        .map(|column| column.iter().map(|&v| v as f32).collect())
}

/// Sets the direction of every group, in lockstep so that a reading of the rows serves them all.
fn conjugate_gradients<L: GroupLoss>(settings: &Settings<'_>, groups: &mut [&mut Group<L>]) {
    let mut states: Vec<Option<Cg>> = groups.iter_mut().map(|group| group.start_cg()).collect();
    for _ in 0..MAX_CG {
        let mut columns = Vec::new();
        let mut members = Vec::new();
        for (idx, state) in states.iter().enumerate() {
            if let Some(state) = state {
                members.push((idx, columns.len()));
                columns.extend(to_single(&state.search));
            }
        }
        if members.is_empty() {
            return;
        }
        let shared: Vec<(&Group<L>, usize)> = members
            .iter()
            .map(|&(idx, first)| (&*groups[idx], first))
            .collect();
        let mut products = settings.design.normal_product(&columns, |row_idx, v| {
            for (group, first) in &shared {
                let v = &mut v[*first..first + group.curvatures.len()];
                group.loss.apply_curvature(row_idx, &group.curvatures, v);
            }
        });
        for (idx, first) in members {
            let group = &mut *groups[idx];
            let products = &mut products[first..first + group.curvatures.len()];
            if let Some(state) = &mut states[idx]
                && group.advance_cg(settings, state, products)
            {
                states[idx] = None;
            }
        }
    }
}

impl<L: GroupLoss> Group<L> {
    fn apply_preconditioner(&self, residual: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let solve = |(r, preconditioner): (&Vec<f64>, &Curvature)| {
            let mut solution = r.clone();
            preconditioner.solve(&mut solution);
            solution
        };
        let mut solutions: Vec<Vec<f64>> = residual
            .iter()
            .zip(&self.preconditioners)
            .map(solve)
            .collect();
        if self.preconditioners.len() > 1 {
            centre(&mut solutions);
        }
        solutions
    }

    /// The first step of conjugate gradients; the only one where the factor is exact.
    fn start_cg(&mut self) -> Option<Cg> {
        let residual: Vec<Vec<f64>> = self
            .gradient
            .iter()
            .map(|g| g.iter().map(|g| -g).collect())
            .collect();
        let search = self.apply_preconditioner(&residual);
        if self.is_direct() {
            self.direction = search;
            return None;
        }
        for direction in &mut self.direction {
            direction.fill(0.0);
        }
        let product = inner(&residual, &search);
        let forcing = (self.gradient_norm / self.first_norm)
            .sqrt()
            .clamp(1e-3, 0.1);
        let target = product * forcing * forcing;
        Some(Cg {
            residual,
            search,
            product,
            target,
        })
    }

    /// Takes one step along the search direction, whose products with the curvature of the loss
    /// are given; returns whether that was the last.
    fn advance_cg(
        &mut self,
        settings: &Settings<'_>,
        cg: &mut Cg,
        products: &mut [Vec<f64>],
    ) -> bool {
        for (product, search) in products.iter_mut().zip(&cg.search) {
            for ((product, search), ridge) in product.iter_mut().zip(search).zip(settings.ridge) {
                *product += ridge * search;
            }
        }
        let curvature = inner(&cg.search, products);
        if curvature <= 0.0 || cg.product <= 0.0 {
            return true;
        }
        let alpha = cg.product / curvature;
        let columns = self
            .direction
            .iter_mut()
            .zip(&mut cg.residual)
            .zip(&cg.search)
            .zip(products);
        for (((direction, residual), search), product) in columns {
            for (direction, search) in direction.iter_mut().zip(search) {
                *direction += alpha * search;
            }
            for (residual, product) in residual.iter_mut().zip(product) {
                *residual -= alpha * *product;
            }
        }
        let preconditioned = self.apply_preconditioner(&cg.residual);
        let product = inner(&cg.residual, &preconditioned);
        if product <= cg.target {
            return true;
        }
        let beta = product / cg.product;
        cg.product = product;
        for (search, preconditioned) in cg.search.iter_mut().zip(&preconditioned) {
            for (search, preconditioned) in search.iter_mut().zip(preconditioned) {
                *search = preconditioned + beta * *search;
            }
        }
        false
    }
}

/// Takes the mean over the columns off each. Coupled losses do not change when all columns move
/// together, so at the solution they sum to zero; without this the preconditioner, which knows
/// nothing of the coupling, would mix that direction in.
fn centre(columns: &mut [Vec<f64>]) {
    for j in 0..columns[0].len() {
        let mean = columns.iter().map(|c| c[j]).sum::<f64>() / columns.len() as f64;
        for column in columns.iter_mut() {
            column[j] -= mean;
        }
    }
}

fn search<L: GroupLoss>(settings: &Settings<'_>, groups: &mut [&mut Group<L>]) {
    let columns: Vec<Vec<f32>> = groups
        .iter()
        .flat_map(|group| to_single(&group.direction))
        .collect();
    let products = settings.design.times(&columns);
    let n_columns = groups.first().map_or(1, |group| group.weights.len());
    groups
        .par_iter_mut()
        .with_max_len(1)
        .enumerate()
        .for_each(|(idx, group)| {
            group.step(settings, &products[idx * n_columns..(idx + 1) * n_columns])
        });
}
