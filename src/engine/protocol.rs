//! The messages: what the driver asks and the engine answers, one JSON object per line.
//!
//! An object has one key, the kind of the message; its value has the fields. A field that a reader
//! does not know is skipped, so that later revisions of version 1 can add some.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::Params;

/// The version that this program speaks.
pub const VERSION: u32 = 1;

/// What the driver writes to the engine's standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Begins a round: read the data, check the parameters.
    Hello(Hello),
    /// Fit the classifier to the train split.
    Fit {},
    /// Predict the test split.
    Predict(Predict),
    /// Ends a round.
    Bye {},
}

/// A classifier and its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`].
    pub protocol: u32,
    /// Name of the classifier, without the engine's prefix.
    pub classifier: String,
    /// Parameters by name; what is left out is at its default.
    #[serde(default)]
    pub parameters: Params,
    /// Seed of the classifier's randomness where its parameters name none.
    pub seed: u64,
    /// Threads that a fit or a prediction may use.
    pub threads: usize,
    /// Rows to learn from.
    pub train: TrainSplit,
    /// Rows to predict.
    pub test: TestSplit,
}

/// Rows with labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainSplit {
    /// `.npy` file of `n_samples` × `n_features` 32-bit floats, row-major.
    pub x: PathBuf,
    /// `.npy` file of `n_samples` 64-bit integers.
    pub y: PathBuf,
    /// Rows.
    pub n_samples: usize,
    /// Columns, the same in both splits.
    pub n_features: usize,
}

/// Rows without labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestSplit {
    /// `.npy` file of `n_samples` × `n_features` 32-bit floats, row-major.
    pub x: PathBuf,
    /// Rows.
    pub n_samples: usize,
}

/// Where predictions go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predict {
    /// Path of the `.npy` file that the engine writes: a 64-bit integer for each row.
    pub labels: PathBuf,
    /// Path of the `.npy` file for probabilities, if the driver wants them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<PathBuf>,
}

/// What the engine writes to its standard output: one answer per request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `hello`: everything is loaded, and the parameters are accepted.
    Ready(Ready),
    /// To `fit`.
    Fitted(Fitted),
    /// To `predict`.
    Predicted(Predicted),
    /// To `bye`.
    Bye {},
    /// To any request: it could not be done, and the round is over.
    Error(Refusal),
}

/// Who is there, and with which parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// Version of the protocol that the engine speaks in this round.
    pub protocol: u32,
    /// The program that speaks.
    pub engine: Component,
    /// The language of the classifier and the version of its compiler or interpreter.
    pub language: Component,
    /// The library that the classifier comes from.
    pub library: Component,
    /// Parameters, complete.
    pub parameters: Params,
    /// What a person should know, e.g. that a parameter is ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A piece of software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// How a fit went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Wall seconds of the fit alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_s: Option<f64>,
    /// CPU seconds of the fit alone, over all threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<f64>,
    /// Iterations, epochs or stages done, the largest where several problems were solved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_iter: Option<u64>,
    /// Whether the stopping rule was met; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converged: Option<bool>,
    /// Training loss after each iteration, epoch or stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loss_curve: Vec<f64>,
    /// Warnings of the library, one text each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Anything else, by name.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, Value>,
}

/// How a prediction went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predicted {
    /// Wall seconds of the prediction alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_s: Option<f64>,
    /// CPU seconds of the prediction alone, over all threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<f64>,
    /// The file that was written.
    pub labels: PathBuf,
    /// The probabilities, where they were asked for and the classifier has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<Probabilities>,
}

/// Probabilities of the classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probabilities {
    /// The `.npy` file that was written: `n_samples` × `classes.len()` 64-bit floats, row-major.
    pub path: PathBuf,
    /// The label of each column.
    pub classes: Vec<i64>,
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What sort of reason it is.
    pub kind: RefusalKind,
    /// The reason, as one line.
    pub message: String,
}

impl Refusal {
    /// A refusal of this kind for this reason.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

/// The sorts of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// There is no such classifier or parameter, or a value is not accepted, alone or for these data.
    Refused,
    /// The classifier cannot be fitted to these data, whatever its parameters.
    Unsupported,
    /// The fit or the prediction reported an error.
    Failed,
    /// There is not enough memory.
    OutOfMemory,
    /// The fit or the prediction crashed, and the engine caught it.
    Crashed,
    /// The request breaks the protocol: malformed, out of order, of another version, or it names a
    /// file that does not hold what it should.
    Protocol,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_have_the_form_of_the_documentation() {
        assert_eq!(
            serde_json::to_value(Request::Fit {}).unwrap(),
            json!({"fit": {}})
        );
        let refusal = Refusal::new(RefusalKind::OutOfMemory, "too large");
        assert_eq!(
            serde_json::to_value(Answer::Error(refusal)).unwrap(),
            json!({"error": {"kind": "out_of_memory", "message": "too large"}})
        );
        let fitted = Fitted {
            wall_s: Some(0.5),
            cpu_s: Some(0.25),
            ..Fitted::default()
        };
        assert_eq!(
            serde_json::to_value(Answer::Fitted(fitted)).unwrap(),
            json!({"fitted": {"wall_s": 0.5, "cpu_s": 0.25}})
        );
    }

    #[test]
    fn a_field_of_a_later_revision_is_skipped() {
        let text = r#"{"predict": {"labels": "y.npy", "colour": "red"}}"#;
        let Request::Predict(predict) = serde_json::from_str(text).unwrap() else {
            panic!("expected a predict");
        };
        assert_eq!(predict.labels, PathBuf::from("y.npy"));
        assert_eq!(
            serde_json::from_str::<Request>(r#"{"bye": {"later": 1}}"#).unwrap(),
            Request::Bye {}
        );
    }
}
