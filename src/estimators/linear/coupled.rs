//! Losses that couple all classes: the multinomial logistic loss, and Crammer and Singer's hinge.
//!
//! | loss | per row of class y |
//! |---|---|
//! | multinomial | `c·(log Σ_m exp(z_m) - z_y)` |
//! | Crammer–Singer | `c·max_m (1[m ≠ y] + z_m - z_y)` |
//!
//! The second (Crammer and Singer 2001; Keerthi et al. 2008 for its dual) is piecewise linear and
//! is smoothed like the two-class hinge: multipliers `β` on the simplex of size c, a penalty σ, and
//! `β⁺ = Π(β + σ·(1[m ≠ y] + z))`, the projection on that simplex, for the gradient. Its
//! curvature is σ times the centring of the classes on the projection's support. Every projection
//! is a feasible point of the dual, which gives the duality gap.

use super::margin::{FIRST_PENALTY, INNER_SHARE, PENALTY_GROWTH, Stop};
use super::newton::{GroupLoss, Point, Verdict};
use crate::numeric::softmax::{log_sum_exp, softmax_inplace};

/// Work that Crammer and Singer's problem is given, in multiply-adds. Its conjugate gradients slow
/// down as the penalty grows, and at a large C would go on for hours: at the limit the solver
/// ends and says that it has not converged.
const MAX_HINGE_WORK: f64 = 4.5e11;

/// The multinomial logistic loss.
pub(super) struct Multinomial {
    codes: Vec<usize>,
    n_classes: usize,
    cost: Vec<f64>,
    stop: Stop,
    /// Class probabilities at the last derivatives, row-major.
    probabilities: Vec<f32>,
}

impl Multinomial {
    pub fn new(codes: Vec<usize>, n_classes: usize, cost: Vec<f64>, stop: Stop) -> Self {
        let probabilities = vec![0.0; codes.len() * n_classes];
        Self {
            codes,
            n_classes,
            cost,
            stop,
            probabilities,
        }
    }
}

fn gather(z: &[Vec<f64>], row_idx: usize, row: &mut [f64]) {
    for (value, column) in row.iter_mut().zip(z) {
        *value = column[row_idx];
    }
}

fn gather_along(z: &[Vec<f64>], q: &[Vec<f32>], t: f64, row_idx: usize, row: &mut [f64]) {
    for (value, (z, q)) in row.iter_mut().zip(z.iter().zip(q)) {
        *value = z[row_idx] + t * f64::from(q[row_idx]);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "products are in single precision"
)]
impl GroupLoss for Multinomial {
    fn n_columns(&self) -> usize {
        self.n_classes
    }

    fn lag(&self) -> f64 {
        0.5
    }

    fn derivatives(
        &mut self,
        z: &[Vec<f64>],
        slopes: &mut [Vec<f32>],
        curvatures: &mut [Vec<f32>],
    ) {
        let mut row = vec![0.0; self.n_classes];
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather(z, row_idx, &mut row);
            softmax_inplace(&mut row);
            let start = row_idx * self.n_classes;
            for (class, &p) in row.iter().enumerate() {
                let target = f64::from(u8::from(class == code));
                slopes[class][row_idx] = (cost * (p - target)) as f32;
                curvatures[class][row_idx] = (cost * p * (1.0 - p)) as f32;
                self.probabilities[start + class] = p as f32;
            }
        }
    }

    fn apply_curvature(&self, row_idx: usize, _: &[Vec<f32>], v: &mut [f32]) {
        let start = row_idx * self.n_classes;
        let p = &self.probabilities[start..start + self.n_classes];
        let mean: f32 = p.iter().zip(v.iter()).map(|(p, v)| p * v).sum();
        let cost = self.cost[row_idx] as f32;
        for (v, p) in v.iter_mut().zip(p) {
            *v = cost * p * (*v - mean);
        }
    }

    fn along(&self, z: &[Vec<f64>], q: &[Vec<f32>], t: f64) -> (f64, f64) {
        let mut row = vec![0.0; self.n_classes];
        let (mut first, mut second) = (0.0, 0.0);
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather_along(z, q, t, row_idx, &mut row);
            softmax_inplace(&mut row);
            let (mut mean, mut square) = (0.0, 0.0);
            for (p, q) in row.iter().zip(q) {
                let q = f64::from(q[row_idx]);
                mean += p * q;
                square += p * q * q;
            }
            first += cost * (mean - f64::from(q[code][row_idx]));
            second += cost * (square - mean * mean);
        }
        (first, second)
    }

    fn value(&self, z: &[Vec<f64>]) -> f64 {
        let mut row = vec![0.0; self.n_classes];
        let mut sum = 0.0;
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather(z, row_idx, &mut row);
            sum += cost * (log_sum_exp(&row) - row[code]);
        }
        sum
    }

    fn assess(&mut self, point: &Point<'_>) -> Verdict {
        if self.stop.is_met(point) {
            Verdict::Done
        } else {
            Verdict::Step
        }
    }
}

/// Crammer and Singer's hinge.
pub(super) struct CrammerSinger {
    codes: Vec<usize>,
    n_classes: usize,
    cost: Vec<f64>,
    gap_tol: f64,
    /// Multipliers, row-major, each row on the simplex of size `cost`.
    beta: Vec<f64>,
    /// The projections at the last derivatives, row-major.
    projected: Vec<f64>,
    sigma: f64,
    best_dual: f64,
    /// Best relative duality gap so far.
    pub gap: f64,
}

impl CrammerSinger {
    pub fn new(codes: Vec<usize>, n_classes: usize, cost: Vec<f64>, gap_tol: f64) -> Self {
        let mut beta = vec![0.0; codes.len() * n_classes];
        for (row_idx, (&code, &cost)) in codes.iter().zip(&cost).enumerate() {
            beta[row_idx * n_classes + code] = cost;
        }
        Self {
            sigma: FIRST_PENALTY * cost.iter().fold(0.0_f64, |m, &c| m.max(c)),
            projected: beta.clone(),
            best_dual: f64::NEG_INFINITY,
            gap: f64::INFINITY,
            codes,
            n_classes,
            cost,
            gap_tol,
            beta,
        }
    }

    /// `row` holds scores and becomes the projection.
    fn project_row(&self, row_idx: usize, row: &mut [f64], sorted: &mut [f64]) {
        let start = row_idx * self.n_classes;
        let beta = &self.beta[start..start + self.n_classes];
        for (class, (score, beta)) in row.iter_mut().zip(beta).enumerate() {
            let margin = f64::from(u8::from(class != self.codes[row_idx]));
            *score = beta + self.sigma * (margin + *score);
        }
        project_on_simplex(row, self.cost[row_idx], sorted);
    }
}

/// Replaces `v` by the nearest point with non-negative elements that sum to `size`; `sorted` is
/// scratch of the same length. (Held, Wolfe and Crowder 1974.)
fn project_on_simplex(v: &mut [f64], size: f64, sorted: &mut [f64]) {
    sorted.copy_from_slice(v);
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut threshold) = (0.0, f64::NEG_INFINITY);
    for (count, &value) in sorted.iter().enumerate() {
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

#[expect(
    clippy::cast_possible_truncation,
    reason = "products are in single precision"
)]
impl GroupLoss for CrammerSinger {
    fn n_columns(&self) -> usize {
        self.n_classes
    }

    fn max_work(&self) -> f64 {
        MAX_HINGE_WORK
    }

    fn lag(&self) -> f64 {
        0.0
    }

    fn derivatives(
        &mut self,
        z: &[Vec<f64>],
        slopes: &mut [Vec<f32>],
        curvatures: &mut [Vec<f32>],
    ) {
        let mut row = vec![0.0; self.n_classes];
        let mut sorted = row.clone();
        for row_idx in 0..self.codes.len() {
            gather(z, row_idx, &mut row);
            self.project_row(row_idx, &mut row, &mut sorted);
            let n_support = row.iter().filter(|&&beta| beta > 0.0).count();
            let diagonal = self.sigma * (1.0 - 1.0 / n_support.max(1) as f64);
            for (class, &beta) in row.iter().enumerate() {
                let is_own = class == self.codes[row_idx];
                let own = if is_own { self.cost[row_idx] } else { 0.0 };
                slopes[class][row_idx] = (beta - own) as f32;
                curvatures[class][row_idx] = if beta > 0.0 { diagonal as f32 } else { 0.0 };
            }
            let start = row_idx * self.n_classes;
            self.projected[start..start + self.n_classes].copy_from_slice(&row);
        }
    }

    fn apply_curvature(&self, row_idx: usize, _: &[Vec<f32>], v: &mut [f32]) {
        let start = row_idx * self.n_classes;
        let support = &self.projected[start..start + self.n_classes];
        let (mut count, mut sum) = (0.0_f32, 0.0);
        for (beta, v) in support.iter().zip(v.iter()) {
            if *beta > 0.0 {
                count += 1.0;
                sum += v;
            }
        }
        let mean = sum / count.max(1.0);
        for (beta, v) in support.iter().zip(v) {
            *v = if *beta > 0.0 && count > 1.0 {
                self.sigma as f32 * (*v - mean)
            } else {
                0.0
            };
        }
    }

    fn along(&self, z: &[Vec<f64>], q: &[Vec<f32>], t: f64) -> (f64, f64) {
        let mut row = vec![0.0; self.n_classes];
        let mut sorted = row.clone();
        let (mut first, mut second) = (0.0, 0.0);
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather_along(z, q, t, row_idx, &mut row);
            self.project_row(row_idx, &mut row, &mut sorted);
            let (mut count, mut sum, mut square) = (0.0, 0.0, 0.0);
            for (beta, q) in row.iter().zip(q) {
                let q = f64::from(q[row_idx]);
                first += beta * q;
                if *beta > 0.0 {
                    count += 1.0;
                    sum += q;
                    square += q * q;
                }
            }
            first -= cost * f64::from(q[code][row_idx]);
            second += self.sigma * (square - sum * sum / f64::max(count, 1.0));
        }
        (first, second)
    }

    fn value(&self, z: &[Vec<f64>]) -> f64 {
        let mut row = vec![0.0; self.n_classes];
        let mut sum = 0.0;
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather(z, row_idx, &mut row);
            let own = row[code];
            row[code] -= 1.0;
            let best = row.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z + 1.0));
            sum += cost * (best - own);
        }
        sum
    }

    fn assess(&mut self, point: &Point<'_>) -> Verdict {
        let loss = self.value(point.z);
        // Margins of the classes under the multipliers, and their products with the scores.
        let (mut margins, mut products) = (0.0, 0.0);
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            let start = row_idx * self.n_classes;
            let beta = &self.projected[start..start + self.n_classes];
            margins += cost - beta[code];
            for (beta, z) in beta.iter().zip(point.z) {
                products += beta * z[row_idx];
            }
            products -= cost * point.z[code][row_idx];
        }
        let slackness = loss - margins - products;
        let primal = point.half_norm + loss;
        self.best_dual = self.best_dual.max(margins - point.half_norm_dual);
        self.gap = (primal - self.best_dual) / primal.max(f64::MIN_POSITIVE);
        if self.gap <= self.gap_tol {
            return Verdict::Done;
        }
        if point.half_gradient <= INNER_SHARE * slackness {
            self.beta.copy_from_slice(&self.projected);
            self.sigma *= PENALTY_GROWTH;
            return Verdict::Changed;
        }
        Verdict::Step
    }
}
