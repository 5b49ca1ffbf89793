//! The one list of estimators; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::{gaussian_process, mlp, svm};

/// Every estimator, in the order of listings.
pub static ESTIMATORS: &[&EstimatorSpec] = &[
    &svm::SVC,
    &svm::NU_SVC,
    &mlp::MLP_CLASSIFIER,
    &gaussian_process::GAUSSIAN_PROCESS_CLASSIFIER,
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
