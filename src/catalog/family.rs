//! Groups of classifiers, and generations of defaults.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The library generation whose defaults fill in what a config leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Profile {
    /// scikit-learn 1.5, today's defaults.
    #[default]
    #[serde(rename = "sklearn-1.5")]
    Sklearn15,
    /// scikit-learn 0.19 of 2017, which the published table was made with.
    #[serde(rename = "sklearn-0.19")]
    Sklearn019,
}

/// Which group of methods a classifier belongs to; reports group by it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Family {
    NaiveBayes,
    Neighbors,
    Tree,
    Forest,
    Boosting,
    Linear,
    Svm,
    NeuralNetwork,
    GaussianProcess,
    Linfa,
}

impl Family {
    /// The name as in tables and filters: `naive_bayes`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NaiveBayes => "naive_bayes",
            Self::Neighbors => "neighbors",
            Self::Tree => "tree",
            Self::Forest => "forest",
            Self::Boosting => "boosting",
            Self::Linear => "linear",
            Self::Svm => "svm",
            Self::NeuralNetwork => "neural_network",
            Self::GaussianProcess => "gaussian_process",
            Self::Linfa => "linfa",
        }
    }
}
