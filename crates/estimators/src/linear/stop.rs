//! When a smooth problem is solved.
//!
//! A small gradient alone does not tell: where the rows can be separated and the penalty is weak,
//! every loss is close to its flat end, and the gradient is small far from the minimum. So the last
//! step must have been small as well. Half of its directional derivative (the squared Newton
//! decrement over two) is what the objective was above its minimum before the step, to second
//! order and whatever the scale of rows, loss and penalty. (2,000 standardised images of
//! Fashion-MNIST, multinomial, C = 1e4: the gradient alone stopped at an objective of 2,413, where
//! the minimum is 1,086.)

use super::group_loss::{Point, Verdict};

/// What the objective may have been above its minimum before the last step, as a multiple of
/// tolerance and objective.
const FLATNESS: f64 = 10.0;

/// The largest gradient at which a smooth problem counts as solved.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gradient {
    /// Its norm is at most this fraction of the norm at zero weights (LIBLINEAR).
    RelativeNorm(f64),
    /// No element is larger than this (scikit-learn's own solvers).
    LargestElement(f64),
}

/// The rule by which a smooth problem counts as solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    gradient: Gradient,
    /// Tolerance of the last step.
    tol: f64,
}

impl Stop {
    /// Returns LIBLINEAR's rule: a gradient of at most `share` of the one at zero weights.
    pub fn relative(share: f64, tol: f64) -> Self {
        let gradient = Gradient::RelativeNorm(share);
        Self { gradient, tol }
    }

    /// Returns the rule of scikit-learn's own solvers: no element of the gradient of the mean loss
    /// above `tol`, where the rows cost `total_cost`.
    pub fn of_mean(tol: f64, total_cost: f64) -> Self {
        let gradient = Gradient::LargestElement(tol * total_cost);
        Self { gradient, tol }
    }

    /// Judges a point by its gradient and the step that led to it; `loss` is the loss there.
    pub fn assess(self, point: &Point<'_>, loss: impl FnOnce() -> f64) -> Verdict {
        let is_steep = match self.gradient {
            Gradient::RelativeNorm(share) => point.gradient_norm > share * point.first_norm,
            Gradient::LargestElement(largest) => point.gradient_max > largest,
        };
        if is_steep {
            return Verdict::Step;
        }
        let loss = loss();
        let is_flat = point.decrement <= FLATNESS * self.tol * (point.half_norm + loss);
        // Without a penalty the loss of rows that can be separated has no minimum: it is enough
        // that the mean loss itself is within the tolerance.
        let is_lossless = match self.gradient {
            Gradient::LargestElement(largest) => !point.is_penalised && loss <= largest,
            Gradient::RelativeNorm(_) => false,
        };
        if is_flat || is_lossless || point.gradient_norm == 0.0 {
            Verdict::Done
        } else {
            Verdict::StepOn
        }
    }
}
