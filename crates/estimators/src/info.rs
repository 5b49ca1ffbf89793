//! What a fitted model reports of its fit.

use std::collections::BTreeMap;

/// How a fit went, as far as the estimator knows. Every field may be absent.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FitInfo {
    /// Iterations, epochs or stages done (the largest, where several problems were solved).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub n_iter: Option<u64>,
    /// Whether the stopping rule was met before `max_iter`; absent where there is none.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub converged: Option<bool>,
    /// Final value of the objective.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub objective: Option<f64>,
    /// What the stopping rule compares with the tolerance: duality gap, gradient norm, violation.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub gap: Option<f64>,
    /// Support vectors of the model.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub n_support_vectors: Option<u64>,
    /// Training loss after each epoch or stage.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub loss_curve: Vec<f64>,
    /// Impurity-based importance of each feature, summing to 1.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub feature_importances: Vec<f32>,
    /// What to know before trusting the model, e.g. that a variance is 0.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub warnings: Vec<String>,
    /// Any other figure, by name: `n_leaves`, `oob_accuracy`, ….
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "BTreeMap::is_empty"))]
    pub details: BTreeMap<String, f64>,
}
