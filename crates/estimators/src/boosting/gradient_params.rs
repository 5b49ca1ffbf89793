//! Parameters of classical gradient boosting, and their JSON form.

use linfa::ParamGuard;

use crate::ParamError;
use crate::erased::erase;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};
use crate::tree::{
    CCP_ALPHA, Improvement, MAX_FEATURES, MAX_LEAF_NODES, MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF,
    MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, Shape,
};

pub(super) const NAME: &str = "GradientBoostingClassifier";

/// What the stages minimise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoostingLoss {
    /// Log loss.
    LogLoss,
    /// Exponential loss; two classes only.
    Exponential,
}

/// Scores before the first stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Init {
    /// The classes' shares.
    Prior,
    /// Zero.
    Zero,
}

/// The way to [`GradientBoostingParams`]; fitting them gives a [`super::Boosted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradientBoosting;

impl GradientBoosting {
    /// Parameters of gradient boosting.
    ///
    /// ```
    /// use fashion_bench_estimators::boosting::GradientBoosting;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[0.0f32], [1.0], [4.0], [5.0], [8.0], [9.0]];
    /// let data = Dataset::new(x.clone(), array![0usize, 0, 1, 1, 2, 2]);
    /// let model = GradientBoosting::params().n_estimators(20).fit(&data)?;
    /// assert_eq!(model.predict(&x), array![0usize, 0, 1, 1, 2, 2]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    #[must_use]
    pub fn params() -> GradientBoostingParams {
        GradientBoostingParams::default()
    }
}

/// Parameters of gradient boosting, not yet checked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `loss` | log loss | what is minimised | |
/// | `learning_rate` | 0.1 | factor of each tree | [0, inf) |
/// | `n_estimators` | 100 | stages | [1, inf) |
/// | `subsample` | 1 | share of the rows drawn for a stage | (0, 1] |
/// | `improvement` | Friedman | what `min_impurity_decrease` measures | |
/// | `shape` | depth 3, all features | see [`Shape`] | |
/// | `init` | prior | scores before the first stage | |
/// | `n_iter_no_change` | none | stages without progress before it stops | [1, inf) |
/// | `validation_fraction` | 0.1 | share of the rows it is measured on | (0, 1) |
/// | `tol` | 1e-4 | least progress | [0, inf) |
/// | `seed` | 0 | of draws and ties | |
#[derive(Debug, Clone, PartialEq)]
pub struct GradientBoostingParams(GradientBoostingValidParams);

/// Checked parameters of gradient boosting.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientBoostingValidParams {
    pub(super) loss: BoostingLoss,
    pub(super) learning_rate: f64,
    pub(super) n_estimators: usize,
    pub(super) subsample: f64,
    pub(super) improvement: Improvement,
    pub(super) shape: Shape,
    pub(super) init: Init,
    pub(super) n_iter_no_change: Option<usize>,
    pub(super) validation_fraction: f64,
    pub(super) tol: f64,
    pub(super) seed: u64,
}

impl Default for GradientBoostingParams {
    fn default() -> Self {
        Self(GradientBoostingValidParams {
            loss: BoostingLoss::LogLoss,
            learning_rate: 0.1,
            n_estimators: 100,
            subsample: 1.0,
            improvement: Improvement::Friedman,
            shape: Shape {
                max_depth: Some(3),
                ..Shape::default()
            },
            init: Init::Prior,
            n_iter_no_change: None,
            validation_fraction: 0.1,
            tol: 1e-4,
            seed: 0,
        })
    }
}

impl GradientBoostingParams {
    setters! {
        /// Sets what is minimised.
        loss: BoostingLoss,
        /// Sets the factor of each tree.
        learning_rate: f64,
        /// Sets the number of stages.
        n_estimators: usize,
        /// Sets the share of the rows drawn for each stage.
        subsample: f64,
        /// Sets what `min_impurity_decrease` measures.
        improvement: Improvement,
        /// Sets how far each tree grows.
        shape: Shape,
        /// Sets the scores before the first stage.
        init: Init,
    }

    /// Sets after how many stages without progress, on a validation split, it stops.
    #[must_use]
    pub fn n_iter_no_change(mut self, n: Option<usize>) -> Self {
        self.0.n_iter_no_change = n;
        self
    }

    /// Sets the share of the rows in the validation split.
    #[must_use]
    pub fn validation_fraction(mut self, share: f64) -> Self {
        self.0.validation_fraction = share;
        self
    }

    setters! {
        /// Sets the least progress of the validation loss.
        tol: f64,
        /// Sets the seed.
        seed: u64,
    }

    fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        Ok(Self::default()
            .loss(match args.choice("loss") {
                Some("exponential") => BoostingLoss::Exponential,
                _ => BoostingLoss::LogLoss,
            })
            .learning_rate(args.float("learning_rate"))
            .n_estimators(args.count("n_estimators")?)
            .subsample(args.float("subsample"))
            .improvement(match args.choice("criterion") {
                Some("squared_error") => Improvement::SquaredError,
                _ => Improvement::Friedman,
            })
            .shape(Shape::from_args(args)?)
            .init(match args.choice("init") {
                Some(_) => Init::Zero,
                None => Init::Prior,
            })
            .n_iter_no_change(args.opt_count("n_iter_no_change")?)
            .validation_fraction(args.opt_float("validation_fraction").unwrap_or(0.1))
            .tol(args.opt_float("tol").unwrap_or(1e-4))
            .seed(args.seed()?))
    }
}

impl ParamGuard for GradientBoostingParams {
    type Checked = GradientBoostingValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let params = &self.0;
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        check(
            NAME,
            "learning_rate",
            params.learning_rate,
            "a number in [0, inf)",
            not_negative,
        )?;
        check(
            NAME,
            "n_estimators",
            params.n_estimators,
            "an integer in [1, inf)",
            |n| n > 0,
        )?;
        let is_share = |value: f64| value > 0.0 && value <= 1.0;
        check(
            NAME,
            "subsample",
            params.subsample,
            "a number in (0, 1]",
            is_share,
        )?;
        let is_part = |value: f64| value > 0.0 && value < 1.0;
        let fraction = params.validation_fraction;
        check(
            NAME,
            "validation_fraction",
            fraction,
            "a number in (0, 1)",
            is_part,
        )?;
        check(
            NAME,
            "tol",
            params.tol,
            "a number in [0, inf)",
            not_negative,
        )?;
        let patience = params.n_iter_no_change.unwrap_or(1);
        check(
            NAME,
            "n_iter_no_change",
            patience,
            "an integer in [1, inf)",
            |n| n > 0,
        )?;
        params.shape.check(NAME)?;
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Refuses a value that `is_valid` does not accept.
pub(super) fn check<V: Copy + std::fmt::Display>(
    estimator: &'static str,
    name: &'static str,
    value: V,
    expected: &str,
    is_valid: impl Fn(V) -> bool,
) -> Result<(), ParamError> {
    match is_valid(value) {
        true => Ok(()),
        false => Err(ParamError::value(estimator, name, expected, value)),
    }
}

/// scikit-learn's `GradientBoostingClassifier`.
pub static GRADIENT_BOOSTING: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Boosting,
    summary: "gradient boosting with exact splits",
    params: &[
        ParamSpec::new(
            "loss",
            &[Kind::Choice(&["log_loss", "exponential"])],
            "\"log_loss\"",
            "what the stages minimise",
        )
        .with_synonyms(&[("deviance", "log_loss")]),
        ParamSpec::new(
            "learning_rate",
            &[Kind::Float],
            "0.1",
            "factor of each tree",
        ),
        ParamSpec::new("n_estimators", &[Kind::Int], "100", "stages"),
        ParamSpec::new(
            "subsample",
            &[Kind::Float],
            "1.0",
            "share of the rows drawn for each stage",
        ),
        ParamSpec::new(
            "criterion",
            &[Kind::Choice(&["friedman_mse", "squared_error"])],
            "\"friedman_mse\"",
            "what min_impurity_decrease measures; both pick the same splits",
        )
        .with_synonyms(&[("mse", "squared_error")]),
        MIN_SAMPLES_SPLIT,
        MIN_SAMPLES_LEAF,
        MIN_WEIGHT_FRACTION_LEAF,
        ParamSpec::new(
            "max_depth",
            &[Kind::Int, Kind::Null],
            "3",
            "depth at which nodes are leaves; null: grown to purity",
        ),
        MIN_IMPURITY_DECREASE,
        ParamSpec::new(
            "init",
            &[Kind::Choice(&["zero"]), Kind::Null],
            "null",
            "scores before the first stage: zero; null: the classes' shares",
        ),
        RANDOM_STATE,
        ParamSpec::new(
            "max_features",
            MAX_FEATURES,
            "null",
            "features drawn for each node: a count, a fraction, sqrt, log2; null: all",
        )
        .with_synonyms(&[("auto", "sqrt")]),
        ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored"),
        MAX_LEAF_NODES,
        ParamSpec::new(
            "warm_start",
            &[Kind::Bool],
            "false",
            "ignored: a job is fitted once",
        ),
        ParamSpec::new(
            "validation_fraction",
            &[Kind::Float],
            "0.1",
            "share of the rows that early stopping looks at",
        ),
        ParamSpec::new(
            "n_iter_no_change",
            &[Kind::Int, Kind::Null],
            "null",
            "stages without progress before it stops; null: never",
        ),
        ParamSpec::new("tol", &[Kind::Float], "0.0001", "least progress"),
        CCP_ALPHA,
    ],
    canonicalise,
    build: |args| Ok(erase(GradientBoostingParams::from_args(args)?.check()?)),
    cost,
};

fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in ["verbose", "warm_start"] {
        params.remove(name);
    }
    if params
        .get("n_iter_no_change")
        .is_some_and(serde_json::Value::is_null)
    {
        for name in ["validation_fraction", "tol"] {
            params.remove(name);
        }
    }
    Vec::new()
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let n_trees = args.float("n_estimators") * shape.n_classes as f64;
    let depth = args
        .opt_float("max_depth")
        .unwrap_or(f64::INFINITY)
        .min(12.0);
    let n_nodes = 2.0f64.powf(depth).min(shape.n_train as f64 / 6.0);
    Cost {
        cpu_s: cells * (4e-9 + n_trees * (1e-9 + 0.6e-9 * depth)),
        memory_bytes: cells as u64 + 50_000_000 + (n_trees * n_nodes * 48.0) as u64,
    }
}
