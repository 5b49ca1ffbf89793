//! Gradient boosting: the classical one over exact splits, and the leaf-wise one over histograms.
//!
//! Both share the stages ([`Boosted`]): initial scores, softmax, one tree per class and stage,
//! early stopping. They differ in how a tree is grown from the gradients.

mod booster;
mod categories;
mod column_choice;
mod early_stopping;
mod gradient_params;
mod gradient_trees;
mod hist_loss;
mod hist_params;
mod hist_trees;
mod leaf_wise;
mod loss;
mod model;
mod patience;

pub use column_choice::{CategoricalFeatures, InteractionConstraints};
pub use early_stopping::BoostingEarlyStopping;
pub use gradient_params::{
    BoostingInit, BoostingLoss, GradientBoostingParams, GradientBoostingValidParams,
};
pub use hist_params::{
    BoostingScoring, HistBoostingLoss, HistGradientBoostingParams, HistGradientBoostingValidParams,
};
pub use model::{Boosted, GradientBoosting, HistGradientBoosting};
