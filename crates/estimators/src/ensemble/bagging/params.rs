//! Parameters of `BaggingClassifier`.

use super::super::base_estimator::BaseEstimator;
use crate::ParamError;
use crate::parameters::{Interval, NJobs, ParamValue, Parameters, Verbosity};
use crate::tree::{Amount, AmountRange};

parameters! {
    /// Parameters of [`Bagging`](super::Bagging).
    pub struct BaggingParams => BaggingValidParams: "BaggingClassifier" {
        /// the classifier as an object from its name to its parameters; null: DecisionTreeClassifier
        estimator: Option<BaseEstimator> = None;
        /// classifiers
        n_estimators: usize = 10, in Interval::at_least(1);
        /// rows drawn for each classifier: a count, or a fraction
        max_samples: Amount = Amount::Share(1.0), in AmountRange::new(1, Interval::SHARE);
        /// features drawn for each classifier: a count, or a fraction
        max_features: Amount = Amount::Share(1.0), in AmountRange::new(1, Interval::SHARE);
        /// draw rows with replacement
        bootstrap: bool = true;
        /// draw features with replacement
        bootstrap_features: bool = false;
        /// score rows by the classifiers that did not see them
        oob_score: bool = false;
    }
    seed ParamValue::Null;
    ignored {
        /// ignored: a job is fitted once
        warm_start: bool = false;
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
    }
    check check_bags;
}

fn check_bags(params: &BaggingValidParams) -> Result<(), ParamError> {
    if params.oob_score && !params.bootstrap {
        return Err(ParamError::unsupported(
            BaggingParams::ESTIMATOR,
            "bootstrap=false, oob_score=true",
            "without bootstrap there is no score of rows out of bag",
        ));
    }
    params
        .estimator
        .as_ref()
        .map_or(Ok(()), BaseEstimator::check)
}
