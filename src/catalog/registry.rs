//! The one list of classifiers; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::upstream::{
    LinfaDecisionTreeParams, LinfaGaussianNbParams, LinfaMultiLogisticRegressionParams,
    LinfaNearestNeighborsParams, LinfaRandomForestParams, LinfaSvmParams,
};
use crate::estimators::linear::NearestCentroidParams;
use crate::estimators::naive_bayes::GaussianNbParams;
use crate::estimators::neighbors::KNeighborsParams;

/// Every classifier, in the order of listings.
pub static ESTIMATORS: [EstimatorSpec; 9] = [
    EstimatorSpec::of::<GaussianNbParams>(),
    EstimatorSpec::of::<KNeighborsParams>(),
    EstimatorSpec::of::<NearestCentroidParams>(),
    EstimatorSpec::of::<LinfaDecisionTreeParams>(),
    EstimatorSpec::of::<LinfaGaussianNbParams>(),
    EstimatorSpec::of::<LinfaMultiLogisticRegressionParams>(),
    EstimatorSpec::of::<LinfaNearestNeighborsParams>(),
    EstimatorSpec::of::<LinfaRandomForestParams>(),
    EstimatorSpec::of::<LinfaSvmParams>(),
];

/// Returns the classifier named `name`.
///
/// # Errors
/// The text `; did you mean …?` (or an empty one) for a name that is not in the list.
pub fn find(name: &str) -> Result<&'static EstimatorSpec, String> {
    ESTIMATORS
        .iter()
        .find(|spec| spec.name == name)
        .ok_or_else(|| did_you_mean(name, ESTIMATORS.iter().map(|spec| spec.name)))
}
