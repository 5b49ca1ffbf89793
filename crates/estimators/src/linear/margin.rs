//! Losses of two-class problems as functions of the margin `m = y·z`.
//!
//! | loss | per row |
//! |---|---|
//! | logistic | `c·log(1 + exp(-m))` |
//! | squared hinge | `c·max(0, 1 - m)²` |
//! | hinge | `c·max(0, 1 - m)` |
//!
//! The hinge has no curvature. It is minimised as a sequence of smooth problems by the augmented
//! Lagrangian of its dual (Rockafellar 1976; for support vector machines Yan and Li 2020): with
//! multipliers `α` in `[0, c]` and a penalty `σ`, the smoothed loss
//!
//! ```text
//! (clip(α + σ·(1 - m), 0, c)² - α²) / 2σ   (+ linear beyond c)
//! ```
//!
//! has the curvature σ where the clip is not active and 0 elsewhere. Once its gradient is small
//! against the duality gap, `α` becomes the clipped value. As every clipped value is a feasible dual
//! point, the duality gap is known at every step; it is the stopping rule. A large σ takes few updates
//! of `α`, but the smoothed loss is then nearly the hinge itself, and Newton's steps are cut to
//! nothing. Whether they are tells when σ is to grow and when to fall.

use super::group_loss::{GroupLoss, Point, Verdict};
use super::stop::Stop;

/// First penalty, as a fraction of the largest cost.
const FIRST_PENALTY: f64 = 0.05;

/// Factor by which the penalty grows or falls.
const PENALTY_FACTOR: f64 = 2.0;

/// The penalty grows after a smooth problem that took no more steps than this.
const FEW_STEPS: usize = 8;

/// The penalty falls in a smooth problem that takes more steps than this.
const MANY_STEPS: usize = 30;

/// Share of the duality gap that the gradient may make up when the multipliers are updated.
const INNER_SHARE: f64 = 1.0;

/// Relative duality gap that small problems go on to.
const TIGHT_GAP: f64 = 1e-11;

/// Which loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarginKind {
    Logistic,
    SquaredHinge,
    Hinge,
}

/// The loss of one class against the rest.
#[derive(Debug, Clone)]
pub(super) struct MarginLoss {
    kind: MarginKind,
    /// +1 or -1 for each row.
    y: Vec<f64>,
    /// Cost of each row.
    cost: Vec<f64>,
    stop: Stop,
    /// Relative duality gap to reach (hinge).
    gap_tol: f64,
    /// The gap that is aimed at (hinge).
    gap_goal: f64,
    /// Multipliers and penalty (hinge).
    alpha: Vec<f64>,
    sigma: f64,
    /// Steps since either changed (hinge).
    n_steps: usize,
    /// Best relative duality gap so far (hinge).
    gap: f64,
    best_dual: f64,
}

impl MarginLoss {
    pub fn new(kind: MarginKind, y: Vec<f64>, cost: Vec<f64>, stop: Stop, gap_tol: f64) -> Self {
        let largest = cost.iter().fold(0.0_f64, |m, &c| m.max(c));
        let is_hinge = kind == MarginKind::Hinge;
        Self {
            kind,
            alpha: vec![0.0; if is_hinge { y.len() } else { 0 }],
            sigma: FIRST_PENALTY * largest,
            n_steps: 0,
            gap: f64::INFINITY,
            best_dual: f64::NEG_INFINITY,
            y,
            cost,
            stop,
            gap_tol,
            gap_goal: gap_tol,
        }
    }

    /// Returns the first and second derivative of row `row_idx` with respect to the margin.
    #[inline]
    fn derivatives_of(&self, row_idx: usize, margin: f64) -> (f64, f64) {
        let cost = self.cost[row_idx];
        match self.kind {
            MarginKind::Logistic => {
                let p = 1.0 / (1.0 + margin.exp());
                (-cost * p, cost * p * (1.0 - p))
            }
            MarginKind::SquaredHinge => {
                let slack = 1.0 - margin;
                if slack > 0.0 {
                    (-2.0 * cost * slack, 2.0 * cost)
                } else {
                    (0.0, 0.0)
                }
            }
            MarginKind::Hinge => {
                let raw = self.alpha[row_idx] + self.sigma * (1.0 - margin);
                if raw <= 0.0 {
                    (0.0, 0.0)
                } else if raw >= cost {
                    (-cost, 0.0)
                } else {
                    (-raw, self.sigma)
                }
            }
        }
    }

    /// Returns the loss of one row.
    fn value_of(&self, row_idx: usize, margin: f64) -> f64 {
        let slack = (1.0 - margin).max(0.0);
        self.cost[row_idx]
            * match self.kind {
                MarginKind::Logistic => (-margin.abs()).exp().ln_1p() + (-margin).max(0.0),
                MarginKind::SquaredHinge => slack * slack,
                MarginKind::Hinge => slack,
            }
    }

    fn margins<'a>(&'a self, z: &'a [f64]) -> impl Iterator<Item = (usize, f64)> + 'a {
        z.iter().zip(&self.y).map(|(z, y)| z * y).enumerate()
    }

    fn assess_hinge(&mut self, point: &Point<'_>) -> Verdict {
        let (mut loss, mut sum, mut slackness) = (0.0, 0.0, 0.0);
        for (row_idx, margin) in self.margins(&point.z[0]) {
            let alpha = -self.derivatives_of(row_idx, margin).0;
            let hinge = self.value_of(row_idx, margin);
            loss += hinge;
            sum += alpha;
            slackness += hinge - alpha * (1.0 - margin);
        }
        let primal = point.half_norm + loss;
        self.best_dual = self.best_dual.max(sum - point.half_norm_dual);
        self.gap = (primal - self.best_dual) / primal.max(f64::MIN_POSITIVE);
        if self.gap <= self.gap_goal {
            return Verdict::Done;
        }
        if point.half_gradient <= INNER_SHARE * slackness {
            let updated: Vec<f64> = self
                .margins(&point.z[0])
                .map(|(row_idx, margin)| -self.derivatives_of(row_idx, margin).0)
                .collect();
            self.alpha = updated;
            if self.n_steps <= FEW_STEPS {
                self.sigma *= PENALTY_FACTOR;
            }
            self.n_steps = 0;
            return Verdict::Changed;
        }
        if self.n_steps >= MANY_STEPS {
            self.sigma /= PENALTY_FACTOR;
            self.n_steps = 0;
            return Verdict::Changed;
        }
        self.n_steps += 1;
        Verdict::Step
    }
}

impl GroupLoss for MarginLoss {
    fn n_columns(&self) -> usize {
        1
    }

    fn lag(&self) -> f64 {
        if self.kind == MarginKind::Logistic {
            0.5
        } else {
            0.0
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "products are in single precision"
    )]
    fn derivatives(
        &mut self,
        z: &[Vec<f64>],
        slopes: &mut [Vec<f32>],
        curvatures: &mut [Vec<f32>],
    ) {
        for (row_idx, margin) in self.margins(&z[0]) {
            let (slope, curvature) = self.derivatives_of(row_idx, margin);
            slopes[0][row_idx] = (slope * self.y[row_idx]) as f32;
            curvatures[0][row_idx] = curvature as f32;
        }
    }

    fn apply_curvature(&self, row_idx: usize, curvatures: &[Vec<f32>], v: &mut [f32]) {
        v[0] *= curvatures[0][row_idx];
    }

    fn exact_derivatives(
        &self,
        row_idx: usize,
        z: &[f64],
        gradient: &mut [f64],
        curvature: &mut [f64],
    ) {
        let y = self.y[row_idx];
        let (slope, second) = self.derivatives_of(row_idx, y * z[0]);
        (gradient[0], curvature[0]) = (slope * y, second);
    }

    fn along<Q: Copy + Into<f64>>(&self, z: &[Vec<f64>], q: &[Vec<Q>], t: f64) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for (row_idx, ((&z, &q), &y)) in z[0].iter().zip(&q[0]).zip(&self.y).enumerate() {
            let q: f64 = y * q.into();
            let (slope, curvature) = self.derivatives_of(row_idx, y * z + t * q);
            first += slope * q;
            second += curvature * q * q;
        }
        (first, second)
    }

    fn value(&self, z: &[Vec<f64>]) -> f64 {
        self.margins(&z[0])
            .map(|(row_idx, margin)| self.value_of(row_idx, margin))
            .sum()
    }

    fn assess(&mut self, point: &Point<'_>) -> Verdict {
        if self.kind == MarginKind::Hinge {
            return self.assess_hinge(point);
        }
        self.stop.assess(point, || self.value(point.z))
    }

    fn tighten(&mut self) {
        self.gap_goal = self.gap_goal.min(TIGHT_GAP);
    }

    fn is_met(&self) -> bool {
        self.kind == MarginKind::Hinge && self.gap <= self.gap_tol
    }

    fn duality_gap(&self) -> Option<f64> {
        (self.kind == MarginKind::Hinge).then_some(self.gap)
    }
}
