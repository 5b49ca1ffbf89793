//! Parameters of `VotingClassifier`.

use super::super::base_estimator::NamedEstimators;
use crate::ParamError;
use crate::parameters::{NJobs, Parameters, Verbosity};

choices! {
    /// What is counted.
    pub enum VotingKind {
        /// The predicted classes.
        Hard = "hard",
        /// The probabilities.
        Soft = "soft",
    }
}

parameters! {
    /// Parameters of [`Voting`](super::Voting).
    pub struct VotingParams => VotingValidParams: "VotingClassifier" {
        /// the classifiers: pairs of a name and an object from the classifier to its parameters
        estimators: NamedEstimators = NamedEstimators::default();
        /// whether classes or probabilities are counted
        voting: VotingKind = VotingKind::Hard;
        /// weight of each classifier; null: all 1
        weights: Option<Vec<f64>> = None;
    }
    ignored {
        /// ignored: form of a projection
        flatten_transform: bool = true;
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
    }
    check check_estimators;
}

fn check_estimators(params: &VotingValidParams) -> Result<(), ParamError> {
    const NAME: &str = VotingParams::ESTIMATOR;
    let others = [
        "voting",
        "weights",
        "n_jobs",
        "flatten_transform",
        "verbose",
    ];
    params.estimators.check(NAME, &others)?;
    let n = params.estimators.0.len();
    match &params.weights {
        Some(weights) if weights.len() != n => Err(ParamError::value(
            NAME,
            "weights",
            format!("a list of {n} numbers, one per classifier"),
            format_args!("{weights:?}"),
        )),
        _ => Ok(()),
    }
}
