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
//! momentum of Lin, Mairal and Harchaoui 2015). An iteration starts with the products of all rows,
//! which cost a third of visits to them. Most rows have all weight on their own class and keep it;
//! its sweeps are over the others, each over the rows whose multipliers the last one has changed.
//!
//! Rows are visited in blocks: their products with the weights are computed together, as are those
//! with each other, by which the former are kept up to date while multipliers change, and the
//! weights are changed once a block. The ascent is the same as with a row at a time.
//!
//! Weights are in `f64`: in `f32` what many small updates lose to rounding kept the gap above about
//! 2e-4. Products, in `f32`, are those of the start of the iteration and those with what the
//! weights have moved since, whose error gets small with it.

use pulp::{Arch, Simd, WithSimd};
use rand::seq::SliceRandom as _;

use super::newton::{Solution, scores, to_single};
use super::simplex::{LANES, Project};
use fashion_bench_numeric::rng::{Rng, stream};
use fashion_bench_numeric::row_block::{add_multiples, fold, products};
use fashion_bench_numeric::tall::Tall;

/// Sweeps of an iteration.
const SWEEPS: usize = 20;

/// Rows of a block.
const BLOCK: usize = 32;

/// Times a visit to a block goes through its rows. (60,000 standardised images, C = 1: after 30
/// iterations the dual objective is 16,246 with one and 16,255 with two, in the same time.)
const PASSES: usize = 2;

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
const MAX_WORK: f64 = 1e12;

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
    let mut best: Option<(f64, Vec<Vec<f64>>)> = None;
    let mut best_dual = f64::NEG_INFINITY;
    let mut n_iter = 0;
    loop {
        let mut blocks = ascent.blocks(&mut rng);
        for _ in 0..SWEEPS {
            blocks.shuffle(&mut rng);
            ascent.sweep(&mut blocks);
        }
        n_iter += 1;
        let is_last = n_iter == problem.max_iter || ascent.work >= MAX_WORK;
        if is_last || n_iter % CHECK_INTERVAL == 0 {
            let (primal, dual) = ascent.objectives();
            best_dual = best_dual.max(dual);
            if best.as_ref().is_none_or(|(least, _)| primal < *least) {
                best = Some((primal, ascent.weights.clone()));
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
    weights: Vec<Vec<f64>>,
    centre: Vec<Vec<f64>>,
    /// The weights at the end of the last iteration.
    previous: Vec<Vec<f64>>,
    /// The weights at the start of the running iteration, and what they have moved since.
    start: Vec<Vec<f64>>,
    moved: Vec<Vec<f32>>,
    work: f64,
    scratch: Scratch,
}

/// What visiting a block needs.
struct Scratch {
    /// Products of the rows with `moved`.
    products: Vec<f32>,
    /// Products with the weights, class by class, kept up to date while multipliers change.
    scores: Vec<[f64; BLOCK]>,
    /// What is to be added to the weights, as factors of the active rows, class by class.
    factors: Vec<[f32; BLOCK]>,
    /// The same for one class, without those that are 0, and as weights.
    terms: Vec<(usize, f32)>,
    change: Vec<f32>,
    /// Multipliers of a row that are to be projected, padded.
    point: Vec<f64>,
}

/// Rows that are visited together.
struct Block {
    rows: [usize; BLOCK],
    /// Positions of those that are still visited.
    active: Vec<usize>,
    /// Products of the rows with the weights at the start of the iteration, class by class.
    scores: Vec<[f32; BLOCK]>,
    /// Products of the rows with each other.
    gram: [[f32; BLOCK]; BLOCK],
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
        let costs = problem.cost.iter().enumerate();
        let sum: f64 = costs.map(|(row, cost)| cost * square_norm(row)).sum();
        let mean = sum / problem.codes.len() as f64;
        let weights = vec![vec![0.0; design.width()]; n_classes];
        Self {
            kappa: (CENTRING * mean.sqrt()).max(1.0) - 1.0,
            beta,
            centre: weights.clone(),
            previous: weights.clone(),
            start: weights.clone(),
            moved: vec![vec![0.0; design.width()]; n_classes],
            weights,
            work: 0.0,
            scratch: Scratch {
                products: vec![0.0; BLOCK * n_classes.max(BLOCK)],
                scores: vec![[0.0; BLOCK]; n_classes],
                factors: vec![[0.0; BLOCK]; n_classes],
                terms: Vec::with_capacity(BLOCK),
                change: vec![0.0; design.width()],
                point: vec![0.0; n_classes.next_multiple_of(LANES)],
            },
            problem,
        }
    }

    /// Starts an iteration. Returns blocks of the rows to be visited, in random order: those with
    /// weight on other classes than their own, and those that should have some.
    fn blocks(&mut self, rng: &mut Rng) -> Vec<Block> {
        let Problem {
            design,
            codes,
            n_classes,
            ..
        } = *self.problem;
        self.start.clone_from(&self.weights);
        for moved in &mut self.moved {
            moved.fill(0.0);
        }
        let columns: Vec<Vec<f32>> = to_single(&self.weights).collect();
        let z = design.times(&columns);
        self.work += (codes.len() * n_classes * design.width()) as f64;
        let is_settled = |row_idx: usize| {
            let beta = &self.beta[row_idx * n_classes..(row_idx + 1) * n_classes];
            let limit = z[codes[row_idx]][row_idx] - 1.0;
            (0..n_classes).all(|class| {
                class == codes[row_idx] || (beta[class] == 0.0 && z[class][row_idx] <= limit)
            })
        };
        let mut order: Vec<usize> = (0..codes.len()).filter(|&row| !is_settled(row)).collect();
        order.shuffle(rng);
        let blocks = order.chunks(BLOCK).map(|rows| self.block(rows, &z));
        blocks.collect()
    }

    /// A block of the rows `members`, whose products with the weights are in `z`.
    fn block(&mut self, members: &[usize], z: &[Vec<f32>]) -> Block {
        let design = self.problem.design;
        let n = members.len();
        let rows: Vec<&[f32]> = members.iter().map(|&row_idx| design.row(row_idx)).collect();
        let squares = &mut self.scratch.products[..n * n];
        products(&rows, &rows, squares);
        self.work += (n * n * design.width()) as f64;
        let mut block = Block {
            rows: [0; BLOCK],
            active: (0..n).collect(),
            scores: vec![[0.0; BLOCK]; z.len()],
            gram: [[0.0; BLOCK]; BLOCK],
        };
        block.rows[..n].copy_from_slice(members);
        for (gram, squares) in block.gram.iter_mut().zip(squares.chunks_exact(n)) {
            for (gram, square) in gram.iter_mut().zip(squares) {
                *gram = square + design.bias().powi(2);
            }
        }
        for (scores, z) in block.scores.iter_mut().zip(z) {
            for (score, &row_idx) in scores.iter_mut().zip(members) {
                *score = z[row_idx];
            }
        }
        block
    }

    /// Visits the blocks in order and leaves in them the rows whose multipliers have changed.
    fn sweep(&mut self, blocks: &mut Vec<Block>) {
        let design = self.problem.design;
        for block in &mut *blocks {
            let rows = block.active.iter().map(|&position| block.rows[position]);
            let rows: Vec<&[f32]> = rows.map(|row_idx| design.row(row_idx)).collect();
            self.start_visit(block, &rows);
            let has_changed = Arch::new().dispatch(Visits {
                ascent: &mut *self,
                block,
            });
            self.end_visit(&rows);
            block.active.retain(|&position| has_changed[position]);
        }
        blocks.retain(|block| !block.active.is_empty());
    }

    /// Sets the scores of the block's active `rows`.
    fn start_visit(&mut self, block: &Block, rows: &[&[f32]]) {
        let design = self.problem.design;
        let n_classes = self.problem.n_classes;
        let n_features = design.row(0).len();
        let columns: Vec<&[f32]> = self.moved.iter().map(|w| &w[..n_features]).collect();
        let z = &mut self.scratch.products[..rows.len() * n_classes];
        products(rows, &columns, z);
        self.work += (rows.len() * n_classes * design.width()) as f64;
        for (class, scores) in self.scratch.scores.iter_mut().enumerate() {
            let constant = self.moved[class].get(n_features);
            let constant = constant.map_or(0.0, |w| design.bias() * w);
            for (&position, z) in block.active.iter().zip(z.chunks_exact(n_classes)) {
                scores[position] =
                    f64::from(block.scores[class][position]) + f64::from(z[class] + constant);
            }
        }
    }

    /// Gives the active row in `slot` its best multipliers; returns whether they have changed.
    #[inline(always)]
    fn visit<S: Simd>(&mut self, simd: S, block: &Block, slot: usize) -> bool {
        let n_classes = self.problem.n_classes;
        let Scratch {
            scores,
            factors,
            point,
            ..
        } = &mut self.scratch;
        let position = block.active[slot];
        let row_idx = block.rows[position];
        let (cost, code) = (self.problem.cost[row_idx], self.problem.codes[row_idx]);
        let gram = &block.gram[position];
        let scale = 1.0 + self.kappa;
        let step = scale / f64::from(gram[position]).max(MIN_SQUARE_NORM);
        let beta = &mut self.beta[row_idx * n_classes..(row_idx + 1) * n_classes];
        point[n_classes..].fill(f64::NEG_INFINITY);
        for ((point, beta), scores) in point.iter_mut().zip(&*beta).zip(&*scores) {
            *point = beta + step * (1.0 + scores[position]);
        }
        point[code] -= step;
        Project {
            v: point,
            size: cost,
        }
        .with_simd(simd);
        let mut has_changed = false;
        for (class, (beta, &projected)) in beta.iter_mut().zip(&*point).enumerate() {
            let change = projected - *beta;
            if change.abs() > NEGLIGIBLE * cost {
                *beta = projected;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "features are in single precision"
                )]
                let factor = (-change / scale) as f32;
                for (score, product) in scores[class].iter_mut().zip(gram) {
                    *score += f64::from(factor * product);
                }
                factors[class][slot] += factor;
                has_changed = true;
            }
        }
        has_changed
    }

    /// Changes the weights as the visit to `rows` has found.
    fn end_visit(&mut self, rows: &[&[f32]]) {
        let design = self.problem.design;
        let Scratch {
            factors,
            terms,
            change,
            ..
        } = &mut self.scratch;
        for (class, factors) in factors.iter_mut().enumerate() {
            terms.clear();
            terms.extend(factors.iter().copied().enumerate().filter(|t| t.1 != 0.0));
            if terms.is_empty() {
                continue;
            }
            factors.fill(0.0);
            change.fill(0.0);
            let n_features = design.row(0).len();
            add_multiples(&mut change[..n_features], rows, terms);
            if let Some(constant) = change.get_mut(n_features) {
                *constant = design.bias() * terms.iter().map(|(_, factor)| factor).sum::<f32>();
            }
            let (weights, moved) = (&mut self.weights[class], &mut self.moved[class]);
            fold(weights, change, &self.start[class], moved);
            self.work += (terms.len() * design.width()) as f64;
        }
    }

    /// The primal objective at the weights and the dual one at the multipliers.
    fn objectives(&mut self) -> (f64, f64) {
        let problem = self.problem;
        self.work += (problem.codes.len() * problem.n_classes * problem.design.width()) as f64;
        let z = scores(problem.design, &self.weights);
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
        for (w, v) in self
            .weights
            .iter()
            .flatten()
            .zip(self.centre.iter().flatten())
        {
            square += w * w;
            square_dual += (w + self.kappa * (w - v)).powi(2);
        }
        (0.5 * square + loss, margins - 0.5 * square_dual)
    }

    /// Moves the centre, and with it the weights that belong to the multipliers.
    fn extrapolate(&mut self) {
        let root = (1.0 + self.kappa).sqrt();
        let momentum = (root - 1.0) / (root + 1.0);
        let previous = std::mem::replace(&mut self.previous, self.weights.clone());
        let centres = self.centre.iter_mut().flatten();
        let weights = self.weights.iter_mut().flatten();
        for ((w, v), previous) in weights.zip(centres).zip(previous.iter().flatten()) {
            let centre = *w + momentum * (*w - previous);
            *w += self.kappa / (1.0 + self.kappa) * (centre - *v);
            *v = centre;
        }
    }
}

/// The visits to the active rows of a block; tells which have changed.
struct Visits<'v, 'a> {
    ascent: &'v mut Ascent<'a>,
    block: &'v Block,
}

impl WithSimd for Visits<'_, '_> {
    type Output = [bool; BLOCK];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> [bool; BLOCK] {
        let mut has_changed = [false; BLOCK];
        for _ in 0..PASSES {
            for (slot, &position) in self.block.active.iter().enumerate() {
                has_changed[position] |= self.ascent.visit(simd, self.block, slot);
            }
        }
        has_changed
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
    fn weights_stay_those_of_the_multipliers() {
        let mut rng = stream(4, &[]);
        // Neither rows nor features fill a block or a register.
        let x = Array2::from_shape_fn((75, 19), |_| rng.gen_range(-3.0_f32..3.0));
        let codes: Vec<usize> = (0..75).map(|row| row * row % 3).collect();
        for bias in [None, Some(2.0)] {
            let design = Tall::new(x.view(), bias);
            let problem = Problem {
                design: &design,
                codes: &codes,
                n_classes: 3,
                cost: &[1.5; 75],
                tol: 1e-6,
                max_iter: 1,
                seed: 1,
            };
            let mut ascent = Ascent::new(&problem);
            for _ in 0..5 {
                let mut blocks = ascent.blocks(&mut rng);
                for _ in 0..SWEEPS {
                    ascent.sweep(&mut blocks);
                }
                ascent.extrapolate();
            }
            for class in 0..3 {
                for j in 0..design.width() {
                    let feature = |row| match design.row(row).get(j) {
                        Some(&x) => f64::from(x),
                        None => f64::from(design.bias()),
                    };
                    let terms = codes.iter().enumerate().map(|(row, &code)| {
                        let own = if code == class { 1.5 } else { 0.0 };
                        (own - ascent.beta[row * 3 + class]) * feature(row)
                    });
                    let expected: f64 = terms.sum();
                    let (w, v) = (ascent.weights[class][j], ascent.centre[class][j]);
                    let found = w + ascent.kappa * (w - v);
                    assert!((found - expected).abs() < 1e-4, "{found} {expected}");
                }
            }
        }
    }
}
