//! The one list of classifiers; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::upstream::{
    LinfaDecisionTreeParams, LinfaGaussianNbParams, LinfaMultiLogisticRegressionParams,
    LinfaNearestNeighborsParams, LinfaRandomForestParams, LinfaSvmParams,
};
use crate::estimators::boosting::{GradientBoostingParams, HistGradientBoostingParams};
use crate::estimators::forest::RandomForestParams;
use crate::estimators::gaussian_process::GaussianProcessParams;
use crate::estimators::linear::{
    LinearSvcParams, LogisticRegressionParams, NearestCentroidParams, RidgeClassifierParams,
};
use crate::estimators::mlp::MlpParams;
use crate::estimators::naive_bayes::GaussianNbParams;
use crate::estimators::neighbors::KNeighborsParams;
use crate::estimators::sgd::{PassiveAggressiveParams, PerceptronParams, SgdParams};
use crate::estimators::svm::{NuSvcParams, SvcParams};
use crate::estimators::tree::{DecisionTreeParams, ExtraTreeParams};

/// Every classifier, in the order of listings.
pub static ESTIMATORS: [EstimatorSpec; 24] = [
    EstimatorSpec::of::<DecisionTreeParams>(),
    EstimatorSpec::of::<ExtraTreeParams>(),
    EstimatorSpec::of::<GaussianNbParams>(),
    EstimatorSpec::of::<GaussianProcessParams>(),
    EstimatorSpec::of::<GradientBoostingParams>(),
    EstimatorSpec::of::<HistGradientBoostingParams>(),
    EstimatorSpec::of::<KNeighborsParams>(),
    EstimatorSpec::of::<LinearSvcParams>(),
    EstimatorSpec::of::<LogisticRegressionParams>(),
    EstimatorSpec::of::<MlpParams>(),
    EstimatorSpec::of::<NearestCentroidParams>(),
    EstimatorSpec::of::<NuSvcParams>(),
    EstimatorSpec::of::<PassiveAggressiveParams>(),
    EstimatorSpec::of::<PerceptronParams>(),
    EstimatorSpec::of::<RandomForestParams>(),
    EstimatorSpec::of::<RidgeClassifierParams>(),
    EstimatorSpec::of::<SgdParams>(),
    EstimatorSpec::of::<SvcParams>(),
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
