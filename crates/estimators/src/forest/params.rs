//! Parameters of a random forest, and their JSON form.

use linfa::ParamGuard;

use crate::ParamError;
use crate::erased::erase_checking;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};
use crate::tree::{
    CCP_ALPHA, CRITERION, ClassWeight, Criterion, MAX_DEPTH, MAX_FEATURES, MAX_LEAF_NODES,
    MIN_IMPURITY_DECREASE, MIN_SAMPLES_LEAF, MIN_SAMPLES_SPLIT, MIN_WEIGHT_FRACTION_LEAF,
    MONOTONIC_CST, MaxFeatures, Shape, criterion_from_args, refuse_monotonic_cst,
};

pub(super) const NAME: &str = "RandomForestClassifier";

/// Samples drawn for each tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxSamples {
    /// As many as there are.
    All,
    /// This many.
    Count(usize),
    /// This share of them, rounded.
    Share(f64),
}

/// Parameters of a random forest, not yet checked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `n_estimators` | 100 | trees | [1, inf) |
/// | `criterion` | Gini | impurity | |
/// | `shape` | grown to purity, √ of the features a node | see [`Shape`] | |
/// | `bootstrap` | true | draw each tree's samples with replacement | |
/// | `max_samples` | all | how many are drawn | count in [1, inf) or share in (0, 1] |
/// | `oob_score` | false | score each row by the trees that did not see it | with `bootstrap` |
/// | `class_weight` | uniform | weights of classes | |
/// | `seed` | 0 | of draws and ties | |
#[derive(Debug, Clone, PartialEq)]
pub struct RandomForestParams(RandomForestValidParams);

/// Checked parameters of a random forest.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomForestValidParams {
    pub(super) n_estimators: usize,
    pub(super) criterion: Criterion,
    pub(super) shape: Shape,
    pub(super) bootstrap: bool,
    pub(super) max_samples: MaxSamples,
    pub(super) oob_score: bool,
    pub(super) class_weight: ClassWeight,
    pub(super) seed: u64,
}

impl Default for RandomForestParams {
    fn default() -> Self {
        Self(RandomForestValidParams {
            n_estimators: 100,
            criterion: Criterion::Gini,
            shape: Shape {
                max_features: MaxFeatures::Sqrt,
                ..Shape::default()
            },
            bootstrap: true,
            max_samples: MaxSamples::All,
            oob_score: false,
            class_weight: ClassWeight::Uniform,
            seed: 0,
        })
    }
}

impl RandomForestParams {
    setters! {
        /// Sets the number of trees.
        n_estimators: usize,
        /// Sets the impurity.
        criterion: Criterion,
        /// Sets how far each tree grows.
        shape: Shape,
        /// Sets whether each tree draws its samples with replacement.
        bootstrap: bool,
        /// Sets how many samples each tree draws.
        max_samples: MaxSamples,
        /// Sets whether rows are scored by the trees that did not see them.
        oob_score: bool,
        /// Sets the weights of classes.
        class_weight: ClassWeight,
        /// Sets the seed.
        seed: u64,
    }

    fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        let max_samples = match (
            args.opt_count("max_samples")?,
            args.opt_float("max_samples"),
        ) {
            (Some(count), _) => MaxSamples::Count(count),
            (None, Some(share)) => MaxSamples::Share(share),
            (None, None) => MaxSamples::All,
        };
        Ok(Self::default()
            .n_estimators(args.count("n_estimators")?)
            .criterion(criterion_from_args(args))
            .shape(Shape::from_args(args)?)
            .bootstrap(args.bool("bootstrap"))
            .max_samples(max_samples)
            .oob_score(args.bool("oob_score"))
            .class_weight(ClassWeight::from_args(args)?)
            .seed(args.seed()?))
    }
}

impl ParamGuard for RandomForestParams {
    type Checked = RandomForestValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let params = &self.0;
        if params.n_estimators == 0 {
            let expected = "an integer in [1, inf)";
            return Err(ParamError::value(NAME, "n_estimators", expected, 0));
        }
        params.shape.check(NAME)?;
        params.class_weight.check(NAME)?;
        let expected = "an integer in [1, inf) or a fraction in (0.0, 1.0]";
        match params.max_samples {
            MaxSamples::Count(0) => {
                return Err(ParamError::value(NAME, "max_samples", expected, 0));
            }
            MaxSamples::Share(share) if !(share > 0.0 && share <= 1.0) => {
                return Err(ParamError::value(NAME, "max_samples", expected, share));
            }
            _ => {}
        }
        if !params.bootstrap && params.max_samples != MaxSamples::All {
            return Err(ParamError::unsupported(
                NAME,
                "bootstrap=false, max_samples",
                "without bootstrap every tree sees all samples; leave `max_samples` null",
            ));
        }
        if !params.bootstrap && params.oob_score {
            return Err(ParamError::unsupported(
                NAME,
                "bootstrap=false, oob_score=true",
                "without bootstrap no sample is out of bag",
            ));
        }
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// scikit-learn's `RandomForestClassifier`.
pub static RANDOM_FOREST: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Forest,
    summary: "forest of randomised CART trees on bootstrap samples",
    params: &[
        ParamSpec::new("n_estimators", &[Kind::Int], "100", "trees").in_2017("10"),
        CRITERION,
        MAX_DEPTH,
        MIN_SAMPLES_SPLIT,
        MIN_SAMPLES_LEAF,
        MIN_WEIGHT_FRACTION_LEAF,
        ParamSpec::new(
            "max_features",
            MAX_FEATURES,
            "\"sqrt\"",
            "features drawn for each node: a count, a fraction, sqrt, log2; null: all",
        )
        .with_synonyms(&[("auto", "sqrt")]),
        MAX_LEAF_NODES,
        MIN_IMPURITY_DECREASE,
        ParamSpec::new(
            "bootstrap",
            &[Kind::Bool],
            "true",
            "draw each tree's samples with replacement",
        ),
        ParamSpec::new(
            "oob_score",
            &[Kind::Bool],
            "false",
            "score rows by the trees that did not see them",
        ),
        ParamSpec::new(
            "n_jobs",
            &[Kind::Int, Kind::Null],
            "null",
            "ignored: threads are the run's",
        ),
        RANDOM_STATE,
        ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored"),
        ParamSpec::new(
            "warm_start",
            &[Kind::Bool],
            "false",
            "ignored: a job is fitted once",
        ),
        ParamSpec::new(
            "class_weight",
            &[
                Kind::Object,
                Kind::Choice(&["balanced", "balanced_subsample"]),
                Kind::Null,
            ],
            "null",
            "weights of classes: by label, balanced, balanced_subsample; null: all 1",
        ),
        CCP_ALPHA,
        ParamSpec::new(
            "max_samples",
            &[Kind::Share, Kind::Int, Kind::Null],
            "null",
            "samples drawn for each tree: a count, or a fraction; null: as many as there are",
        ),
        MONOTONIC_CST,
    ],
    canonicalise,
    build: |args| {
        refuse_monotonic_cst(args)?;
        Ok(erase_checking(
            RandomForestParams::from_args(args)?.check()?,
        ))
    },
    cost,
};

fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in ["n_jobs", "verbose", "warm_start"] {
        params.remove(name);
    }
    Vec::new()
}

/// Seconds and bytes from runs on Fashion-MNIST, scaled to the shape of the data.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let n_trees = args.float("n_estimators");
    let depth = args
        .opt_float("max_depth")
        .unwrap_or(f64::INFINITY)
        .min(20.0);
    let per_tree = shape.n_train as f64 * (shape.n_features as f64).sqrt() * depth * 3e-9;
    Cost {
        cpu_s: cells * 4e-9 + n_trees * per_tree,
        memory_bytes: 2 * cells as u64 + (n_trees * shape.n_train as f64 * 20.0) as u64,
    }
}
