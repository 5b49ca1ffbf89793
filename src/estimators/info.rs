//! What a fitted model tells of its fit.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a fit went, as far as the estimator knows; every field may be absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FitInfo {
    /// Iterations, epochs or stages done (the largest, where several problems were solved).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_iter: Option<u64>,
    /// Whether the stopping rule was met before `max_iter`; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converged: Option<bool>,
    /// Final value of the objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<f64>,
    /// What the stopping rule compares with the tolerance: duality gap, gradient norm, violation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// Support vectors of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_support_vectors: Option<u64>,
    /// Training loss after each epoch or stage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loss_curve: Vec<f64>,
    /// Impurity-based importance of each feature, summing to 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feature_importances: Vec<f32>,
    /// Anything else worth a number, by name: `n_leaves`, `oob_accuracy`, ….
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, f64>,
}

/// What a fitted model must tell beyond linfa's traits.
pub trait Fitted {
    /// Features of the rows seen by `fit`.
    fn n_features(&self) -> usize;

    /// How the fit went.
    fn fit_info(&self) -> FitInfo {
        FitInfo::default()
    }
}
