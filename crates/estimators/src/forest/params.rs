//! Parameters of a random forest.

use super::class_weight::ForestClassWeight;
use super::max_samples::MaxSamples;
use crate::ParamError;
use crate::parameters::{Interval, NJobs, ParamValue, Parameters, Verbosity};
use crate::tree::{AmountRange, Criterion, MaxFeatures, MonotonicConstraints, TreeShape};

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
    check check_bags;
}

/// Refuses what needs bags where there are none.
fn check_bags(params: &RandomForestValidParams) -> Result<(), ParamError> {
    let refuse = |combination: &str, reason: &str| {
        let estimator = RandomForestParams::ESTIMATOR;
        Err(ParamError::unsupported(estimator, combination, reason))
    };
    if !params.bootstrap && params.max_samples != MaxSamples::All {
        return refuse(
            "bootstrap=false, max_samples",
            "without bootstrap every tree sees all samples; leave `max_samples` null",
        );
    }
    if !params.bootstrap && params.oob_score {
        return refuse(
            "bootstrap=false, oob_score=true",
            "without bootstrap no sample is out of bag",
        );
    }
    Ok(())
}
