//! When a smooth problem is solved.

use super::group_loss::{Point, Verdict};

/// The largest gradient at which a smooth problem counts as solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stop {
    /// The norm of the gradient is at most this fraction of the norm at zero weights (LIBLINEAR).
    RelativeNorm(f64),
    /// No element of the gradient is larger than this (scikit-learn's own solvers).
    LargestElement(f64),
}

impl Stop {
    /// Judges a point by its gradient.
    pub fn assess(self, point: &Point<'_>) -> Verdict {
        let is_met = match self {
            Self::RelativeNorm(eps) => point.gradient_norm <= eps * point.first_norm,
            Self::LargestElement(eps) => point.gradient_max <= eps,
        };
        if is_met { Verdict::Done } else { Verdict::Step }
    }
}
