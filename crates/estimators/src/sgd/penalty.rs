//! The penalty of `SGDClassifier` and `Perceptron`.

use crate::linear::LinearPenalty;
use crate::parameters::Interval;

parameter_group! {
    /// What is added to the loss: `alpha` times a norm, whose l1 part is taken as the truncated
    /// gradient of Tsuruoka et al. (2009).
    pub struct SgdPenalty {
        /// what is added to the loss
        norm as "penalty": LinearPenalty = LinearPenalty::L2;
        /// weight of the penalty
        alpha: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// share of the l1 norm (elasticnet)
        l1_ratio: f64 = 0.15, in Interval::UNIT;
    }
}

impl SgdPenalty {
    /// Returns the share of the l1 norm; 0 without a penalty.
    #[must_use]
    pub fn l1_share(&self) -> f64 {
        self.norm.shares(self.l1_ratio).0
    }

    /// Returns the share of the l2 norm; 0 without a penalty.
    #[must_use]
    pub fn l2_share(&self) -> f64 {
        self.norm.shares(self.l1_ratio).1
    }
}
