//! Parameters of `StackingClassifier`.

use super::super::base_estimator::{BaseEstimator, NamedEstimators};
use crate::ParamError;
use crate::parameters::{Interval, NJobs, Parameters, Verbosity};

choices! {
    /// What the last classifier gets of the others.
    pub enum StackMethod {
        /// Probabilities, else the decision function, else the class.
        Auto = "auto",
        /// Probabilities.
        Probabilities = "predict_proba",
        /// The decision function.
        Decisions = "decision_function",
        /// The class.
        Classes = "predict",
    }
}

parameters! {
    /// Parameters of [`Stacking`](super::Stacking).
    pub struct StackingParams => StackingValidParams: "StackingClassifier" {
        /// the classifiers: pairs of a name and an object from the classifier to its parameters
        estimators: NamedEstimators = NamedEstimators::default();
        /// the last classifier; null: LogisticRegression
        final_estimator: Option<BaseEstimator> = None;
        /// folds of the cross-validation; null: 5
        cv: Option<usize> = None, in Interval::at_least(2);
        /// what the last classifier gets of the others
        stack_method: StackMethod = StackMethod::Auto;
        /// whether the last classifier gets the features as well
        passthrough: bool = false;
    }
    ignored {
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
    }
    check check_estimators;
}

fn check_estimators(params: &StackingValidParams) -> Result<(), ParamError> {
    let others = [
        "final_estimator",
        "cv",
        "stack_method",
        "n_jobs",
        "passthrough",
        "verbose",
    ];
    params
        .estimators
        .check(StackingParams::ESTIMATOR, &others)?;
    params
        .final_estimator
        .as_ref()
        .map_or(Ok(()), BaseEstimator::check)
}
