//! Parameters of histogram boosting, and their JSON form.

use linfa::ParamGuard;

use super::gradient_params::check;
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::hist::MAX_BINS;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};
use crate::tree::{ClassWeight, MONOTONIC_CST, refuse_monotonic_cst};

pub(super) const NAME: &str = "HistGradientBoostingClassifier";

/// Whether stages end early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyStopping {
    /// With more than 10,000 samples.
    Auto,
    /// Yes.
    On,
    /// No.
    Off,
}

/// The way to [`HistGradientBoostingParams`]; fitting them gives a [`super::Boosted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistGradientBoosting;

impl HistGradientBoosting {
    /// Parameters of histogram boosting.
    #[must_use]
    pub fn params() -> HistGradientBoostingParams {
        HistGradientBoostingParams::default()
    }
}

/// Parameters of histogram boosting, not yet checked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `learning_rate` | 0.1 | factor of each tree | (0, inf) |
/// | `max_iter` | 100 | stages | [1, inf) |
/// | `max_leaf_nodes` | 31 | most leaves of a tree, best splits first | [2, inf) |
/// | `max_depth` | none | depth at which nodes are leaves | [1, inf) |
/// | `min_samples_leaf` | 20 | fewest samples of a leaf | [1, inf) |
/// | `l2_regularization` | 0 | λ of the Newton step | [0, inf) |
/// | `max_features` | 1 | share of the features drawn for each node | (0, 1] |
/// | `max_bins` | 255 | most bins a feature | [2, 255] |
/// | `early_stopping` | auto | whether stages end early | |
/// | `validation_fraction` | 0.1 | share of the rows it is measured on; none: all | (0, 1) |
/// | `n_iter_no_change` | 10 | stages without progress before it stops | [1, inf) |
/// | `tol` | 1e-7 | least progress | [0, inf) |
/// | `class_weight` | uniform | weights of classes | |
/// | `seed` | 0 | of draws and ties | |
#[derive(Debug, Clone, PartialEq)]
pub struct HistGradientBoostingParams(HistGradientBoostingValidParams);

/// Checked parameters of histogram boosting.
#[derive(Debug, Clone, PartialEq)]
pub struct HistGradientBoostingValidParams {
    pub(super) learning_rate: f64,
    pub(super) max_iter: usize,
    pub(super) max_leaf_nodes: Option<usize>,
    pub(super) max_depth: Option<usize>,
    pub(super) min_samples_leaf: usize,
    pub(super) l2_regularization: f64,
    pub(super) max_features: f64,
    pub(super) max_bins: usize,
    pub(super) early_stopping: EarlyStopping,
    pub(super) validation_fraction: Option<f64>,
    pub(super) n_iter_no_change: usize,
    pub(super) tol: f64,
    pub(super) class_weight: ClassWeight,
    pub(super) seed: u64,
}

impl Default for HistGradientBoostingParams {
    fn default() -> Self {
        Self(HistGradientBoostingValidParams {
            learning_rate: 0.1,
            max_iter: 100,
            max_leaf_nodes: Some(31),
            max_depth: None,
            min_samples_leaf: 20,
            l2_regularization: 0.0,
            max_features: 1.0,
            max_bins: MAX_BINS - 1,
            early_stopping: EarlyStopping::Auto,
            validation_fraction: Some(0.1),
            n_iter_no_change: 10,
            tol: 1e-7,
            class_weight: ClassWeight::Uniform,
            seed: 0,
        })
    }
}

impl HistGradientBoostingParams {
    setters! {
        /// Sets the factor of each tree.
        learning_rate: f64,
        /// Sets the number of stages.
        max_iter: usize,
        /// Sets the most leaves of a tree.
        max_leaf_nodes: Option<usize>,
        /// Sets the depth at which nodes are leaves.
        max_depth: Option<usize>,
        /// Sets the fewest samples of a leaf.
        min_samples_leaf: usize,
        /// Sets λ of the Newton step.
        l2_regularization: f64,
        /// Sets the share of the features drawn for each node.
        max_features: f64,
        /// Sets the most bins a feature.
        max_bins: usize,
        /// Sets whether stages end early.
        early_stopping: EarlyStopping,
        /// Sets the share of the rows that early stopping looks at; none: the training rows.
        validation_fraction: Option<f64>,
        /// Sets after how many stages without progress it stops.
        n_iter_no_change: usize,
        /// Sets the least progress.
        tol: f64,
        /// Sets the weights of classes.
        class_weight: ClassWeight,
        /// Sets the seed.
        seed: u64,
    }

    fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        Ok(Self::default()
            .learning_rate(args.float("learning_rate"))
            .max_iter(args.count("max_iter")?)
            .max_leaf_nodes(args.opt_count("max_leaf_nodes")?)
            .max_depth(args.opt_count("max_depth")?)
            .min_samples_leaf(args.count("min_samples_leaf")?)
            .l2_regularization(args.float("l2_regularization"))
            .max_features(args.float("max_features"))
            .max_bins(args.count("max_bins")?)
            .early_stopping(match args.json("early_stopping").as_bool() {
                None => EarlyStopping::Auto,
                Some(true) => EarlyStopping::On,
                Some(false) => EarlyStopping::Off,
            })
            .validation_fraction(args.opt_float("validation_fraction"))
            .n_iter_no_change(args.opt_count("n_iter_no_change")?.unwrap_or(10))
            .tol(args.opt_float("tol").unwrap_or(1e-7))
            .class_weight(ClassWeight::from_args(args)?)
            .seed(args.seed()?))
    }
}

impl ParamGuard for HistGradientBoostingParams {
    type Checked = HistGradientBoostingValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let params = &self.0;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        let is_share = |value: f64| value > 0.0 && value <= 1.0;
        let is_part = |value: f64| value > 0.0 && value < 1.0;
        let number = |name, value: f64, expected, is_valid: &dyn Fn(f64) -> bool| {
            check(NAME, name, value, expected, is_valid)
        };
        let at_least = |name, least: usize, value: usize| {
            let expected = format!("an integer in [{least}, inf)");
            check(NAME, name, value, &expected, |value| value >= least)
        };
        let fraction = params.validation_fraction.unwrap_or(0.1);
        number(
            "learning_rate",
            params.learning_rate,
            "a number in (0, inf)",
            &positive,
        )?;
        number(
            "l2_regularization",
            params.l2_regularization,
            "a number in [0, inf)",
            &not_negative,
        )?;
        number(
            "max_features",
            params.max_features,
            "a number in (0, 1]",
            &is_share,
        )?;
        number(
            "validation_fraction",
            fraction,
            "a number in (0, 1)",
            &is_part,
        )?;
        number("tol", params.tol, "a number in [0, inf)", &not_negative)?;
        at_least("max_iter", 1, params.max_iter)?;
        at_least("max_leaf_nodes", 2, params.max_leaf_nodes.unwrap_or(2))?;
        at_least("max_depth", 1, params.max_depth.unwrap_or(1))?;
        at_least("min_samples_leaf", 1, params.min_samples_leaf)?;
        at_least("n_iter_no_change", 1, params.n_iter_no_change)?;
        let is_bins = |n: usize| (2..MAX_BINS).contains(&n);
        check(
            NAME,
            "max_bins",
            params.max_bins,
            "an integer in [2, 255]",
            is_bins,
        )?;
        params.class_weight.check(NAME)?;
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// scikit-learn's `HistGradientBoostingClassifier`.
pub static HIST_GRADIENT_BOOSTING: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Boosting,
    summary: "gradient boosting with leaf-wise trees on histograms",
    params: &[
        ParamSpec::new(
            "loss",
            &[Kind::Choice(&["log_loss"])],
            "\"log_loss\"",
            "what the stages minimise",
        ),
        ParamSpec::new(
            "learning_rate",
            &[Kind::Float],
            "0.1",
            "factor of each tree",
        ),
        ParamSpec::new("max_iter", &[Kind::Int], "100", "stages"),
        ParamSpec::new(
            "max_leaf_nodes",
            &[Kind::Int, Kind::Null],
            "31",
            "most leaves of a tree, splitting the best node next; null: no limit",
        ),
        ParamSpec::new(
            "max_depth",
            &[Kind::Int, Kind::Null],
            "null",
            "depth at which nodes are leaves; null: no limit",
        ),
        ParamSpec::new(
            "min_samples_leaf",
            &[Kind::Int],
            "20",
            "fewest samples of a leaf",
        ),
        ParamSpec::new(
            "l2_regularization",
            &[Kind::Float],
            "0.0",
            "added to the Hessian of each node",
        ),
        ParamSpec::new(
            "max_features",
            &[Kind::Float],
            "1.0",
            "share of the features drawn for each node",
        ),
        ParamSpec::new("max_bins", &[Kind::Int], "255", "most bins a feature"),
        ParamSpec::new(
            "categorical_features",
            &[
                Kind::Choice(&["warn", "from_dtype"]),
                Kind::Null,
                Kind::Ints,
            ],
            "\"warn\"",
            "features that are categories; none here",
        ),
        MONOTONIC_CST,
        ParamSpec::new(
            "interaction_cst",
            &[
                Kind::Choice(&["pairwise", "no_interactions"]),
                Kind::Null,
                Kind::Ints,
            ],
            "null",
            "which features may meet in a branch; not supported",
        ),
        ParamSpec::new(
            "warm_start",
            &[Kind::Bool],
            "false",
            "ignored: a job is fitted once",
        ),
        ParamSpec::new(
            "early_stopping",
            &[Kind::Choice(&["auto"]), Kind::Bool],
            "\"auto\"",
            "whether stages end early; auto: with more than 10,000 samples",
        ),
        ParamSpec::new(
            "scoring",
            &[Kind::Choice(&["loss", "accuracy"]), Kind::Null],
            "\"loss\"",
            "what early stopping looks at; only the loss is supported",
        ),
        ParamSpec::new(
            "validation_fraction",
            &[Kind::Float, Kind::Null],
            "0.1",
            "share of the rows that early stopping looks at; null: the training rows",
        ),
        ParamSpec::new(
            "n_iter_no_change",
            &[Kind::Int],
            "10",
            "stages without progress before it stops",
        ),
        ParamSpec::new("tol", &[Kind::Float], "1e-7", "least progress"),
        ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored"),
        RANDOM_STATE,
        ParamSpec::new(
            "class_weight",
            &[Kind::Object, Kind::Choice(&["balanced"]), Kind::Null],
            "null",
            "weights of classes: by label, or balanced; null: all 1",
        ),
    ],
    canonicalise,
    build,
    cost,
};

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    refuse_monotonic_cst(args)?;
    let refuse = |name: &str, reason: &str| Err(ParamError::unsupported(NAME, name, reason));
    if !args.json("interaction_cst").is_null() {
        return refuse("interaction_cst", "features may meet freely; leave it null");
    }
    if args.json("categorical_features").is_array() {
        return refuse(
            "categorical_features",
            "all features are numbers; leave it out",
        );
    }
    if args.choice("scoring") != Some("loss") && args.json("early_stopping") != false {
        return refuse(
            "scoring",
            "early stopping looks at the loss only; leave it \"loss\"",
        );
    }
    Ok(erase(HistGradientBoostingParams::from_args(args)?.check()?))
}

fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in ["verbose", "warm_start"] {
        params.remove(name);
    }
    if params
        .get("early_stopping")
        .is_some_and(|value| value == false)
    {
        for name in ["scoring", "validation_fraction", "n_iter_no_change", "tol"] {
            params.remove(name);
        }
    }
    Vec::new()
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let n_trees = args.float("max_iter") * shape.n_classes as f64;
    Cost {
        cpu_s: cells * (4e-9 + n_trees * 4e-9),
        memory_bytes: cells as u64 * 5 + 100_000_000,
    }
}
