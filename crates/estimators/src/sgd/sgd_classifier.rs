//! `SGDClassifier`: regularised linear models by stochastic gradient descent, one-vs-rest.

use linfa::ParamGuard;

use super::family::stochastic_classifier;
use super::loss::SgdLoss;
use super::settings::{
    LearningRate, Settings, SgdPenalty, average_from_args, canonicalise_common, epoch_cost,
    penalty_from_args, table,
};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::linear::class_weight::CLASS_WEIGHT;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

const NAME: &str = "SGDClassifier";

stochastic_classifier!(SgdClassifier, SgdParams, SgdValidParams, NAME);

/// Checked parameters of [`SgdClassifier`].
#[derive(Debug, Clone, PartialEq)]
pub struct SgdValidParams(Settings);

/// Parameters of [`SgdClassifier`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `loss` | hinge | see [`SgdLoss`] | `epsilon` ≥ 0 |
/// | `penalty` | l2 | what is added to the loss | `l1_ratio` in [0, 1] |
/// | `alpha` | 1e-4 | weight of the penalty | [0, inf), above 0 with the optimal rate |
/// | `learning_rate` | optimal | length of the steps | `eta0` > 0 |
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
pub struct SgdParams(SgdValidParams);

impl Default for SgdParams {
    fn default() -> Self {
        Self(SgdValidParams(Settings::default()))
    }
}

impl SgdParams {
    /// Sets the loss.
    #[must_use]
    pub fn loss(mut self, loss: SgdLoss) -> Self {
        self.0.0.loss = loss;
        self
    }

    /// Sets the length of the steps.
    #[must_use]
    pub fn learning_rate(mut self, learning_rate: LearningRate) -> Self {
        self.0.0.learning_rate = learning_rate;
        self
    }

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

    /// Sets the rows seen before weights are averaged; 0 does not average.
    #[must_use]
    pub fn average(mut self, average: usize) -> Self {
        self.0.0.average = average;
        self
    }
}

/// `SGDClassifier`.
pub static SGD_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "linear models by stochastic gradient descent, one-vs-rest",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "loss",
        &[Kind::Choice(LOSSES)],
        "\"hinge\"",
        "loss of one class against the rest",
    )
    .with_synonyms(&[("log", "log_loss"), ("squared_loss", "squared_error")]),
    ParamSpec::new(
        "penalty",
        table::PENALTY_KINDS,
        "\"l2\"",
        "what is added to the loss",
    ),
    ParamSpec::new("alpha", &[Kind::Float], "1e-4", "weight of the penalty"),
    table::L1_RATIO,
    table::FIT_INTERCEPT,
    table::MAX_ITER,
    table::TOL,
    table::SHUFFLE,
    table::VERBOSE,
    ParamSpec::new(
        "epsilon",
        &[Kind::Float],
        "0.1",
        "width of the losses that have one",
    ),
    table::N_JOBS,
    RANDOM_STATE,
    ParamSpec::new(
        "learning_rate",
        &[Kind::Choice(&[
            "optimal",
            "constant",
            "invscaling",
            "adaptive",
        ])],
        "\"optimal\"",
        "length of the steps",
    ),
    ParamSpec::new(
        "eta0",
        &[Kind::Float],
        "0.0",
        "first step (not with optimal)",
    ),
    ParamSpec::new(
        "power_t",
        &[Kind::Float],
        "0.5",
        "power of the row count (invscaling)",
    ),
    table::EARLY_STOPPING,
    table::VALIDATION_FRACTION,
    table::N_ITER_NO_CHANGE,
    CLASS_WEIGHT,
    table::WARM_START,
    table::AVERAGE,
];

const LOSSES: &[&str] = &[
    "hinge",
    "squared_hinge",
    "perceptron",
    "log_loss",
    "modified_huber",
    "squared_error",
    "huber",
    "epsilon_insensitive",
    "squared_epsilon_insensitive",
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    let notes = canonicalise_common(params);
    let has_epsilon = [
        "huber",
        "epsilon_insensitive",
        "squared_epsilon_insensitive",
    ]
    .iter()
    .any(|loss| params["loss"] == *loss);
    if !has_epsilon {
        params.remove("epsilon");
    }
    if params["learning_rate"] == "optimal" {
        params.remove("eta0");
    }
    if params["learning_rate"] != "invscaling" {
        params.remove("power_t");
    }
    notes
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let epsilon = args.opt_float("epsilon").unwrap_or(0.1);
    let eta0 = args.opt_float("eta0").unwrap_or(0.0);
    let params = SgdParams(SgdValidParams(Settings {
        loss: match args.choice("loss") {
            Some("squared_hinge") => SgdLoss::SquaredHinge,
            Some("perceptron") => SgdLoss::Perceptron,
            Some("log_loss") => SgdLoss::Log,
            Some("modified_huber") => SgdLoss::ModifiedHuber,
            Some("squared_error") => SgdLoss::SquaredError,
            Some("huber") => SgdLoss::Huber(epsilon),
            Some("epsilon_insensitive") => SgdLoss::EpsilonInsensitive(epsilon),
            Some("squared_epsilon_insensitive") => SgdLoss::SquaredEpsilonInsensitive(epsilon),
            _ => SgdLoss::Hinge,
        },
        penalty: penalty_from_args(args),
        alpha: args.float("alpha"),
        learning_rate: match args.choice("learning_rate") {
            Some("constant") => LearningRate::Constant { eta0 },
            Some("invscaling") => LearningRate::InvScaling {
                eta0,
                power_t: args.opt_float("power_t").unwrap_or(0.5),
            },
            Some("adaptive") => LearningRate::Adaptive { eta0 },
            _ => LearningRate::Optimal,
        },
        average: average_from_args(args)?,
        ..Settings::from_args(args)?
    }));
    Ok(erase(params.check()?))
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    epoch_cost(args, shape, 100.0, penalty_from_args(args))
}
