//! Coordinate ascent on the multipliers, around a centre that moves from iteration to iteration.

use rand::seq::SliceRandom as _;

use super::super::columns::{scores, to_single};
use super::block::{BLOCK, Block, Scratch};
use super::problem::CrammerSinger;
use super::simplex::Project;
use fashion_bench_numeric::rng::Rng;
use fashion_bench_numeric::row_block::{add_multiples, fold, products};
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// How often a visit to a block goes through its rows. (60,000 standardised images, C = 1: after 30
/// iterations the dual objective is 16,246 with one and 16,255 with two, in the same time.)
const PASSES: usize = 2;

/// `1 + κ` as a fraction of the root of the mean of `c·|x|²`, which does not change when the rows
/// are scaled by s and the costs by 1/s². On 60,000 standardised images and after as many visits, a
/// half gave a lower objective than about one with C = 10, and the same with C = 100.
const CENTRING: f64 = 0.5;

/// Change of a multiplier, as a fraction of the row's cost, that does not count.
const NEGLIGIBLE: f64 = 1e-9;

/// Least squared norm of a row, so that one without features has a step.
const MIN_SQUARE_NORM: f64 = 1e-6;

/// Multipliers, weights and centre.
pub(super) struct Ascent<'a> {
    problem: &'a CrammerSinger<'a>,
    /// Weight of the distance to the centre.
    kappa: f64,
    /// Multipliers, `n_classes` for each row.
    beta: Vec<f64>,
    pub weights: Vec<Vec<f64>>,
    centre: Vec<Vec<f64>>,
    /// The weights at the end of the last iteration.
    previous: Vec<Vec<f64>>,
    /// The weights at the start of the running iteration, and what they have moved since.
    start: Vec<Vec<f64>>,
    moved: Vec<Vec<f32>>,
    /// Multiply-adds so far.
    pub work: f64,
    scratch: Scratch,
}

impl<'a> Ascent<'a> {
    pub fn new(problem: &'a CrammerSinger<'a>) -> Self {
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
            scratch: Scratch::new(n_classes, design.width()),
            problem,
        }
    }

    /// Starts an iteration. Returns blocks of the rows to be visited, in random order: those with
    /// weight on other classes than their own, and those that should have some.
    pub fn blocks(&mut self, rng: &mut Rng) -> Vec<Block> {
        let CrammerSinger {
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
        let blocks = order.chunks(BLOCK).map(|rows| {
            self.work += (rows.len() * rows.len() * design.width()) as f64;
            Block::new(design, rows, &z, &mut self.scratch.products)
        });
        blocks.collect()
    }

    /// Visits the blocks in order and leaves in them the rows whose multipliers have changed.
    pub fn sweep(&mut self, blocks: &mut Vec<Block>) {
        let design = self.problem.design;
        for block in &mut *blocks {
            let rows = block.active.iter().map(|&position| block.rows[position]);
            let rows: Vec<&[f32]> = rows.map(|row_idx| design.row(row_idx)).collect();
            self.start_visit(block, &rows);
            let has_changed = dispatch(Visits {
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
    fn visit<L: Lanes>(&mut self, lanes: L, block: &Block, slot: usize) -> bool {
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
        .run(lanes);
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

    /// Returns the primal objective at the weights and the dual one at the multipliers.
    pub fn objectives(&mut self) -> (f64, f64) {
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
    pub fn extrapolate(&mut self) {
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

/// The visits to the active rows of a block; returns which have changed.
struct Visits<'v, 'a> {
    ascent: &'v mut Ascent<'a>,
    block: &'v Block,
}

impl Kernel for Visits<'_, '_> {
    type Output = [bool; BLOCK];

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> [bool; BLOCK] {
        let mut has_changed = [false; BLOCK];
        for _ in 0..PASSES {
            for (slot, &position) in self.block.active.iter().enumerate() {
                has_changed[position] |= self.ascent.visit(lanes, self.block, slot);
            }
        }
        has_changed
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;
    use fashion_bench_numeric::tall::Tall;

    #[test]
    fn weights_stay_those_of_the_multipliers() {
        let mut rng = stream(4, &[]);
        // Neither rows nor features fill a block or a register.
        let x = Array2::from_shape_fn((75, 19), |_| rng.gen_range(-3.0_f32..3.0));
        let codes: Vec<usize> = (0..75).map(|row| row * row % 3).collect();
        for bias in [None, Some(2.0)] {
            let design = Tall::new(x.view(), bias);
            let problem = CrammerSinger {
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
                for _ in 0..20 {
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
