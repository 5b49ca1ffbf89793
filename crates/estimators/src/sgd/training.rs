//! How the stochastic classifiers train, as far as it is the same for all three.

use crate::ClassWeight;
use crate::parameters::{Interval, NJobs, Verbosity};

parameter_group! {
    /// Epochs, stopping and weights of classes.
    pub struct StochasticTraining {
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// epochs at most
        max_iter: usize = 1000, in Interval::at_least(1), was 5;
        /// decrease of the mean loss that counts as progress; null never stops early
        tol: Option<f64> = Some(1e-3), in Interval::NOT_NEGATIVE, was None;
        /// whether each epoch has its own order
        shuffle: bool = true;
        /// whether to stop on the score of rows held back
        early_stopping: bool = false;
        /// share of the rows held back
        validation_fraction: f64 = 0.1, in Interval::PART;
        /// epochs without progress before the end
        n_iter_no_change: usize = 5, in Interval::at_least(1);
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform, in Interval::FINITE;
    }
    ignored {
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored
        n_jobs: NJobs = NJobs;
        /// ignored: every fit starts anew
        warm_start: bool = false;
    }
}

impl StochasticTraining {
    /// Returns the share of the rows to hold back, if training stops on their score.
    #[must_use]
    pub fn share_held_back(&self) -> Option<f64> {
        self.early_stopping.then_some(self.validation_fraction)
    }
}
