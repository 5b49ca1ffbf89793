//! The one list of estimators; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::{
    boosting, forest, gaussian_process, linear, mlp, naive_bayes, neighbors, sgd, svm, tree,
    upstream,
};

/// Every estimator, in the order of listings.
pub static ESTIMATORS: &[&EstimatorSpec] = &[
    &tree::DECISION_TREE,
    &tree::EXTRA_TREE,
    &naive_bayes::GAUSSIAN_NB,
    &gaussian_process::GAUSSIAN_PROCESS_CLASSIFIER,
    &boosting::GRADIENT_BOOSTING,
    &boosting::HIST_GRADIENT_BOOSTING,
    &neighbors::K_NEIGHBORS_CLASSIFIER,
    &linear::LINEAR_SVC,
    &linear::LOGISTIC_REGRESSION,
    &mlp::MLP_CLASSIFIER,
    &linear::NEAREST_CENTROID,
    &svm::NU_SVC,
    &sgd::PASSIVE_AGGRESSIVE_CLASSIFIER,
    &sgd::PERCEPTRON,
    &forest::RANDOM_FOREST,
    &linear::RIDGE_CLASSIFIER,
    &sgd::SGD_CLASSIFIER,
    &svm::SVC,
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
