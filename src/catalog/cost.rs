//! What a job will take, estimated from the size of the data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dataset::{Prepared, RawDataset};

/// Size of the data that a job will see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DataShape {
    pub n_train: usize,
    pub n_test: usize,
    pub n_features: usize,
    pub n_classes: usize,
}

impl From<&Prepared> for DataShape {
    fn from(data: &Prepared) -> Self {
        Self {
            n_train: data.identity().n_train,
            n_test: data.identity().n_test,
            n_features: data.n_features(),
            n_classes: data.n_classes(),
        }
    }
}

impl From<&RawDataset> for DataShape {
    fn from(raw: &RawDataset) -> Self {
        Self {
            n_train: raw.train.n_samples(),
            n_test: raw.test.n_samples(),
            n_features: raw.train.n_features(),
            n_classes: raw.class_names.len(),
        }
    }
}

/// Estimated cost of one repeat, for scheduling and admission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Core-seconds of fit and predict together.
    pub cpu_s: f64,
    /// Peak bytes beyond the data set itself.
    pub memory_bytes: u64,
}
