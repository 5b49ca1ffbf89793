//! `PassiveAggressiveClassifier`: the online algorithms of Crammer et al. (2006), one-vs-rest.

use linfa::ParamGuard;

use super::family::stochastic_classifier;
use super::loss::SgdLoss;
use super::settings::{
    LearningRate, Settings, SgdPenalty, average_from_args, canonicalise_common, epoch_cost, table,
};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::linear::class_weight::CLASS_WEIGHT;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

const NAME: &str = "PassiveAggressiveClassifier";

stochastic_classifier!(
    PassiveAggressiveClassifier,
    PassiveAggressiveParams,
    PassiveAggressiveValidParams,
    NAME
);

/// Checked parameters of [`PassiveAggressiveClassifier`].
#[derive(Debug, Clone, PartialEq)]
pub struct PassiveAggressiveValidParams(Settings);

/// Parameters of [`PassiveAggressiveClassifier`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `variant` | PA-I with `c` = 1 | how far a step goes | `c` in (0, inf) |
/// | `average` | 0 | rows seen before weights are averaged; 0 for never | |
/// | `fit_intercept` | true | an intercept | |
/// | `max_iter` | 1000 | epochs at most | [1, inf) |
/// | `tol` | 1e-3 | decrease of the mean loss that counts as progress | [0, inf) or none |
/// | `n_iter_no_change` | 5 | epochs without progress before the end | [1, inf) |
/// | `early_stopping` | no | stop on the score of rows held back | share in (0, 1) |
/// | `shuffle` | true | a new order each epoch | |
/// | `class_weight` | uniform | factor on the steps for each class | ≥ 0 |
/// | `seed` | 0 | of order and split | |
///
/// # Errors
/// `check` refuses values out of range.
#[derive(Debug, Clone, PartialEq)]
pub struct PassiveAggressiveParams(PassiveAggressiveValidParams);

impl Default for PassiveAggressiveParams {
    fn default() -> Self {
        Self(PassiveAggressiveValidParams(Settings {
            loss: SgdLoss::Hinge,
            penalty: SgdPenalty::None,
            learning_rate: LearningRate::PassiveAggressive1 { c: 1.0 },
            ..Settings::default()
        }))
    }
}

impl PassiveAggressiveParams {
    /// Sets the step: [`LearningRate::PassiveAggressive1`] or [`LearningRate::PassiveAggressive2`].
    #[must_use]
    pub fn variant(mut self, variant: LearningRate) -> Self {
        self.0.0.learning_rate = variant;
        self
    }

    /// Sets the rows seen before weights are averaged; 0 does not average.
    #[must_use]
    pub fn average(mut self, average: usize) -> Self {
        self.0.0.average = average;
        self
    }
}

/// `PassiveAggressiveClassifier`.
pub static PASSIVE_AGGRESSIVE_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "passive-aggressive classifier, one-vs-rest",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "C",
        &[Kind::Float],
        "1.0",
        "the longest step (PA-I), or its stiffness (PA-II)",
    ),
    table::FIT_INTERCEPT,
    table::MAX_ITER,
    table::TOL,
    table::EARLY_STOPPING,
    table::VALIDATION_FRACTION,
    table::N_ITER_NO_CHANGE,
    table::SHUFFLE,
    table::VERBOSE,
    ParamSpec::new(
        "loss",
        &[Kind::Choice(&["hinge", "squared_hinge"])],
        "\"hinge\"",
        "hinge is PA-I, squared_hinge PA-II",
    ),
    table::N_JOBS,
    RANDOM_STATE,
    table::WARM_START,
    CLASS_WEIGHT,
    table::AVERAGE,
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    canonicalise_common(params)
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let c = args.float("C");
    let params = PassiveAggressiveParams(PassiveAggressiveValidParams(Settings {
        loss: SgdLoss::Hinge,
        penalty: SgdPenalty::None,
        learning_rate: match args.choice("loss") {
            Some("squared_hinge") => LearningRate::PassiveAggressive2 { c },
            _ => LearningRate::PassiveAggressive1 { c },
        },
        average: average_from_args(args)?,
        ..Settings::from_args(args)?
    }));
    Ok(erase(params.check()?))
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    epoch_cost(args, shape, 25.0, SgdPenalty::None)
}
