//! The one list of classifiers; lookup, listing, documentation and contract tests derive from it.

use super::spec::{EstimatorSpec, did_you_mean};
use super::upstream::{
    LinfaDecisionTreeParams, LinfaGaussianNbParams, LinfaMultiLogisticRegressionParams,
    LinfaNearestNeighborsParams, LinfaRandomForestParams, LinfaSvmParams,
};
use crate::estimators::classifiers;

/// Declares the list from the types of our classifiers' parameters, followed by linfa's.
macro_rules! registry {
    (@all $($params:ty,)+) => {
        /// Every classifier, in the order of listings.
        pub static ESTIMATORS: [EstimatorSpec; [$(stringify!($params)),+].len()] =
            [$(EstimatorSpec::of::<$params>()),+];
    };
    ($($params:ty,)+) => {
        registry! { @all
            $($params,)+
            LinfaDecisionTreeParams,
            LinfaGaussianNbParams,
            LinfaMultiLogisticRegressionParams,
            LinfaNearestNeighborsParams,
            LinfaRandomForestParams,
            LinfaSvmParams,
        }
    };
}

classifiers!(registry);

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
