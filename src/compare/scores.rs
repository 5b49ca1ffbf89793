//! Two tables by a score of the predicted labels other than the accuracy.

use super::bootstrap::{Predictions, compare_resampled};
use super::error::CompareError;
use super::rows::{Comparison, RowComparison, cpu_s, of_tables, row};
use crate::dataset::DatasetIdentity;
use crate::results::outcomes::{OutcomesError, predicted};
use crate::results::{LabelScore, LabelScores, Record};

/// The true labels of a test split.
#[derive(Debug, Clone, PartialEq)]
pub struct TestLabels {
    /// The data set.
    pub dataset: DatasetIdentity,
    /// The class of each image.
    pub labels: Vec<u16>,
}

/// Compares A with B as [`compare`](super::compare) does, but by `score`. A row does not say what its
/// test images are: `truth` does, for each data set.
///
/// # Errors
/// [`CompareError`], as `compare`; if there is no truth for a row; if the predictions of a row cannot be
/// read.
pub fn compare_scores(
    score: LabelScore,
    a: &[Record],
    b: &[Record],
    truth: &[TestLabels],
) -> Result<Comparison, CompareError> {
    let pair = |a: &Record, b: &Record| pair(score, a, b, truth);
    let mut comparison = of_tables(a, b, &pair)?;
    comparison.score = Some(score);
    comparison.correct();
    Ok(comparison)
}

fn pair(
    score: LabelScore,
    a: &Record,
    b: &Record,
    truth: &[TestLabels],
) -> Result<RowComparison, CompareError> {
    let is_of_row = |truth: &&TestLabels| truth.dataset.is_same_data(&a.dataset);
    let truth = truth.iter().find(is_of_row);
    let truth = truth.ok_or_else(|| CompareError::NoTruth { row: a.label() })?;
    let predictions = |record: &Record| -> Result<Predictions, CompareError> {
        let labels = |repeat| predicted(repeat, &truth.labels);
        let all: Result<Predictions, _> = record.repeats.iter().map(labels).collect();
        let all = all.and_then(|all| {
            (!all.is_empty())
                .then_some(all)
                .ok_or(OutcomesError::Absent)
        });
        all.map_err(|error| CompareError::NoPredictions {
            row: record.label(),
            reason: error.to_string(),
        })
    };
    let sides = [&predictions(a)?, &predictions(b)?];
    let difference = compare_resampled(score, &truth.labels, sides);
    let scores = [a, b].map(|record| {
        let scores = LabelScores::mean(record.repeats.iter().map(|repeat| &repeat.confusion));
        scores.map_or(0.0, |scores| score.of(&scores))
    });
    Ok(row(a, scores, difference, [cpu_s(a), cpu_s(b)]))
}
