//! Validates a row against itself, and a file of rows against the schema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::error::TableError;
use super::outcomes;
use super::place::check_place;
use super::record::{Record, Repeat, Status};
use super::row::{Row, parse_row};
use super::statistics::{mean_accuracy, std_accuracy};
use super::submission::{is_link, submission_id};
use crate::grid::JobId;

/// What is in a file of rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileReport {
    /// Well-formed rows of this program and of the original.
    pub rows: Vec<Row>,
    /// What is wrong, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Reads the whole of a table and reports everything that is wrong with it.
///
/// # Errors
/// [`TableError::Io`] if the file cannot be read.
pub fn validate_file(path: &Path) -> Result<FileReport, TableError> {
    check_place(path)?;
    let bytes = fs::read(path).map_err(TableError::io("read", path))?;
    let mut report = FileReport::default();
    for (line_idx, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let number = line_idx + 1;
        let is_terminated = line.ends_with(b"\n");
        let problems = match parse_row(line, number) {
            Ok(None) => Vec::new(),
            Ok(Some(row)) => {
                let problems = row.record().map(problems).unwrap_or_default();
                report.rows.push(row);
                problems
            }
            Err(_) if !is_terminated => {
                vec![format!("torn: {} bytes without a line feed", line.len())]
            }
            Err(error) => vec![error.to_string()],
        };
        let finding = |problem| Finding {
            line: number,
            problem,
        };
        report.findings.extend(problems.into_iter().map(finding));
    }
    Ok(report)
}

/// Returns everything in a row that contradicts something else in it.
#[must_use]
pub fn problems(record: &Record) -> Vec<String> {
    let mut found = name_problems(record);
    let mut expect = |holds: bool, problem: &dyn Fn() -> String| {
        if !holds {
            found.push(problem());
        }
    };
    let accuracies: Vec<_> = record
        .repeats
        .iter()
        .map(|repeat| repeat.accuracy)
        .collect();
    expect(record.score == accuracies, &|| {
        "`score` is not the accuracies of `repeats`".to_owned()
    });
    expect(record.num_repeat == record.repeats.len(), &|| {
        format!(
            "expected num_repeat {}, got {}",
            record.repeats.len(),
            record.num_repeat
        )
    });
    let is_close = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    };
    expect(
        is_close(record.mean_accuracy, mean_accuracy(&record.score)),
        &|| "`mean_accuracy` is not the mean of `score`".to_owned(),
    );
    expect(
        is_close(record.std_accuracy, std_accuracy(&record.score)),
        &|| "`std_accuracy` is not twice the standard deviation of `score`".to_owned(),
    );
    expect(!record.invariant || record.num_repeat >= 2, &|| {
        "`invariant` is of two scores that are equal".to_owned()
    });
    let mut seeds = BTreeSet::new();
    let mut known_seeds = record.repeats.iter().filter_map(|repeat| repeat.seed);
    expect(known_seeds.all(|seed| seeds.insert(seed)), &|| {
        "two repeats have one seed".to_owned()
    });
    let times = record.done_time.zip(record.start_time);
    expect(times.is_none_or(|(done, start)| done >= start), &|| {
        "`done_time` lies before `start_time`".to_owned()
    });
    let is_complete = record.num_repeat == record.repeats_asked || record.invariant;
    expect(
        record.status != Status::Ok || record.num_repeat > 0,
        &|| "expected a repeat of a row whose status is ok".to_owned(),
    );
    expect(record.status != Status::Ok || is_complete, &|| {
        format!(
            "expected {} repeats of a row whose status is ok, got {}",
            record.repeats_asked, record.num_repeat
        )
    });
    expect(
        record.status == Status::Ok || record.reason.is_some(),
        &|| "expected a reason, as the status is not ok".to_owned(),
    );
    for (repeat_idx, repeat) in record.repeats.iter().enumerate() {
        let problems = repeat_problems(repeat, record.dataset.n_test);
        found.extend(
            problems
                .into_iter()
                .map(|problem| format!("repeat {repeat_idx}: {problem}")),
        );
    }
    found
}

/// What is wrong with the id of a row, and with the address of a submission.
fn name_problems(record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    let (id, what) = true_id(record);
    if record.id != id {
        let given = &record.id;
        found.push(format!(
            "expected id {id} for its name and {what}, got {given}"
        ));
    }
    let submission = record.submission.as_ref();
    let url = submission.and_then(|submission| submission.url.as_deref());
    if !url.is_none_or(is_link) {
        found.push("expected a `url` that begins with http:// or https://".to_owned());
    }
    found
}

/// The id that a row must have, and what of it the id hashes.
fn true_id(record: &Record) -> (JobId, &'static str) {
    if record.submission.is_some() {
        let first = record.repeats.first();
        let hash = first.and_then(|repeat| repeat.predictions_sha256.as_deref());
        let accuracy = first.map_or(0.0, |repeat| repeat.accuracy);
        let id = submission_id(&record.name, hash, accuracy);
        return (id, "predictions");
    }
    // An engine owns its defaults, so its rows are named by what was written.
    match record.engine {
        Some(_) => (
            JobId::new(&record.name, &record.parameter),
            "written parameters",
        ),
        None => (
            JobId::new(&record.name, &record.resolved),
            "resolved parameters",
        ),
    }
}

fn repeat_problems(repeat: &Repeat, n_test: usize) -> Vec<String> {
    let mut found = Vec::new();
    if !(0.0..=1.0).contains(&repeat.accuracy) {
        found.push(format!(
            "expected an accuracy in [0, 1], got {}",
            repeat.accuracy
        ));
    }
    let seconds = [
        repeat.fit_s,
        repeat.fit_cpu_s,
        repeat.predict_s,
        repeat.predict_cpu_s,
    ];
    let seconds: Vec<f64> = seconds.into_iter().flatten().collect();
    if seconds.iter().any(|&s| !(s.is_finite() && s >= 0.0)) {
        found.push(format!("expected times of 0 or more, got {seconds:?}"));
    }
    let holds = [
        repeat.correct.is_some(),
        repeat.predictions_sha256.is_some(),
        !repeat.confusion.is_empty(),
        !repeat.classes.is_empty(),
    ];
    if holds.contains(&true) {
        found.extend(prediction_problems(repeat, n_test));
    }
    found
}

/// What is wrong with the predictions of a repeat, and with what was counted of them.
fn prediction_problems(repeat: &Repeat, n_test: usize) -> Vec<String> {
    let mut found = Vec::new();
    let n_scored: u64 = repeat
        .confusion
        .iter()
        .flatten()
        .map(|&n| u64::from(n))
        .sum();
    if repeat.predictions_sha256.is_none() {
        found.push("expected the hash of its predictions".to_owned());
    }
    if n_scored != n_test as u64 {
        found.push(format!(
            "expected {n_test} images in the confusion matrix, got {n_scored}"
        ));
    }
    let n_diagonal: u64 = repeat
        .confusion
        .iter()
        .enumerate()
        .filter_map(|(class, row)| row.get(class))
        .map(|&n| u64::from(n))
        .sum();
    let n_correct = (repeat.accuracy * n_test as f64).round();
    if n_diagonal as f64 != n_correct {
        found.push(format!(
            "the accuracy stands for {n_correct} images, the confusion matrix for {n_diagonal}"
        ));
    }
    match outcomes::unpack(repeat, n_test) {
        Err(error) => found.push(error.to_string()),
        Ok(outcomes) => {
            let n_right = n_test - outcomes.wrong.len();
            if n_right as f64 != n_correct {
                found.push(format!(
                    "the accuracy stands for {n_correct} images, `correct` for {n_right}"
                ));
            }
        }
    }
    if repeat.classes.len() != repeat.confusion.len() {
        found.push(format!(
            "expected scores of {} classes, got {}",
            repeat.confusion.len(),
            repeat.classes.len()
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    #[test]
    fn a_truthful_row_has_no_problems() {
        assert_eq!(
            problems(&record("GaussianNB", &[0.5, 0.75])),
            Vec::<String>::new()
        );
    }

    #[test]
    fn contradictions_in_a_row_are_found() {
        let whole = record("GaussianNB", &[0.5, 0.75]);
        type Break = (&'static str, fn(&mut Record));
        let broken: [Break; 15] = [
            ("repeat 0: expected the hash", |row| {
                row.repeats[0].predictions_sha256 = None;
            }),
            ("`invariant` is of two", |row| {
                row.repeats.truncate(1);
                row.num_repeat = 1;
                row.invariant = true;
            }),
            ("two repeats have one seed", |row| {
                row.repeats[1].seed = row.repeats[0].seed;
            }),
            ("expected a repeat of a row", |row| {
                row.repeats.clear();
                (row.num_repeat, row.repeats_asked) = (0, 0);
            }),
            ("repeat 0: expected an accuracy", |row| {
                row.repeats[0].accuracy = -0.5;
            }),
            ("repeat 0: expected times", |row| {
                row.repeats[0].fit_cpu_s = Some(-1.0)
            }),
            ("expected id", |row| row.name = "SVC".to_owned()),
            ("`score` is not", |row| row.score[0] = 0.25),
            ("expected num_repeat 2, got 3", |row| row.num_repeat = 3),
            ("`mean_accuracy`", |row| row.mean_accuracy = None),
            ("`std_accuracy`", |row| row.std_accuracy = Some(0.0)),
            ("`done_time`", |row| row.done_time = Some(0)),
            ("expected 5 repeats", |row| row.repeats_asked = 5),
            ("expected a reason", |row| row.status = Status::Failed),
            ("repeat 1: expected 8 images", |row| {
                row.repeats[1].confusion[0][0] += 1;
            }),
        ];
        for (expected, break_it) in broken {
            let mut row = whole.clone();
            break_it(&mut row);
            let found = problems(&row);
            assert!(
                found.iter().any(|problem| problem.starts_with(expected)),
                "expected `{expected}` in {found:?}"
            );
        }
    }

    #[test]
    fn a_bitmap_that_counts_other_images_is_found() {
        let mut row = record("GaussianNB", &[0.5]);
        let all_right = outcomes::pack(&[None; 8], 2);
        row.repeats[0].correct = Some(all_right.correct);
        assert_eq!(
            problems(&row),
            ["repeat 0: expected 0 labels in `wrong_labels`, got 4"]
        );
        row.repeats[0].wrong_labels = Some(all_right.wrong_labels);
        assert_eq!(
            problems(&row),
            ["repeat 0: the accuracy stands for 4 images, `correct` for 8"]
        );
        // As rows of schema 1 have it.
        row.repeats[0].wrong_labels = None;
        assert_eq!(
            problems(&row),
            ["repeat 0: the accuracy stands for 4 images, `correct` for 8"]
        );
    }

    #[test]
    fn a_file_check_reports_every_bad_line_and_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("table.jsonl");
        let good = serde_json::to_string(&record("GaussianNB", &[0.5])).unwrap();
        fs::write(
            &path,
            format!("{good}\nnonsense\n\n{{\"schema\":1}}\n{good}\n{{\"sch"),
        )
        .unwrap();
        let report = validate_file(&path).unwrap();
        assert_eq!(report.rows.len(), 2);
        let lines: Vec<_> = report.findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 4, 6]);
        assert_eq!(
            report.findings[2].problem,
            "torn: 5 bytes without a line feed"
        );
    }
}
