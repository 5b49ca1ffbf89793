//! Parameters of `CalibratedClassifierCV`.

use super::super::base_estimator::BaseEstimator;
use crate::ParamError;
use crate::parameters::{Interval, NJobs};

choices! {
    /// What the probability is as a function of the score.
    pub enum CalibrationMethod {
        /// A logistic function.
        Sigmoid = "sigmoid",
        /// Any function that does not fall.
        Isotonic = "isotonic",
    }
}

parameters! {
    /// Parameters of [`Calibrated`](super::Calibrated).
    pub struct CalibratedParams => CalibratedValidParams: "CalibratedClassifierCV" {
        /// the classifier as an object from its name to its parameters; null: LinearSVC
        estimator: Option<BaseEstimator> = None;
        /// what the probability is as a function of the score
        method: CalibrationMethod = CalibrationMethod::Sigmoid;
        /// folds of the cross-validation; null: 5
        cv: Option<usize> = None, in Interval::at_least(2);
        /// whether there is a classifier for each fold, rather than one of all rows
        ensemble: bool = true;
    }
    ignored {
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
    }
    check check_estimator;
}

fn check_estimator(params: &CalibratedValidParams) -> Result<(), ParamError> {
    params
        .estimator
        .as_ref()
        .map_or(Ok(()), BaseEstimator::check)
}
