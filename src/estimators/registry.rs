//! The one list of estimators; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::{gaussian_process, mlp, naive_bayes, neighbors, svm, upstream};

/// Every estimator, in the order of listings.
pub static ESTIMATORS: &[&EstimatorSpec] = &[
    &naive_bayes::GAUSSIAN_NB,
    &neighbors::K_NEIGHBORS_CLASSIFIER,
    &svm::SVC,
    &svm::NU_SVC,
    &mlp::MLP_CLASSIFIER,
    &gaussian_process::GAUSSIAN_PROCESS_CLASSIFIER,
    &upstream::DECISION_TREE,
    &upstream::GAUSSIAN_NB,
    &upstream::MULTI_LOGISTIC_REGRESSION,
    &upstream::NEAREST_NEIGHBORS,
    &upstream::RANDOM_FOREST,
    &upstream::SVM,
];

/// The estimator named `name`.
///
/// # Errors
/// The text `; did you mean …?` (or an empty one) for a name that is not in the list.
pub fn find(name: &str) -> Result<&'static EstimatorSpec, String> {
    ESTIMATORS
        .iter()
        .find(|spec| spec.name == name)
        .copied()
        .ok_or_else(|| did_you_mean(name, ESTIMATORS.iter().map(|spec| spec.name)))
}
