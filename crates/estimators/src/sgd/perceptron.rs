//! `Perceptron`: Rosenblatt's rule, one-vs-rest.

use linfa::ParamGuard;

use super::family::stochastic_classifier;
use super::loss::SgdLoss;
use super::settings::{
    LearningRate, Settings, SgdPenalty, canonicalise_common, epoch_cost, penalty_from_args, table,
};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::linear::class_weight::CLASS_WEIGHT;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

const NAME: &str = "Perceptron";

stochastic_classifier!(Perceptron, PerceptronParams, PerceptronValidParams, NAME);

/// Checked parameters of [`Perceptron`].
#[derive(Debug, Clone, PartialEq)]
pub struct PerceptronValidParams(Settings);

/// Parameters of [`Perceptron`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `penalty` | none | what is added to the loss | `l1_ratio` in [0, 1] |
/// | `alpha` | 1e-4 | weight of the penalty | [0, inf) |
/// | `eta0` | 1 | the constant step | (0, inf) |
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
pub struct PerceptronParams(PerceptronValidParams);

impl Default for PerceptronParams {
    fn default() -> Self {
        Self(PerceptronValidParams(Settings {
            loss: SgdLoss::Perceptron,
            penalty: SgdPenalty::None,
            learning_rate: LearningRate::Constant { eta0: 1.0 },
            ..Settings::default()
        }))
    }
}

impl PerceptronParams {
    /// Sets the penalty.
    #[must_use]
    pub fn penalty(mut self, penalty: SgdPenalty) -> Self {
        self.0.0.penalty = penalty;
        self
    }

    /// Sets the weight of the penalty.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.0.0.alpha = alpha;
        self
    }

    /// Sets the constant step.
    #[must_use]
    pub fn eta0(mut self, eta0: f64) -> Self {
        self.0.0.learning_rate = LearningRate::Constant { eta0 };
        self
    }
}

/// `Perceptron`.
pub static PERCEPTRON: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "perceptron, one-vs-rest",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "penalty",
        table::PENALTY_KINDS,
        "null",
        "what is added to the loss",
    ),
    ParamSpec::new("alpha", &[Kind::Float], "1e-4", "weight of the penalty"),
    table::L1_RATIO,
    table::FIT_INTERCEPT,
    table::MAX_ITER,
    table::TOL,
    table::SHUFFLE,
    table::VERBOSE,
    ParamSpec::new("eta0", &[Kind::Float], "1.0", "the constant step"),
    table::N_JOBS,
    ParamSpec {
        default: "0",
        ..RANDOM_STATE
    },
    table::EARLY_STOPPING,
    table::VALIDATION_FRACTION,
    table::N_ITER_NO_CHANGE,
    CLASS_WEIGHT,
    table::WARM_START,
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    let notes = canonicalise_common(params);
    if params["penalty"].is_null() {
        params.remove("alpha");
    }
    notes
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let params = PerceptronParams(PerceptronValidParams(Settings {
        loss: SgdLoss::Perceptron,
        penalty: penalty_from_args(args),
        alpha: args.opt_float("alpha").unwrap_or(1e-4),
        learning_rate: LearningRate::Constant {
            eta0: args.float("eta0"),
        },
        ..Settings::from_args(args)?
    }));
    Ok(erase(params.check()?))
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    epoch_cost(args, shape, 25.0, penalty_from_args(args))
}
