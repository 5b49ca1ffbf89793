//! Parameters of forests: two classifiers that differ in their defaults and in how thresholds are
//! chosen.

use super::class_weight::ForestClassWeight;
use super::max_samples::MaxSamples;
use crate::ParamError;
use crate::parameters::{Interval, NJobs, ParamValue, Parameters, Verbosity};
use crate::tree::{AmountRange, Criterion, MaxFeatures, MonotonicConstraints, Splitter, TreeShape};

parameters! {
    /// Parameters of [`RandomForest`](super::RandomForest), scikit-learn's
    /// `RandomForestClassifier`.
    pub struct RandomForestParams => RandomForestValidParams: "RandomForestClassifier" {
        /// trees
        n_estimators: usize = 100, in Interval::at_least(1), was 10;
        /// impurity of a node
        criterion: Criterion = Criterion::Gini;
        /// draw each tree's samples with replacement
        bootstrap: bool = true;
        /// score rows by the trees that did not see them
        oob_score: bool = false;
        /// weights of classes: by label, balanced, balanced_subsample; null: all 1
        class_weight: ForestClassWeight = ForestClassWeight::default();
        /// samples drawn for each tree: a count, or a fraction; null: as many as there are
        max_samples: MaxSamples = MaxSamples::All, in AmountRange::new(1, Interval::SHARE);
        /// for each column whether the second class may only get likelier (1) or less likely (-1) with it, or 0; two classes only
        monotonic_cst: Option<MonotonicConstraints> = None;
    }
    groups {
        /// how far each tree grows
        shape: TreeShape = TreeShape { max_features: MaxFeatures::Sqrt, ..TreeShape::default() };
    }
    seed ParamValue::Null;
    ignored {
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored: a job is fitted once
        warm_start: bool = false;
    }
    check check_forest;
}

parameters! {
    /// Parameters of [`ExtraTrees`](super::ExtraTrees), scikit-learn's `ExtraTreesClassifier`.
    pub struct ExtraTreesParams => ExtraTreesValidParams: "ExtraTreesClassifier" {
        /// trees
        n_estimators: usize = 100, in Interval::at_least(1), was 10;
        /// impurity of a node
        criterion: Criterion = Criterion::Gini;
        /// draw each tree's samples with replacement
        bootstrap: bool = false;
        /// score rows by the trees that did not see them
        oob_score: bool = false;
        /// weights of classes: by label, balanced, balanced_subsample; null: all 1
        class_weight: ForestClassWeight = ForestClassWeight::default();
        /// samples drawn for each tree: a count, or a fraction; null: as many as there are
        max_samples: MaxSamples = MaxSamples::All, in AmountRange::new(1, Interval::SHARE);
        /// for each column whether the second class may only get likelier (1) or less likely (-1) with it, or 0; two classes only
        monotonic_cst: Option<MonotonicConstraints> = None;
    }
    groups {
        /// how far each tree grows
        shape: TreeShape = TreeShape { max_features: MaxFeatures::Sqrt, ..TreeShape::default() };
    }
    seed ParamValue::Null;
    ignored {
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored: a job is fitted once
        warm_start: bool = false;
    }
    check check_extra_trees;
}

fn check_forest(params: &RandomForestValidParams) -> Result<(), ParamError> {
    check_bags(&params.recipe())
}

fn check_extra_trees(params: &ExtraTreesValidParams) -> Result<(), ParamError> {
    check_bags(&params.recipe())
}

/// Refuses what needs bags where there are none.
fn check_bags(recipe: &Recipe<'_>) -> Result<(), ParamError> {
    let refuse = |combination: &str, reason: &str| {
        let estimator = recipe.estimator;
        Err(ParamError::unsupported(estimator, combination, reason))
    };
    if !recipe.bootstrap && recipe.max_samples != MaxSamples::All {
        return refuse(
            "bootstrap=false, max_samples",
            "without bootstrap every tree sees all samples; leave `max_samples` null",
        );
    }
    if !recipe.bootstrap && recipe.oob_score {
        return refuse(
            "bootstrap=false, oob_score=true",
            "without bootstrap no sample is out of bag",
        );
    }
    Ok(())
}

/// What both classifiers say of their forest.
#[derive(Clone, Copy)]
pub(super) struct Recipe<'a> {
    pub estimator: &'static str,
    pub n_estimators: usize,
    pub splitter: Splitter,
    pub criterion: Criterion,
    pub bootstrap: bool,
    pub oob_score: bool,
    pub class_weight: &'a ForestClassWeight,
    pub max_samples: MaxSamples,
    pub monotonic_cst: Option<&'a MonotonicConstraints>,
    pub shape: &'a TreeShape,
    pub seed: u64,
}

/// Gives the checked parameters of a forest its recipe.
macro_rules! recipes {
    ($($valid:ty: $params:ty, $splitter:expr;)+) => {
        $(impl $valid {
            pub(super) fn recipe(&self) -> Recipe<'_> {
                Recipe {
                    estimator: <$params>::ESTIMATOR,
                    n_estimators: self.n_estimators,
                    splitter: $splitter,
                    criterion: self.criterion,
                    bootstrap: self.bootstrap,
                    oob_score: self.oob_score,
                    class_weight: &self.class_weight,
                    max_samples: self.max_samples,
                    monotonic_cst: self.monotonic_cst.as_ref(),
                    shape: &self.shape,
                    seed: self.seed,
                }
            }
        })+
    };
}

recipes! {
    RandomForestValidParams: RandomForestParams, Splitter::Best;
    ExtraTreesValidParams: ExtraTreesParams, Splitter::Random;
}
