//! `Perceptron`: Rosenblatt's rule, one-vs-rest.

use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{ArrayBase, Data, Ix2};

use super::algorithm;
use super::loss::SgdLoss;
use super::settings::{
    EarlyStopping, LearningRate, Settings, SgdPenalty, canonicalise_common, epoch_cost,
    penalty_from_args, table,
};
use crate::estimators::erased::{Estimator, erase};
use crate::estimators::linear::ClassWeight;
use crate::estimators::linear::class_weight::CLASS_WEIGHT;
use crate::estimators::linear::model::linear_classifier;
use crate::estimators::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};
use crate::estimators::{FitError, ParamError};

const NAME: &str = "Perceptron";

linear_classifier!(
    /// A fitted `Perceptron`.
    Perceptron,
    PerceptronParams
);

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

    /// Sets whether there is an intercept.
    #[must_use]
    pub fn fit_intercept(mut self, fit_intercept: bool) -> Self {
        self.0.0.fit_intercept = fit_intercept;
        self
    }

    /// Sets the number of epochs at most.
    #[must_use]
    pub fn max_iter(mut self, max_iter: usize) -> Self {
        self.0.0.max_iter = max_iter;
        self
    }

    /// Sets the decrease of the mean loss that counts as progress; `None` never stops early.
    #[must_use]
    pub fn tol(mut self, tol: Option<f64>) -> Self {
        self.0.0.tol = tol;
        self
    }

    /// Sets the epochs without progress before the end.
    #[must_use]
    pub fn n_iter_no_change(mut self, n_iter_no_change: usize) -> Self {
        self.0.0.n_iter_no_change = n_iter_no_change;
        self
    }

    /// Sets whether, and on what share of the rows, to stop on rows held back.
    #[must_use]
    pub fn early_stopping(mut self, early_stopping: Option<EarlyStopping>) -> Self {
        self.0.0.early_stopping = early_stopping;
        self
    }

    /// Sets whether each epoch has its own order of rows.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.0.0.shuffle = shuffle;
        self
    }

    /// Sets the weights of the classes.
    #[must_use]
    pub fn class_weight(mut self, class_weight: ClassWeight) -> Self {
        self.0.0.class_weight = class_weight;
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.0.seed = seed;
        self
    }
}

impl ParamGuard for PerceptronParams {
    type Checked = PerceptronValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        self.0.0.check(NAME)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for PerceptronValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = Perceptron;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Perceptron, FitError> {
        Ok(Perceptron(algorithm::fit(&self.0, dataset)?))
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
