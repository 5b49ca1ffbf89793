//! Judges a table by its reference: each row, and the run.

use std::collections::BTreeMap;

use super::finding::{Basis, Finding, Gate, Outcome, Report, Unrecorded, Verdict};
use super::pace::{Calibration, Pace, Ratio, Untimed};
use super::reference::{RecordedRepeat, Reference, ReferenceRow};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::validate::problems;
use crate::results::{Record, Repeat, Status, latest, latest_by_seed};

/// Compares the table with the reference.
///
/// Of several rows of a model on the reference's data under one base seed the last one counts; of
/// those of several base seeds the one with the worst verdict.
#[must_use]
pub fn judge(records: &[Record], reference: &Reference) -> Report {
    let is_of_data = |record: &&Record| record.dataset.is_same_data(&reference.dataset);
    let mut by_id: BTreeMap<&JobId, Vec<&Record>> = BTreeMap::new();
    for record in latest_by_seed(records.iter().filter(is_of_data)) {
        by_id.entry(&record.id).or_default().push(record);
    }
    let ours: Vec<_> = records.iter().filter(is_of_data).collect();
    let judge = Judge {
        reference,
        calibration: reference
            .time
            .as_ref()
            .map(|time| Calibration::new(&ours, &time.calibration)),
        alpha: row_alpha(reference, &by_id),
    };
    let elsewhere = |id: &JobId| records.iter().rev().find(|record| record.id == *id);
    let finding = |row: &ReferenceRow| {
        let found = by_id.get(&row.id).into_iter().flatten();
        let verdicts = found.map(|record| judge.row(row, Some(record)));
        let worst = verdicts.max_by_key(|finding| finding.outcome.gate());
        worst.unwrap_or_else(|| judge.row(row, elsewhere(&row.id)))
    };
    let findings: Vec<_> = reference.rows.iter().map(finding).collect();
    let is_recorded = |id: &JobId| reference.rows.iter().any(|row| row.id == *id);
    let rows = latest(records);
    // What was handed in was not run here, so a reference does not have it.
    let rows = rows.iter().filter(|record| record.submission.is_none());
    let unrecorded = rows.filter(|record| !is_recorded(&record.id));
    let mut untimed = BTreeMap::new();
    for reason in findings.iter().filter_map(|finding| finding.untimed) {
        *untimed.entry(reason).or_insert(0) += 1;
    }
    Report {
        verdict: verdict(&findings),
        unrecorded: unrecorded.map(|record| unrecorded_row(record)).collect(),
        findings,
        false_alarm: reference.false_alarm,
        other_cpu: ours
            .iter()
            .filter_map(|record| record.environment.as_ref())
            .find(|environment| !reference.is_comparable(environment))
            .map(|found| (reference.processor_label(), found.processor_label())),
        untimed,
    }
}

/// The worst of the findings; no verdict where every row is excused and none was judged.
fn verdict(findings: &[Finding]) -> Verdict {
    let is_judged = |finding: &Finding| finding.outcome != Outcome::Excused;
    let worst = findings.iter().filter(|finding| is_judged(finding));
    match worst.map(|finding| finding.outcome.gate()).max() {
        Some(Gate::Pass) => Verdict::Unchanged,
        Some(Gate::Finding) => Verdict::Changed,
        Some(Gate::CannotJudge) | None => Verdict::CannotJudge,
    }
}

/// Probability with which a single verdict by the spread may find fault by chance: the reference's
/// `false_alarm` over the number of such verdicts.
fn row_alpha(reference: &Reference, by_id: &BTreeMap<&JobId, Vec<&Record>>) -> f64 {
    let varying = reference.rows.iter().filter(|row| row.varies());
    let n_verdicts: usize = varying
        .map(|row| by_id.get(&row.id).map_or(1, Vec::len))
        .sum();
    reference.false_alarm / n_verdicts.max(1) as f64
}

/// In what a row contradicts itself, or what is recorded of its data; nothing if in nothing.
pub(super) fn contradiction(record: &Record, data: &DatasetIdentity) -> Option<String> {
    let sizes = |dataset: &DatasetIdentity| (dataset.n_train, dataset.n_test);
    let (expected, found) = (sizes(data), sizes(&record.dataset));
    if found != expected {
        return Some(format!(
            "expected {expected:?} train and test images of the same files, got {found:?}"
        ));
    }
    let found = problems(record);
    (!found.is_empty()).then(|| found.join("; "))
}

fn unrecorded_row(record: &Record) -> Unrecorded {
    Unrecorded {
        id: record.id.clone(),
        name: record.name.clone(),
        parameter: record.parameter.clone(),
        status: record.status,
    }
}

struct Judge<'a> {
    reference: &'a Reference,
    calibration: Option<Calibration<'a>>,
    alpha: f64,
}

/// What the accuracy of a row was held against, and what came of it.
struct Accuracy {
    outcome: Outcome,
    expected: f64,
    tolerance: f64,
    basis: Option<Basis>,
}

impl Judge<'_> {
    fn row(&self, row: &ReferenceRow, record: Option<&Record>) -> Finding {
        let mut finding = Finding {
            id: row.id.clone(),
            name: row.name.clone(),
            family: row.family,
            parameter: row.parameter.clone(),
            outcome: Outcome::Missing,
            expected: row.accuracy(),
            found: record.and_then(|record| record.mean_accuracy),
            tolerance: 0.0,
            basis: None,
            fit: None,
            predict: None,
            untimed: None,
            reason: record.and_then(|record| record.reason.clone()),
        };
        let data = &self.reference.dataset;
        match record {
            None => {}
            Some(record) if !record.dataset.is_same_data(data) => {
                finding.outcome = Outcome::OtherData;
            }
            Some(record) if record.status != Status::Ok => finding.outcome = Outcome::Failed,
            Some(record) => match contradiction(record, data) {
                None => self.scored(row, record, &mut finding),
                Some(problem) => {
                    finding.outcome = Outcome::Damaged;
                    finding.reason = Some(problem);
                }
            },
        }
        if matches!(finding.outcome, Outcome::Missing | Outcome::Failed)
            && let Some(reason) = self.reference.excused.get(&row.id)
        {
            finding.outcome = Outcome::Excused;
            finding.reason = Some(reason.clone());
        }
        finding
    }

    fn scored(&self, row: &ReferenceRow, record: &Record, finding: &mut Finding) {
        let accuracy = self.accuracy(row, &record.repeats);
        finding.expected = accuracy.expected;
        finding.tolerance = accuracy.tolerance;
        finding.basis = accuracy.basis;
        self.time(row, record, finding);
        // Ratios on another processor are shown, but judge nothing.
        let is_comparable = finding.untimed.is_none();
        let has_pace = |pace| {
            let mut ratios = [finding.fit, finding.predict].into_iter().flatten();
            is_comparable && ratios.any(|ratio| ratio.pace == pace)
        };
        finding.outcome = if !row.converged {
            Outcome::Unconverged
        } else if !record.has_converged() {
            finding.reason = Some("it no longer converges".to_owned());
            Outcome::Regression
        } else if accuracy.outcome != Outcome::Same {
            accuracy.outcome
        } else if has_pace(Pace::Slower) {
            Outcome::Slower
        } else if has_pace(Pace::Faster) {
            Outcome::Faster
        } else {
            Outcome::Same
        };
    }

    fn accuracy(&self, row: &ReferenceRow, repeats: &[Repeat]) -> Accuracy {
        let tolerance = &self.reference.tolerance[&row.family];
        let recorded = |repeat: &Repeat| -> Option<&RecordedRepeat> {
            if row.varies() {
                let mut recorded = row.repeats.iter();
                recorded.find(|r| Some(r.seed) == repeat.seed && tolerance.repeatable)
            } else {
                row.repeats.first()
            }
        };
        // Repeats whose predictions are known are held against them. The others' mean is held
        // against the spread, in which a single changed image does not show.
        let known: Vec<_> = repeats
            .iter()
            .filter_map(|repeat| Some((repeat, recorded(repeat)?)))
            .collect();
        let others: Vec<_> = repeats.iter().filter(|r| recorded(r).is_none()).collect();
        if known.is_empty() {
            return self.within_spread(row, &others);
        }
        let predicted = self.as_predicted(&known, tolerance.images);
        if predicted.outcome == Outcome::Same && !others.is_empty() {
            let spread = self.within_spread(row, &others);
            if matches!(spread.outcome, Outcome::Regression | Outcome::Improvement) {
                return spread;
            }
        }
        predicted
    }

    fn as_predicted(&self, known: &[(&Repeat, &RecordedRepeat)], images: usize) -> Accuracy {
        let n_test = self.reference.dataset.n_test as f64;
        let n_known = known.len() as f64;
        let mean = |of: fn(&(&Repeat, &RecordedRepeat)) -> f64| -> f64 {
            known.iter().map(of).sum::<f64>() / n_known
        };
        let expected = mean(|(_, recorded)| recorded.accuracy);
        let difference = mean(|(found, _)| found.accuracy) - expected;
        let is_same = |(found, recorded): &(&Repeat, &RecordedRepeat)| {
            if images == 0 {
                // The same predictions have the same accuracy, or one of the two was edited.
                found.predictions_sha256.as_ref() == Some(&recorded.predictions_sha256)
                    && (found.accuracy - recorded.accuracy).abs() < 1e-9
            } else {
                // Accuracies are multiples of one image but for the rounding of decimals.
                let n_images = ((found.accuracy - recorded.accuracy) * n_test).round();
                n_images.abs() <= images as f64
            }
        };
        let outcome = if known.iter().all(is_same) {
            Outcome::Same
        } else {
            // Far below one image in any mean of repeats.
            direction(difference, 1e-9).unwrap_or(Outcome::Changed)
        };
        Accuracy {
            outcome,
            expected,
            tolerance: images as f64 / n_test,
            basis: Some(Basis::Predictions { images }),
        }
    }

    fn within_spread(&self, row: &ReferenceRow, repeats: &[&Repeat]) -> Accuracy {
        let expected = row.accuracy();
        let Some(spread) = row.spread() else {
            return Accuracy {
                outcome: Outcome::NoSpread,
                expected,
                tolerance: 0.0,
                basis: None,
            };
        };
        let image = 1.0 / self.reference.dataset.n_test.max(1) as f64;
        let reach = spread.reach(repeats.len(), self.alpha, image);
        let found = repeats.iter().map(|r| r.accuracy).sum::<f64>() / repeats.len() as f64;
        Accuracy {
            outcome: direction(found - expected, reach).unwrap_or(Outcome::Same),
            expected,
            tolerance: reach,
            basis: Some(Basis::Spread {
                n_seeds: spread.n,
                sd: spread.sd,
            }),
        }
    }

    fn time(&self, row: &ReferenceRow, record: &Record, finding: &mut Finding) {
        let Some((rule, calibration)) = self.reference.time.as_ref().zip(self.calibration.as_ref())
        else {
            finding.untimed = Some(Untimed::NoRule);
            return;
        };
        if row.fit_ratio.is_none() && row.predict_ratio.is_none() {
            finding.untimed = Some(Untimed::NotRecorded);
            return;
        }
        let Some(paces) = calibration.measure(record) else {
            finding.untimed = Some(Untimed::NoCalibration);
            return;
        };
        let ratio = |expected: Option<f64>, found| {
            expected.map(|expected| Ratio::judge(expected, found, rule))
        };
        finding.fit = ratio(row.fit_ratio, paces.fit);
        finding.predict = ratio(row.predict_ratio, paces.predict);
        let environment = record.environment.as_ref();
        if !environment.is_some_and(|environment| self.reference.is_comparable(environment)) {
            finding.untimed = Some(Untimed::OtherProcessor);
        }
    }
}

/// Whether `difference` is a regression or an improvement; nothing within `slack`.
fn direction(difference: f64, slack: f64) -> Option<Outcome> {
    if difference < -slack {
        Some(Outcome::Regression)
    } else if difference > slack {
        Some(Outcome::Improvement)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
