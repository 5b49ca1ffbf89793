//! Gradient boosting: the classical one over exact splits, and the leaf-wise one over histograms.
//!
//! Both share the stages ([`Boosted`]): initial scores, softmax, one tree per class and stage,
//! early stopping. They differ in how a tree is grown from the gradients.

mod booster;
mod column_choice;
mod early_stopping;
mod gradient_params;
mod gradient_trees;
mod hessian_target;
mod hist_params;
mod hist_trees;
mod loss;
mod model;
mod patience;
mod validation;

pub use column_choice::{CategoricalRule, ColumnChoice, InteractionRule};
pub use early_stopping::BoostingEarlyStopping;
pub use gradient_params::{
    BoostingInit, BoostingLoss, GradientBoostingParams, GradientBoostingValidParams,
};
pub use hist_params::{
    BoostingScoring, HistBoostingLoss, HistGradientBoostingParams, HistGradientBoostingValidParams,
};
pub use model::{Boosted, GradientBoosting, HistGradientBoosting};
