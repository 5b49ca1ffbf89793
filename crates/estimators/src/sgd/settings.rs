//! The settings of the algorithm that the stochastic classifiers share.

use super::averaging::Averaging;
use super::loss::ScoreLoss;
use super::penalty::SgdPenalty;
use super::training::StochasticTraining;

/// How long a step is at the t-th row (counted from 1 over all epochs).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum StepLength {
    /// `1 / (alpha·(t₀ + t))` with Bottou's t₀.
    Optimal,
    /// `eta0`.
    Constant {
        /// The step.
        eta0: f64,
    },
    /// `eta0 / t^power_t`.
    InvScaling {
        /// The first step.
        eta0: f64,
        /// The power.
        power_t: f64,
    },
    /// `eta0`, a fifth of it whenever the stopping rule would stop, until it is below 1e-6.
    Adaptive {
        /// The first step.
        eta0: f64,
    },
    /// `min(c, loss / |x|²)`: PA-I of Crammer et al. (2006).
    PassiveAggressive1 {
        /// The longest step.
        c: f64,
    },
    /// `loss / (|x|² + 1/2c)`: PA-II.
    PassiveAggressive2 {
        /// The stiffness.
        c: f64,
    },
}

/// Settings of the common algorithm.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    /// Name of the classifier, for errors.
    pub estimator: &'static str,
    pub loss: ScoreLoss,
    pub penalty: SgdPenalty,
    pub step: StepLength,
    pub average: Averaging,
    pub training: StochasticTraining,
    pub seed: u64,
}
