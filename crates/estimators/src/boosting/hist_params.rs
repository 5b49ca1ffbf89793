//! Parameters of histogram boosting.

use super::column_choice::{CategoricalFeatures, InteractionConstraints};
use super::early_stopping::BoostingEarlyStopping;
use crate::ClassWeight;
use crate::parameters::{Interval, ParamValue, Verbosity};
use crate::tree::{Amount, AmountRange, MonotonicConstraints};

choices! {
    /// What the stages of histogram boosting minimise.
    pub enum HistBoostingLoss {
        /// Log loss.
        LogLoss = "log_loss",
    }
}

choices! {
    /// What early stopping looks at.
    pub enum BoostingScoring {
        /// The loss.
        Loss = "loss",
        /// The accuracy.
        Accuracy = "accuracy",
    }
}

parameters! {
    /// Parameters of [`HistGradientBoosting`](super::HistGradientBoosting), scikit-learn's
    /// `HistGradientBoostingClassifier`.
    pub struct HistGradientBoostingParams => HistGradientBoostingValidParams: "HistGradientBoostingClassifier" {
        /// what the stages minimise
        loss: HistBoostingLoss = HistBoostingLoss::LogLoss;
        /// factor of each tree
        learning_rate: f64 = 0.1, in Interval::POSITIVE;
        /// stages
        max_iter: usize = 100, in Interval::at_least(1);
        /// most leaves of a tree, splitting the best node next; null: no limit
        max_leaf_nodes: Option<usize> = Some(31), in Interval::at_least(2);
        /// depth at which nodes are leaves; null: no limit
        max_depth: Option<usize> = None, in Interval::at_least(1);
        /// fewest samples of a leaf
        min_samples_leaf: usize = 20, in Interval::at_least(1);
        /// added to the Hessian of each node
        l2_regularization: f64 = 0.0, in Interval::NOT_NEGATIVE;
        /// share of the features drawn for each node
        max_features: f64 = 1.0, in Interval::SHARE;
        /// most bins per feature
        max_bins: usize = 255, in Interval::closed(2.0, 255.0);
        /// columns that are categories: their numbers, or a flag for each; else none
        categorical_features: Option<CategoricalFeatures> = Some(CategoricalFeatures::Warn);
        /// for each column whether the second class may only get likelier (1) or less likely (-1) with it, or 0; two classes only
        monotonic_cst: Option<MonotonicConstraints> = None;
        /// columns that may meet in a branch: lists of them, pairwise, no_interactions; null: any
        interaction_cst: Option<InteractionConstraints> = None;
        /// whether stages end early; auto: with more than 10,000 samples
        early_stopping: BoostingEarlyStopping = BoostingEarlyStopping::Auto;
        /// what early stopping looks at; null: accuracy
        scoring: Option<BoostingScoring> = Some(BoostingScoring::Loss);
        /// rows that early stopping looks at: a share, or a count; null: the training rows
        validation_fraction: Option<Amount> = Some(Amount::Share(0.1)), in AmountRange::new(1, Interval::PART);
        /// stages without progress before it stops
        n_iter_no_change: usize = 10, in Interval::at_least(1);
        /// least progress
        tol: f64 = 1e-7, in Interval::NOT_NEGATIVE;
        /// weights of classes: by label, or balanced; null: all 1
        class_weight: ClassWeight = ClassWeight::Uniform;
    }
    seed ParamValue::Null;
    ignored {
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored: a job is fitted once
        warm_start: bool = false;
    }
}
