//! `PassiveAggressiveClassifier`: the online algorithms of Crammer et al. (2006), one-vs-rest.

use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{ArrayBase, Data, Ix2};

use super::algorithm;
use super::loss::SgdLoss;
use super::settings::{
    EarlyStopping, LearningRate, Settings, SgdPenalty, average_from_args, canonicalise_common,
    epoch_cost, table,
};
use crate::estimators::erased::{Estimator, erase};
use crate::estimators::linear::ClassWeight;
use crate::estimators::linear::class_weight::CLASS_WEIGHT;
use crate::estimators::linear::model::linear_classifier;
use crate::estimators::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};
use crate::estimators::{FitError, ParamError};

const NAME: &str = "PassiveAggressiveClassifier";

linear_classifier!(
    /// A fitted `PassiveAggressiveClassifier`.
    PassiveAggressiveClassifier,
    PassiveAggressiveParams
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

impl ParamGuard for PassiveAggressiveParams {
    type Checked = PassiveAggressiveValidParams;
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

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for PassiveAggressiveValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = PassiveAggressiveClassifier;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<PassiveAggressiveClassifier, FitError> {
        Ok(PassiveAggressiveClassifier(algorithm::fit(
            &self.0, dataset,
        )?))
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
