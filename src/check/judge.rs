//! The verdict on each row, and on the run.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::reference::{Reference, ReferenceRow};
use crate::grid::JobId;
use crate::results::{Record, Status};

/// What became of a recorded row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Within its tolerance.
    Same,
    /// Below the recorded accuracy by more than the tolerance.
    Regression,
    /// Above it by more than the tolerance: record it, or find out why.
    Improvement,
    /// The job ended badly.
    Failed,
    /// The table has a row for it only on other data.
    OtherData,
    /// The table has no row for it.
    Missing,
}

/// One recorded row beside what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable id.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// What became of it.
    pub outcome: Outcome,
    /// Recorded mean accuracy.
    pub expected: f64,
    /// Mean accuracy found.
    pub found: Option<f64>,
    /// Allowed difference.
    pub tolerance: f64,
    /// Why it failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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

/// Every recorded row with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// A finding for each row of the reference, in its order.
    pub findings: Vec<Finding>,
    /// Rows of the table that the reference does not know.
    pub unrecorded: usize,
}

/// Compares the table with the reference.
///
/// Where the table has several rows of one id on the reference's data, the last one counts.
#[must_use]
pub fn judge(records: &[Record], reference: &Reference) -> Report {
    let mut latest: BTreeMap<&JobId, &Record> = BTreeMap::new();
    for record in records {
        let is_known = latest
            .get(&record.id)
            .is_some_and(|old| old.dataset.is_same_data(&reference.dataset));
        if record.dataset.is_same_data(&reference.dataset) || !is_known {
            latest.insert(&record.id, record);
        }
    }
    let findings: Vec<_> = reference
        .rows
        .iter()
        .map(|row| {
            let tolerance = reference
                .tolerance
                .get(&row.family)
                .map_or(0.0, |t| t.accuracy);
            judge_row(row, latest.get(&row.id).copied(), reference, tolerance)
        })
        .collect();
    let has = |wanted: &[Outcome]| findings.iter().any(|f| wanted.contains(&f.outcome));
    let verdict = if has(&[Outcome::Regression, Outcome::Improvement, Outcome::Failed]) {
        Verdict::Changed
    } else if has(&[Outcome::Missing, Outcome::OtherData]) {
        Verdict::CannotJudge
    } else {
        Verdict::Unchanged
    };
    let is_recorded = |id: &JobId| reference.rows.iter().any(|row| row.id == *id);
    let unrecorded = latest.keys().filter(|id| !is_recorded(id)).count();
    Report {
        verdict,
        findings,
        unrecorded,
    }
}

fn judge_row(
    row: &ReferenceRow,
    record: Option<&Record>,
    reference: &Reference,
    tolerance: f64,
) -> Finding {
    let found = record.and_then(|record| record.mean_accuracy);
    let outcome = match (record, found) {
        (None, _) => Outcome::Missing,
        (Some(record), _) if !record.dataset.is_same_data(&reference.dataset) => Outcome::OtherData,
        (Some(record), Some(found)) if record.status == Status::Ok => {
            // Far below one image in any mean of repeats; absorbs the rounding of decimals.
            let slack = tolerance + 1e-9;
            if found < row.accuracy - slack {
                Outcome::Regression
            } else if found > row.accuracy + slack {
                Outcome::Improvement
            } else {
                Outcome::Same
            }
        }
        (Some(_), _) => Outcome::Failed,
    };
    Finding {
        id: row.id.clone(),
        name: row.name.clone(),
        parameter: row.parameter.clone(),
        outcome,
        expected: row.accuracy,
        found,
        tolerance,
        reason: record.and_then(|record| record.reason.clone()),
    }
}

#[cfg(test)]
mod tests;
