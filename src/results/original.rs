//! Result lines of the original benchmark.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A result line as the original, written in Python, logged it.
///
/// Its fields are a subset of [`Record`](super::Record)'s, of the same meaning. It does not say
/// which revision of the data it was computed on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginalRecord {
    /// Classifier name.
    pub name: String,
    /// Parameters as the config wrote them, those common to all classifiers included.
    pub parameter: Map<String, Value>,
    /// Test accuracy of each repeat, in [0, 1].
    pub score: Vec<f64>,
    /// Unix time in seconds at which the job started.
    pub start_time: i64,
    /// Unix time in seconds at which the job ended.
    pub done_time: i64,
    /// Repeats done.
    pub num_repeat: usize,
    /// Mean of `score`.
    pub mean_accuracy: f64,
    /// Twice the (population) standard deviation of `score`.
    pub std_accuracy: f64,
    /// Whole seconds per repeat.
    pub time_per_repeat: i64,
}
