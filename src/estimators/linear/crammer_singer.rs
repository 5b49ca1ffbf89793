//! Crammer and Singer's multi-class support vector machine (2001).
//!
//! ```text
//! primal: ½ Σ_m |w_m|² + Σ_i c_i·max_m (1[m ≠ y_i] + x_i·(w_m - w_{y_i}))
//! dual:   Σ_i Σ_{m ≠ y_i} β_im - ½ Σ_m |w_m|²    with w_m = Σ_i (c_i·1[m = y_i] - β_im)·x_i
//! ```
//!
//! where the multipliers `β_i` of a row lie on the simplex of size `c_i`. Coordinate ascent
//! (Keerthi et al. 2008) takes a row at a time: the others fixed, its best multipliers are the
//! projection of `β_im + (1[m ≠ y_i] + x_i·w_m) / |x_i|²` on that simplex.
//!
//! Its sweeps grow in number with `c·|x|²`: LIBLINEAR takes 22,000 of them on 6,000 standardised
//! images with C = 1. So an iteration solves, by a few sweeps, the easier problem with
//! `κ/2·Σ_m |w_m - v_m|²` added to the primal, for which `w` is
//! `(κ·v + Σ_i …) / (1 + κ)` and `|x_i|²` counts as `|x_i|² / (1 + κ)`, and the next centre `v` is
//! extrapolated from the last two solutions (Shalev-Shwartz and Zhang 2014; with the constant
//! momentum of Lin, Mairal and Harchaoui 2015). The first sweep of an iteration is over all rows,
//! each next one over those whose multipliers the last one has changed: most rows have all weight
//! on their own class, and keep it.
//!
//! Weights and products are in `f64`: in `f32` what many small updates lose to rounding kept the
//! gap above about 2e-4.

use rand::seq::SliceRandom as _;

use super::newton::{Solution, scores};
use crate::numeric::columns::Columns;
use crate::numeric::prefetch::prefetch;
use crate::numeric::rng::stream;
use crate::numeric::tall::Tall;

/// Sweeps of an iteration, the first over all rows.
const SWEEPS: usize = 20;

/// Iterations between two looks at the duality gap, which take a product with all rows each.
const CHECK_INTERVAL: usize = 5;

/// `1 + κ` as a fraction of the root of the mean of `c·|x|²`, which does not change when the rows
/// are scaled by s and the costs by 1/s². On 60,000 standardised images and after as many visits, a
/// half gave a lower objective than about one with C = 10, and the same with C = 100.
const CENTRING: f64 = 0.5;

/// Change of a multiplier, as a fraction of the row's cost, that does not count.
const NEGLIGIBLE: f64 = 1e-9;

/// Least squared norm of a row, so that one without features has a step.
const MIN_SQUARE_NORM: f64 = 1e-6;

/// Multiply-adds after which the solver ends, as not converged.
const MAX_WORK: f64 = 7e11;

/// What is to be solved, and how well.
pub(super) struct Problem<'a> {
    /// The rows.
    pub design: &'a Tall<'a>,
    /// The class of each row.
    pub codes: &'a [usize],
    /// Number of classes.
    pub n_classes: usize,
    /// Cost of each row.
    pub cost: &'a [f64],
    /// Relative duality gap to reach.
    pub tol: f64,
    /// Iterations at most.
    pub max_iter: usize,
    /// Seed of the orders of the rows.
    pub seed: u64,
}

/// The weights of the least primal objective that was seen, and the relative duality gap.
pub(super) fn minimise(problem: &Problem<'_>) -> (Solution, f64) {
    let mut ascent = Ascent::new(problem);
    let mut rng = stream(problem.seed, &[]);
    let mut order: Vec<usize> = Vec::with_capacity(problem.codes.len());
    let mut best: Option<(f64, Vec<Vec<f64>>)> = None;
    let mut best_dual = f64::NEG_INFINITY;
    let mut n_iter = 0;
    loop {
        order.clear();
        order.extend(0..problem.codes.len());
        for _ in 0..SWEEPS {
            order.shuffle(&mut rng);
            ascent.sweep(&mut order);
        }
        n_iter += 1;
        let is_last = n_iter == problem.max_iter || ascent.work >= MAX_WORK;
        if is_last || n_iter % CHECK_INTERVAL == 0 {
            let weights: Vec<Vec<f64>> = ascent.weights.iter().map(<[f64]>::to_vec).collect();
            let (primal, dual) = ascent.objectives(&weights);
            best_dual = best_dual.max(dual);
            if best.as_ref().is_none_or(|(least, _)| primal < *least) {
                best = Some((primal, weights));
            }
            let (least, weights) = best.as_ref().expect("set above");
            let gap = (least - best_dual) / least.max(f64::MIN_POSITIVE);
            if is_last || gap <= problem.tol {
                let solution = Solution {
                    weights: weights.clone(),
                    n_iter,
                    converged: gap <= problem.tol,
                    objective: *least,
                    // Not known; the gap is the measure here.
                    relative_gradient: f64::NAN,
                };
                return (solution, gap);
            }
        }
        ascent.extrapolate();
    }
}

struct Ascent<'a> {
    problem: &'a Problem<'a>,
    /// Weight of the distance to the centre.
    kappa: f64,
    /// Multipliers, a row of `n_classes` for each of the rows.
    beta: Vec<f64>,
    /// Squared norms of the rows.
    square_norms: Vec<f64>,
    weights: Columns,
    centre: Columns,
    /// The weights at the end of the last iteration, once there was one.
    previous: Option<Columns>,
    work: f64,
    row: Vec<f64>,
    scores: Vec<f64>,
    sorted: Vec<f64>,
}

impl<'a> Ascent<'a> {
    fn new(problem: &'a Problem<'a>) -> Self {
        let (design, n_classes) = (problem.design, problem.n_classes);
        let mut beta = vec![0.0; problem.codes.len() * n_classes];
        for ((beta, &code), &cost) in beta
            .chunks_exact_mut(n_classes)
            .zip(problem.codes)
            .zip(problem.cost)
        {
            beta[code] = cost;
        }
        let constant = f64::from(design.bias()).powi(2);
        let square_norm = |row| {
            let squares = design.row(row).iter().map(|&x| f64::from(x).powi(2));
            squares.sum::<f64>() + constant
        };
        let square_norms: Vec<f64> = (0..problem.codes.len()).map(square_norm).collect();
        let products = square_norms.iter().zip(problem.cost).map(|(s, c)| s * c);
        let mean = products.sum::<f64>() / problem.codes.len() as f64;
        let weights = Columns::zeros(n_classes, design.width());
        Self {
            kappa: (CENTRING * mean.sqrt()).max(1.0) - 1.0,
            beta,
            square_norms,
            row: weights.row_buffer(),
            scores: vec![0.0; n_classes],
            sorted: vec![0.0; n_classes],
            centre: weights.clone(),
            weights,
            previous: None,
            work: 0.0,
            problem,
        }
    }

    /// Visits the rows in `order` and leaves there those whose multipliers have changed.
    fn sweep(&mut self, order: &mut Vec<usize>) {
        let design = self.problem.design;
        let mut n_changed = 0;
        for visit in 0..order.len() {
            if let Some(&next) = order.get(visit + 1) {
                prefetch(design.row(next));
            }
            let row_idx = order[visit];
            let n_updates = self.visit(row_idx);
            if n_updates > 0 {
                order[n_changed] = row_idx;
                n_changed += 1;
            }
            self.work += ((self.problem.n_classes + n_updates) * design.width()) as f64;
        }
        order.truncate(n_changed);
    }

    /// Gives row `row_idx` its best multipliers; returns how many have changed.
    fn visit(&mut self, row_idx: usize) -> usize {
        let Problem {
            design,
            codes,
            n_classes,
            cost,
            ..
        } = *self.problem;
        let features = design.row(row_idx);
        for (value, &feature) in self.row.iter_mut().zip(features) {
            *value = f64::from(feature);
        }
        if features.len() < design.width() {
            self.row[features.len()] = f64::from(design.bias());
        }
        self.weights.times_row(&self.row, &mut self.scores);
        let scale = 1.0 + self.kappa;
        let step = scale / self.square_norms[row_idx].max(MIN_SQUARE_NORM);
        let beta = &mut self.beta[row_idx * n_classes..(row_idx + 1) * n_classes];
        for (class, (score, beta)) in self.scores.iter_mut().zip(beta.iter()).enumerate() {
            let margin = f64::from(u8::from(class != codes[row_idx]));
            *score = beta + step * (margin + *score);
        }
        let cost = cost[row_idx];
        project_on_simplex(&mut self.scores, cost, &mut self.sorted);
        let mut n_changed = 0;
        for (class, (beta, &projected)) in beta.iter_mut().zip(&self.scores).enumerate() {
            let change = projected - *beta;
            if change.abs() > NEGLIGIBLE * cost {
                *beta = projected;
                self.weights.add_row(class, -change / scale, &self.row);
                n_changed += 1;
            }
        }
        n_changed
    }

    /// The primal objective at `weights`, which are the present ones, and the dual one at the
    /// multipliers.
    fn objectives(&mut self, weights: &[Vec<f64>]) -> (f64, f64) {
        let problem = self.problem;
        self.work += (problem.codes.len() * problem.n_classes * problem.design.width()) as f64;
        let z = scores(problem.design, weights);
        let (mut loss, mut margins) = (0.0, 0.0);
        let rows = self.beta.chunks_exact(problem.n_classes);
        for (row_idx, beta) in rows.enumerate() {
            let (code, cost) = (problem.codes[row_idx], problem.cost[row_idx]);
            let own = z[code][row_idx];
            let others = z.iter().enumerate().filter(|(class, _)| *class != code);
            let slack = others.fold(0.0, |slack: f64, (_, z)| slack.max(1.0 + z[row_idx] - own));
            loss += cost * slack;
            margins += cost - beta[code];
        }
        let (mut square, mut square_dual) = (0.0, 0.0);
        for (w, v) in self.weights.values().iter().zip(self.centre.values()) {
            square += w * w;
            square_dual += (w + self.kappa * (w - v)).powi(2);
        }
        (0.5 * square + loss, margins - 0.5 * square_dual)
    }

    /// Moves the centre, and with it the weights that belong to the multipliers.
    fn extrapolate(&mut self) {
        let root = (1.0 + self.kappa).sqrt();
        let momentum = (root - 1.0) / (root + 1.0);
        let previous = self.previous.take().unwrap_or_else(|| self.weights.clone());
        let current = self.weights.clone();
        for (((w, v), &current), &previous) in self
            .weights
            .values_mut()
            .iter_mut()
            .zip(self.centre.values_mut())
            .zip(current.values())
            .zip(previous.values())
        {
            let centre = current + momentum * (current - previous);
            *w += self.kappa / (1.0 + self.kappa) * (centre - *v);
            *v = centre;
        }
        self.previous = Some(current);
    }
}

/// Replaces `v` by the nearest point with non-negative elements that sum to `size`; `sorted` is
/// scratch of the same length. (Held, Wolfe and Crowder 1974.)
fn project_on_simplex(v: &mut [f64], size: f64, sorted: &mut [f64]) {
    sorted.copy_from_slice(v);
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut sum = sorted[0];
    let mut threshold = sum - size;
    for (count, &value) in sorted.iter().enumerate().skip(1) {
        sum += value;
        let candidate = (sum - size) / (count + 1) as f64;
        if value <= candidate {
            break;
        }
        threshold = candidate;
    }
    for v in v {
        *v = (*v - threshold).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, ArrayView2};
    use rand::Rng as _;

    use super::*;

    fn fit(x: ArrayView2<'_, f32>, codes: &[usize], cost: &[f64]) -> Solution {
        let (solution, gap) = minimise(&Problem {
            design: &Tall::new(x, None),
            codes,
            n_classes: 3,
            cost,
            tol: 1e-6,
            max_iter: 2000,
            seed: 1,
        });
        assert!(solution.converged && gap <= 1e-6, "{gap}");
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
        let some = fit(x.slice(ndarray::s![..50, ..]), &codes[..50], &cost[..50]);
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

    #[test]
    fn the_projection_is_the_nearest_point_of_the_simplex() {
        let mut sorted = [0.0; 3];
        for (point, size, expected) in [
            ([0.2, 0.3, 0.5], 1.0, [0.2, 0.3, 0.5]),
            ([5.0, 0.0, 1.0], 2.0, [2.0, 0.0, 0.0]),
            ([1.0, 1.0, -3.0], 1.0, [0.5, 0.5, 0.0]),
            ([0.0, -1.0, 0.5], 0.0, [0.0, 0.0, 0.0]),
        ] {
            let mut found = point;
            project_on_simplex(&mut found, size, &mut sorted);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{point:?}");
            }
        }
    }
}
