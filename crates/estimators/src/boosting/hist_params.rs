//! Parameters of histogram boosting.

use super::column_choice::{CategoricalRule, ColumnChoice, InteractionRule};
use super::early_stopping::BoostingEarlyStopping;
use crate::parameters::{Interval, ParamValue, Parameters, Verbosity};
use crate::tree::{ColumnNumbers, refuse_monotonic_cst};
use crate::{ClassWeight, ParamError};

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
        /// The accuracy, which is refused.
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
        /// features that are categories; none here
        categorical_features: Option<ColumnChoice<CategoricalRule>> = Some(ColumnChoice::Named(CategoricalRule::Warn));
        /// monotonic constraints; not supported
        monotonic_cst: Option<ColumnNumbers> = None;
        /// which features may meet in a branch; not supported
        interaction_cst: Option<ColumnChoice<InteractionRule>> = None;
        /// whether stages end early; auto: with more than 10,000 samples
        early_stopping: BoostingEarlyStopping = BoostingEarlyStopping::Auto;
        /// what early stopping looks at; only the loss is supported
        scoring: Option<BoostingScoring> = Some(BoostingScoring::Loss);
        /// share of the rows that early stopping looks at; null: the training rows
        validation_fraction: Option<f64> = Some(0.1), in Interval::PART;
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
    check refuse_unsupported;
}

/// Refuses what scikit-learn has and we do not.
fn refuse_unsupported(params: &HistGradientBoostingValidParams) -> Result<(), ParamError> {
    let estimator = HistGradientBoostingParams::ESTIMATOR;
    let refuse = |name: &str, reason: &str| Err(ParamError::unsupported(estimator, name, reason));
    refuse_monotonic_cst(params.monotonic_cst.as_ref(), estimator)?;
    if params.interaction_cst.is_some() {
        return refuse("interaction_cst", "features may meet freely; leave it null");
    }
    if let Some(ColumnChoice::Columns(_)) = params.categorical_features {
        let reason = "all features are numbers; leave it out";
        return refuse("categorical_features", reason);
    }
    let may_stop = params.early_stopping != BoostingEarlyStopping::Off;
    if may_stop && params.scoring != Some(BoostingScoring::Loss) {
        let reason = "early stopping looks at the loss only; leave it \"loss\"";
        return refuse("scoring", reason);
    }
    Ok(())
}
