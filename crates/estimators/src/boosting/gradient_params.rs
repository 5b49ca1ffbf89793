//! Parameters of classical gradient boosting.

use crate::parameters::{Interval, ParamValue, Verbosity};
use crate::tree::{Improvement, TreeShape};

choices! {
    /// What the stages of gradient boosting minimise.
    pub enum BoostingLoss {
        /// Log loss.
        LogLoss = "log_loss" | "deviance",
        /// Exponential loss; two classes only.
        Exponential = "exponential",
    }
}

choices! {
    /// Scores before the first stage, where they are not the classes' shares.
    pub enum BoostingInit {
        /// Zero.
        Zero = "zero",
    }
}

parameters! {
    /// Parameters of [`GradientBoosting`](super::GradientBoosting), scikit-learn's
    /// `GradientBoostingClassifier`.
    pub struct GradientBoostingParams => GradientBoostingValidParams: "GradientBoostingClassifier" {
        /// what the stages minimise
        loss: BoostingLoss = BoostingLoss::LogLoss;
        /// factor of each tree
        learning_rate: f64 = 0.1, in Interval::NOT_NEGATIVE;
        /// stages
        n_estimators: usize = 100, in Interval::at_least(1);
        /// share of the rows drawn for each stage
        subsample: f64 = 1.0, in Interval::SHARE;
        /// what min_impurity_decrease measures; both pick the same splits
        criterion: Improvement = Improvement::Friedman;
        /// scores before the first stage: zero; null: the classes' shares
        init: Option<BoostingInit> = None;
        /// share of the rows that early stopping looks at
        validation_fraction: f64 = 0.1, in Interval::PART;
        /// stages without progress before it stops; null: never
        n_iter_no_change: Option<usize> = None, in Interval::at_least(1);
        /// least progress
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
    }
    groups {
        /// how far each tree grows
        shape: TreeShape = TreeShape { max_depth: Some(3), ..TreeShape::default() };
    }
    seed ParamValue::Null;
    ignored {
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored: a job is fitted once
        warm_start: bool = false;
    }
}
