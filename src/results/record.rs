//! The schema of a row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::engine::Engine;
use super::escape;
use super::label::label;
use super::machine::Environment;
use super::probability_scores::ProbabilityScores;
use super::submission::Submission;
use crate::catalog::{Family, Profile, names};
use crate::dataset::DatasetIdentity;
use crate::estimators::FitInfo;
use crate::grid::{Alias, JobId, Limits, Scores};

/// Version of the row's schema; a new field bumps it.
pub const SCHEMA_VERSION: u32 = 6;

names! {
    /// How a job ended.
    pub enum Status {
        /// Every repeat was scored.
        Ok = "ok",
        /// The estimator reported an error, panicked or crashed.
        Failed = "failed",
        /// Killed at the time limit.
        TimedOut = "timed_out",
        /// Killed at the memory limit, or needs more than the machine has.
        OutOfMemory = "out_of_memory",
        /// The parameters were refused, alone or for these data, before anything was trained.
        Invalid = "invalid",
        /// Not possible on this data or machine.
        Unsupported = "unsupported",
        /// Ended by a cause outside the model: killed by a signal that nobody here sent, by the system
        /// for want of memory, or never started. The next run does it again. Since schema 3.
        Lost = "lost",
    }
}

impl Status {
    /// Returns the status in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::OutOfMemory => "out of memory",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::Lost => "lost",
        }
    }
}

/// One row of the results table.
///
/// The fields of the original benchmark (`name`, `parameter`, `score`, `start_time`, `done_time`,
/// `num_repeat`, `mean_accuracy`, `std_accuracy`, `time_per_repeat`) keep their names and meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema: u32,
    /// Stable id of classifier and resolved parameters; of an engine's, parameters as written.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Family in reports.
    pub family: Family,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// Parameters complete and canonical; of an engine's classifier, as the engine shows them.
    pub resolved: Map<String, Value>,
    /// Profile that filled in omitted parameters.
    pub defaults: Profile,
    /// Other combinations of the config that are this same model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// What the plan said about the job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How the job ended.
    pub status: Status,
    /// Why, where it did not end well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Test accuracy of each repeat, in [0, 1].
    pub score: Vec<f64>,
    /// Unix time in seconds at which the job started; absent where it was not noted, as only rows
    /// since schema 5 may have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    /// Unix time in seconds at which the job ended; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_time: Option<i64>,
    /// Repeats done.
    pub num_repeat: usize,
    /// Mean of `score`; absent without a score.
    pub mean_accuracy: Option<f64>,
    /// Twice the (population) standard deviation of `score`, as in the original.
    pub std_accuracy: Option<f64>,
    /// Whole seconds a repeat, as in the original; absent without a score.
    pub time_per_repeat: Option<i64>,
    /// Repeats asked for.
    pub repeats_asked: usize,
    /// Which scores were asked for beside those of labels. Since schema 6.
    #[serde(default, skip_serializing_if = "Scores::is_labels")]
    pub scores: Scores,
    /// Whether repeating stopped because the first two scores were equal within 1e-3.
    pub invariant: bool,
    /// Base seed of the run; 0 for a submission, which has none.
    pub seed: u64,
    /// Each repeat in full.
    pub repeats: Vec<Repeat>,
    /// Peak resident bytes of the job's process, memory-mapped data included; absent in-process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// The other jobs that one training served beside this one; times are those that this job alone
    /// would have taken. Since schema 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<JobId>,
    /// Limits in force.
    pub limits: Limits,
    /// CPU seconds within which it was not done, or would not have been: `reason` says which. Only in
    /// rows that were measured under a limit of CPU time. Since schema 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_cpu_s: Option<f64>,
    /// Which engine the classifier is of; absent for those of this program. Since schema 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// Whose predictions these are, if they were made elsewhere and handed in. Since schema 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// What it was trained and scored on.
    pub dataset: DatasetIdentity,
    /// Where and with what it ran; absent where it was not noted, as only rows since schema 5 may
    /// have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

impl Repeat {
    /// Returns the wall seconds of fit and predict together.
    #[must_use]
    pub fn wall_s(&self) -> Option<f64> {
        Some(self.fit_s? + self.predict_s?)
    }

    /// Returns the CPU seconds of fit and predict together.
    #[must_use]
    pub fn cpu_s(&self) -> Option<f64> {
        Some(self.fit_cpu_s? + self.predict_cpu_s?)
    }
}

impl Record {
    /// Returns `SVC(C=1, kernel=rbf)`, from the parameters that the config wrote; of a submission the
    /// name alone.
    #[must_use]
    pub fn label(&self) -> String {
        if self.submission.is_some() {
            return escape::line(&self.name);
        }
        label(&self.name, &self.parameter)
    }

    /// Whether there are predictions behind every score, which is then ours and not only claimed.
    #[must_use]
    pub fn has_predictions(&self) -> bool {
        let mut repeats = self.repeats.iter();
        !self.repeats.is_empty() && repeats.all(|repeat| repeat.correct.is_some())
    }

    /// How far a submission is to be trusted: `scored` if its predictions are there, `claimed` if not;
    /// nothing for a row that was run.
    #[must_use]
    pub fn submission_state(&self) -> Option<&'static str> {
        self.submission.as_ref()?;
        Some(if self.has_predictions() {
            "scored"
        } else {
            "claimed"
        })
    }

    /// Whether every repeat met its stopping rule, or has none.
    #[must_use]
    pub fn has_converged(&self) -> bool {
        let mut repeats = self.repeats.iter();
        repeats.all(|repeat| repeat.fit.converged != Some(false))
    }
}

/// One repeat of a job.
///
/// A run notes everything here. What is absent was not noted: the rows of scikit-learn that were
/// measured before schema 5 hold no predictions, a submission holds no times but claimed ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Seed of the shuffle and of the estimator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Test accuracy in [0, 1].
    pub accuracy: f64,
    /// Wall seconds of `fit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_s: Option<f64>,
    /// CPU seconds of `fit`, over all threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_cpu_s: Option<f64>,
    /// Wall seconds of predicting the test split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predict_s: Option<f64>,
    /// CPU seconds of predicting the test split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predict_cpu_s: Option<f64>,
    /// How the fit went.
    pub fit: FitInfo,
    /// Scores of each class, in class order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassScores>,
    /// Test images by true class (row) and predicted class (column).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<u32>>,
    /// Which test images were classified correctly: bit i%8 of byte i/8, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<String>,
    /// What the others were taken for: the predicted labels of the test images that `correct`
    /// calls wrong, in test order, a byte each (two each, the lower first, with more than 256
    /// classes), deflated, base64; absent in rows of schema 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_labels: Option<String>,
    /// SHA-256 of the predicted labels, a byte each (two with more than 256 classes), in test order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions_sha256: Option<String>,
    /// Scores of the probabilities of the test rows, if they were asked for and the classifier
    /// estimates them. Since schema 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_probabilities: Option<ProbabilityScores>,
}

/// Precision, recall and F1 of one class; 0 where undefined, as in scikit-learn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ClassScores {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// The JSON Schema of a row, published as `docs/results.schema.json`.
#[must_use]
pub fn row_schema() -> schemars::Schema {
    schemars::schema_for!(Record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_serialises_as_its_name() {
        for status in Status::ALL {
            assert_eq!(serde_json::json!(status), status.name());
        }
    }
}
