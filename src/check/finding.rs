//! What a check found: an outcome for each recorded row, and the verdict that they come to.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::pace::{Ratio, Untimed};
use crate::catalog::Family;
use crate::grid::JobId;
use crate::results::Status;
use crate::results::label::label;

/// What became of a recorded row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Within its tolerance.
    Same,
    /// Below the recorded accuracy by more than the tolerance, or no longer converging.
    Regression,
    /// Above it by more than the tolerance: record it, or find out why.
    Improvement,
    /// As many images right, but not the same predictions where the same were expected.
    Changed,
    /// As accurate, but the fit or the prediction takes longer.
    Slower,
    /// As accurate, and faster than recorded: record it.
    Faster,
    /// The job ended badly.
    Failed,
    /// Recorded as stopped at its iteration limit: shown only.
    Unconverged,
    /// Missing or failed, and excused for it.
    Excused,
    /// The table has a row for it only on other data.
    OtherData,
    /// The table has no row for it.
    Missing,
    /// It ran under a seed that was not recorded, and only one was.
    NoSpread,
    /// The row contradicts itself, or says other sizes of the same data.
    Damaged,
}

/// What an outcome means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// Nothing.
    Pass,
    /// No verdict on this row.
    CannotJudge,
    /// Somebody has to look.
    Finding,
}

impl Outcome {
    /// What the outcome means for the run.
    #[must_use]
    pub fn gate(self) -> Gate {
        match self {
            Self::Same | Self::Unconverged | Self::Excused => Gate::Pass,
            Self::OtherData | Self::Missing | Self::NoSpread | Self::Damaged => Gate::CannotJudge,
            Self::Regression
            | Self::Improvement
            | Self::Changed
            | Self::Slower
            | Self::Faster
            | Self::Failed => Gate::Finding,
        }
    }

    /// The outcome in words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Same => "ok",
            Self::Regression => "REGRESSION",
            Self::Improvement => "IMPROVEMENT",
            Self::Changed => "CHANGED",
            Self::Slower => "SLOWER",
            Self::Faster => "FASTER",
            Self::Failed => "FAILED",
            Self::Unconverged => "unconverged",
            Self::Excused => "excused",
            Self::OtherData => "OTHER DATA",
            Self::Missing => "MISSING",
            Self::NoSpread => "NO SPREAD",
            Self::Damaged => "DAMAGED",
        }
    }
}

/// What a row was held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Basis {
    /// The predictions of the same seed, or of any where they do not depend on it.
    Predictions {
        /// Test images by which the number of correct ones may differ.
        images: usize,
    },
    /// The spread over the recorded seeds.
    Spread {
        /// Seeds recorded.
        n_seeds: usize,
        /// Standard deviation of their accuracies.
        sd: f64,
    },
}

/// One recorded row beside what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable id.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// What became of it.
    pub outcome: Outcome,
    /// Recorded accuracy: of the same seeds where they were recorded, else the mean.
    pub expected: f64,
    /// Mean accuracy found.
    pub found: Option<f64>,
    /// Allowed difference.
    pub tolerance: f64,
    /// What it was held against.
    pub basis: Option<Basis>,
    /// Fit time; absent without a calibration row of the same machine.
    pub fit: Option<Ratio>,
    /// Predict time, likewise.
    pub predict: Option<Ratio>,
    /// Why the times of a row that ended well were not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untimed: Option<Untimed>,
    /// Why, where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Finding {
    /// Returns `SVC(C=1, kernel=rbf)`.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.name, &self.parameter)
    }
}

/// The verdict on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every recorded row is within its tolerance.
    Unchanged,
    /// A regression, a failure, or an improvement that nobody recorded.
    Changed,
    /// Rows are missing or of other data.
    CannotJudge,
}

/// A row of the table that the reference does not know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unrecorded {
    /// Stable id.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// How it ended.
    pub status: Status,
}

/// Every recorded row with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// A finding for each row of the reference, in its order.
    pub findings: Vec<Finding>,
    /// Rows of the table that the reference does not know.
    pub unrecorded: Vec<Unrecorded>,
    /// Probability with which chance alone finds fault with a run under seeds not recorded.
    pub false_alarm: f64,
    /// Processors of reference and run, where they are not known to be the same: times are then
    /// shown, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_cpu: Option<(String, String)>,
    /// How many rows' times were not judged, by the reason.
    pub untimed: BTreeMap<Untimed, usize>,
}

impl Report {
    /// Rows whose outcome means this for the run.
    #[must_use]
    pub fn count(&self, gate: Gate) -> usize {
        let outcomes = self.findings.iter().map(|finding| finding.outcome.gate());
        outcomes.filter(|&found| found == gate).count()
    }

    /// Withholds a good verdict where not every row's times were judged.
    pub fn require_times(&mut self) {
        if self.verdict == Verdict::Unchanged && !self.untimed.is_empty() {
            self.verdict = Verdict::CannotJudge;
        }
    }
}
