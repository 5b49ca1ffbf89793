//! The row of a submission.

use crate::catalog::{Family, Params, Profile};
use crate::dataset::DatasetIdentity;
use crate::estimators::FitInfo;
use crate::grid::{Limits, Scores};
use crate::results::{
    Record, Repeat, SCHEMA_VERSION, Score, Status, Submission, mean_accuracy, std_accuracy,
    submission_id,
};

/// What a submission says of its cost, which nobody here has measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Claim {
    /// Seconds of training.
    pub fit_s: Option<f64>,
    /// Seconds of predicting the test split.
    pub predict_s: Option<f64>,
}

/// Makes the row of predictions that were scored.
#[must_use]
pub fn row(
    name: &str,
    submission: Submission,
    notes: Vec<String>,
    score: Score,
    claim: Claim,
    dataset: &DatasetIdentity,
) -> Record {
    let repeat = Repeat {
        classes: score.classes,
        confusion: score.confusion,
        correct: Some(score.outcomes.correct),
        wrong_labels: Some(score.outcomes.wrong_labels),
        predictions_sha256: Some(score.predictions_sha256),
        ..claimed_repeat(score.accuracy, claim)
    };
    Record {
        notes,
        ..of_repeat(name, submission, repeat, dataset)
    }
}

/// Makes the row of an accuracy that is only claimed.
#[must_use]
pub fn claimed_row(
    name: &str,
    submission: Submission,
    accuracy: f64,
    claim: Claim,
    dataset: &DatasetIdentity,
) -> Record {
    of_repeat(name, submission, claimed_repeat(accuracy, claim), dataset)
}

fn claimed_repeat(accuracy: f64, claim: Claim) -> Repeat {
    Repeat {
        seed: None,
        accuracy,
        fit_s: claim.fit_s,
        fit_cpu_s: None,
        predict_s: claim.predict_s,
        predict_cpu_s: None,
        fit: FitInfo::default(),
        classes: Vec::new(),
        confusion: Vec::new(),
        correct: None,
        wrong_labels: None,
        predictions_sha256: None,
        of_probabilities: None,
    }
}

fn of_repeat(
    name: &str,
    submission: Submission,
    repeat: Repeat,
    dataset: &DatasetIdentity,
) -> Record {
    let score = vec![repeat.accuracy];
    Record {
        schema: SCHEMA_VERSION,
        id: submission_id(name, repeat.predictions_sha256.as_deref(), repeat.accuracy),
        name: name.to_owned(),
        family: Family::Submitted,
        parameter: Params::new(),
        resolved: Params::new(),
        defaults: Profile::default(),
        aliases: Vec::new(),
        notes: Vec::new(),
        status: Status::Ok,
        reason: None,
        start_time: None,
        done_time: None,
        num_repeat: 1,
        mean_accuracy: mean_accuracy(&score),
        std_accuracy: std_accuracy(&score),
        score,
        time_per_repeat: None,
        repeats_asked: 1,
        scores: Scores::default(),
        invariant: false,
        seed: 0,
        repeats: vec![repeat],
        peak_rss_bytes: None,
        path: Vec::new(),
        limits: Limits::default(),
        limit_cpu_s: None,
        engine: None,
        submission: Some(submission),
        dataset: dataset.clone(),
        environment: None,
    }
}
