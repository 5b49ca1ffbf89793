//! Parameters of single trees, and their JSON form.

use linfa::ParamGuard;

use super::class_target::Criterion;
use super::class_weight::ClassWeight;
use super::grow::Splitter;
use super::shape::{
    CCP_ALPHA, MAX_FEATURES, MAX_LEAF_NODES, MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF,
    MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF, MaxFeatures, Shape,
};
use crate::ParamError;
use crate::erased::{Estimator, erase_checking};
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

/// Parameters of a single tree, not yet checked.
///
/// | name | default | meaning |
/// |---|---|---|
/// | `criterion` | Gini | impurity |
/// | `splitter` | best (extra tree: random) | threshold rule |
/// | `shape` | grown to purity (extra tree: √ of the features a node) | see [`Shape`] |
/// | `class_weight` | uniform | weights of classes |
/// | `seed` | 0 | of feature draws, thresholds and ties |
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTreeParams(DecisionTreeValidParams);

/// Checked parameters of a single tree.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTreeValidParams {
    pub(super) estimator: &'static str,
    pub(super) criterion: Criterion,
    pub(super) splitter: Splitter,
    pub(super) shape: Shape,
    pub(super) class_weight: ClassWeight,
    pub(super) seed: u64,
}

impl DecisionTreeParams {
    /// scikit-learn's `DecisionTreeClassifier`.
    pub(super) fn decision_tree() -> Self {
        Self(DecisionTreeValidParams {
            estimator: "DecisionTreeClassifier",
            criterion: Criterion::Gini,
            splitter: Splitter::Best,
            shape: Shape::default(),
            class_weight: ClassWeight::Uniform,
            seed: 0,
        })
    }

    /// scikit-learn's `ExtraTreeClassifier`: the same tree with other defaults.
    #[must_use]
    pub fn extra_tree() -> Self {
        let tree = Self::decision_tree().0;
        Self(DecisionTreeValidParams {
            estimator: "ExtraTreeClassifier",
            splitter: Splitter::Random,
            shape: Shape {
                max_features: MaxFeatures::Sqrt,
                ..tree.shape
            },
            ..tree
        })
    }

    setters! {
        /// Sets the impurity.
        criterion: Criterion,
        /// Sets the threshold rule.
        splitter: Splitter,
        /// Sets how far the tree grows.
        shape: Shape,
        /// Sets the weights of classes.
        class_weight: ClassWeight,
        /// Sets the seed.
        seed: u64,
    }

    fn with_args(self, args: &Args<'_>) -> Result<Self, ParamError> {
        Ok(self
            .criterion(criterion_from_args(args))
            .splitter(match args.choice("splitter") {
                Some("random") => Splitter::Random,
                _ => Splitter::Best,
            })
            .shape(Shape::from_args(args)?)
            .class_weight(ClassWeight::from_args(args)?)
            .seed(args.seed()?))
    }
}

impl ParamGuard for DecisionTreeParams {
    type Checked = DecisionTreeValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        self.0.shape.check(self.0.estimator)?;
        self.0.class_weight.check(self.0.estimator)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Reads `criterion`.
#[must_use]
pub fn criterion_from_args(args: &Args<'_>) -> Criterion {
    match args.choice("criterion") {
        Some("gini") => Criterion::Gini,
        _ => Criterion::Entropy,
    }
}

/// Refuses `monotonic_cst`.
///
/// # Errors
/// [`ParamError::Unsupported`] if it is given.
pub fn refuse_monotonic_cst(args: &Args<'_>) -> Result<(), ParamError> {
    match args.json("monotonic_cst").is_null() {
        true => Ok(()),
        false => Err(ParamError::unsupported(
            args.estimator(),
            "monotonic_cst",
            "monotonic constraints do not exist for more than two classes; leave it null",
        )),
    }
}

/// The impurity; log loss is entropy.
pub const CRITERION: ParamSpec = ParamSpec::new(
    "criterion",
    &[Kind::Choice(&["gini", "entropy"])],
    "\"gini\"",
    "impurity of a node",
)
.with_synonyms(&[("log_loss", "entropy")]);

/// Depth at which nodes are leaves.
pub const MAX_DEPTH: ParamSpec = ParamSpec::new(
    "max_depth",
    &[Kind::Int, Kind::Null],
    "null",
    "depth at which nodes are leaves; null: grown to purity",
);

/// Monotonic constraints, which are refused.
pub const MONOTONIC_CST: ParamSpec = ParamSpec::new(
    "monotonic_cst",
    &[Kind::Null, Kind::Ints],
    "null",
    "monotonic constraints; not supported",
);

const fn max_features(default: &'static str) -> ParamSpec {
    ParamSpec::new(
        "max_features",
        MAX_FEATURES,
        default,
        "features drawn for each node: a count, a fraction, sqrt, log2; null: all",
    )
    .with_synonyms(&[("auto", "sqrt")])
}

const CLASS_WEIGHT: ParamSpec = ParamSpec::new(
    "class_weight",
    &[Kind::Object, Kind::Choice(&["balanced"]), Kind::Null],
    "null",
    "weights of classes: by label, or balanced; null: all 1",
);

const fn tree_params(splitter: &'static str, features: &'static str) -> [ParamSpec; 13] {
    [
        CRITERION,
        ParamSpec::new(
            "splitter",
            &[Kind::Choice(&["best", "random"])],
            splitter,
            "best threshold of a feature, or one at random",
        ),
        MAX_DEPTH,
        MIN_SAMPLES_SPLIT,
        MIN_SAMPLES_LEAF,
        MIN_WEIGHT_FRACTION_LEAF,
        max_features(features),
        RANDOM_STATE,
        MAX_LEAF_NODES,
        MIN_IMPURITY_DECREASE,
        CLASS_WEIGHT,
        CCP_ALPHA,
        MONOTONIC_CST,
    ]
}

/// scikit-learn's `DecisionTreeClassifier`.
pub static DECISION_TREE: EstimatorSpec = EstimatorSpec {
    name: "DecisionTreeClassifier",
    family: Family::Tree,
    summary: "CART decision tree",
    params: &tree_params("\"best\"", "null"),
    canonicalise: drop_speed_params,
    build: |args| build(DecisionTreeParams::decision_tree(), args),
    cost,
};

/// scikit-learn's `ExtraTreeClassifier`.
pub static EXTRA_TREE: EstimatorSpec = EstimatorSpec {
    name: "ExtraTreeClassifier",
    family: Family::Tree,
    summary: "extremely randomised tree",
    params: &tree_params("\"random\"", "\"sqrt\""),
    canonicalise: drop_speed_params,
    build: |args| build(DecisionTreeParams::extra_tree(), args),
    cost,
};

fn build(defaults: DecisionTreeParams, args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    refuse_monotonic_cst(args)?;
    Ok(erase_checking(defaults.with_args(args)?.check()?))
}

/// Nothing is ignored; a seed of null stays, as the repeat's seed is used.
fn drop_speed_params(_: &mut Params) -> Vec<String> {
    Vec::new()
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let is_full = args.json("max_features").is_null();
    let depth = args
        .opt_float("max_depth")
        .unwrap_or(f64::INFINITY)
        .min(20.0);
    let per_cell = if is_full { 1e-9 * depth } else { 1e-10 * depth };
    Cost {
        cpu_s: cells * (3e-9 + per_cell),
        memory_bytes: cells as u64 + (shape.n_features * shape.n_classes * 256 * 4 * 12) as u64,
    }
}
