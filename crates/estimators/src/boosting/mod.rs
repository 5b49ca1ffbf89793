//! Gradient boosting: the classical one over exact splits, and the leaf-wise one over histograms.
//!
//! Both share the stages ([`Boosted`]): initial scores, softmax, a tree a class and stage, early
//! stopping. They differ in how a tree is grown from the gradients.

mod booster;
mod gradient_params;
mod gradient_trees;
mod hessian_target;
mod hist_params;
mod hist_trees;
mod loss;
mod model;
mod validation;

pub use gradient_params::{
    BoostingLoss, GRADIENT_BOOSTING, GradientBoosting, GradientBoostingParams,
    GradientBoostingValidParams, Init,
};
pub use hist_params::{
    EarlyStopping, HIST_GRADIENT_BOOSTING, HistGradientBoosting, HistGradientBoostingParams,
    HistGradientBoostingValidParams,
};
pub use model::Boosted;
