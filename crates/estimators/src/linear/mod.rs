//! Linear classifiers fitted by batch optimisation.
//!
//! The solvers (`newton`, `proximal`, `crammer_singer`) know only rows, costs and losses.
//! What a classifier minimises and how its parameters are named is in the classifier's own folder.

mod centroid;
mod columns;
mod conjugate_gradients;
mod crammer_singer;
mod curvature;
mod exact;
mod group;
mod group_loss;
mod l1_model;
mod logistic;
mod logistic_cv;
mod margin;
pub(crate) mod model;
mod multinomial;
mod newton;
mod one_vs_rest;
mod penalty;
mod proximal;
mod ridge;
mod ridge_cv;
mod root;
mod rotation;
mod scoring;
mod solution;
mod stop;
mod svc;

pub use centroid::{
    CentroidMetric, NearestCentroid, NearestCentroidParams, NearestCentroidValidParams,
};
pub use logistic::{
    LogisticMultiClass, LogisticRegression, LogisticRegressionParams,
    LogisticRegressionValidParams, LogisticSolver,
};
pub use logistic_cv::{
    Costs, LogisticRegressionCv, LogisticRegressionCvParams, LogisticRegressionCvValidParams,
};
pub use model::LinearModel;
pub use penalty::LinearPenalty;
pub use ridge::{RidgeClassifier, RidgeClassifierParams, RidgeClassifierValidParams, RidgeSolver};
pub use ridge_cv::{
    Alphas, RidgeClassifierCv, RidgeClassifierCvParams, RidgeClassifierCvValidParams,
};
pub use scoring::Scoring;
pub use svc::{
    LinearSvc, LinearSvcParams, LinearSvcValidParams, SvcDual, SvcLoss, SvcMultiClass, SvcPenalty,
};
