//! Linear classifiers fitted by batch optimisation.
//!
//! The solvers (`newton`, `proximal`) know only losses and rows; what an estimator minimises
//! and how its parameters are named is in its own folder.

mod centroid;
pub(crate) mod class_weight;
mod crammer_singer;
mod curvature;
mod l1_model;
mod logistic;
mod margin;
pub(crate) mod model;
mod multinomial;
mod newton;
mod one_vs_rest;
mod proximal;
mod ridge;
mod root;
mod simplex;
mod svc;

pub use centroid::{
    CentroidMetric, NEAREST_CENTROID, NearestCentroid, NearestCentroidParams,
    NearestCentroidValidParams,
};
pub use class_weight::ClassWeight;
pub use logistic::{
    LOGISTIC_REGRESSION, LogisticMultiClass, LogisticPenalty, LogisticRegression,
    LogisticRegressionParams, LogisticRegressionValidParams, LogisticSolver,
};
pub use model::LinearModel;
pub use ridge::{
    RIDGE_CLASSIFIER, RidgeClassifier, RidgeClassifierParams, RidgeClassifierValidParams,
};
pub use svc::{
    LINEAR_SVC, LinearSvc, LinearSvcParams, LinearSvcValidParams, MultiClass, SvcLoss, SvcPenalty,
};

use super::ParamError;
use super::spec::DataShape;

/// Checks that a parameter is a positive, finite number.
pub(crate) fn above_zero(
    estimator: &'static str,
    param: &'static str,
    value: f64,
) -> Result<(), ParamError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ParamError::value(
        estimator,
        param,
        "a number in (0, inf)",
        value,
    ))
}

/// Checks that a count is not 0.
pub(crate) fn at_least_one(
    estimator: &'static str,
    param: &'static str,
    value: usize,
) -> Result<(), ParamError> {
    if value > 0 {
        return Ok(());
    }
    Err(ParamError::value(
        estimator,
        param,
        "an integer in [1, inf)",
        value,
    ))
}

/// Bytes that the batch solvers hold: about nine doubles a row and class, and a curvature matrix
/// with its factor a class.
fn working_memory(shape: &DataShape) -> u64 {
    let classes = shape.n_classes as u64;
    let rows = shape.n_train as u64 * classes * 72;
    let matrices = (shape.n_features as u64 + 1).pow(2) * 8 * 2 * (classes + 2);
    rows + matrices
}
