use serde_json::json;

use super::*;
use crate::check::Reference;

fn dataset(sha256: &str) -> Value {
    json!({
        "name": "demo", "n_train": 20, "n_test": 10,
        "files": [{"name": "train", "sha256": sha256}],
    })
}

fn record(id: &str, status: &str, accuracy: Option<f64>, data: &str) -> Record {
    let row = json!({
        "schema": 1, "id": id, "name": "GaussianNB", "family": "naive_bayes",
        "parameter": {}, "resolved": {}, "defaults": "sklearn-1.5",
        "status": status, "score": accuracy.map(|a| vec![a]).unwrap_or_default(),
        "start_time": 0, "done_time": 1, "num_repeat": 1,
        "mean_accuracy": accuracy, "std_accuracy": accuracy.map(|_| 0.0), "time_per_repeat": 1,
        "repeats_asked": 1, "invariant": false, "seed": 0, "repeats": [],
        "limits": {"time_s": null, "memory_mb": null}, "dataset": dataset(data),
        "environment": {
            "host": "h", "cpu": "c", "cores": 1, "threads": 1, "jobs": 1, "os": "o",
            "version": "0", "in_process": true,
        },
    });
    serde_json::from_value(row).unwrap()
}

fn reference(tolerance: f64) -> Reference {
    let value = json!({
        "dataset": dataset("a"),
        "tolerance": {"naive_bayes": {"accuracy": tolerance, "reason": "test"}},
        "rows": [{
            "id": "1", "name": "GaussianNB", "family": "naive_bayes",
            "parameter": {}, "accuracy": 0.5,
        }],
    });
    serde_json::from_value(value).unwrap()
}

fn verdict(records: &[Record], tolerance: f64) -> (Verdict, Outcome) {
    let report = judge(records, &reference(tolerance));
    (report.verdict, report.findings[0].outcome)
}

#[test]
fn equal_accuracy_is_unchanged() {
    let records = [record("1", "ok", Some(0.5), "a")];
    assert_eq!(verdict(&records, 0.0), (Verdict::Unchanged, Outcome::Same));
}

#[test]
fn one_image_of_a_deterministic_row_is_a_change() {
    let below = [record("1", "ok", Some(0.4999), "a")];
    assert_eq!(
        verdict(&below, 0.0),
        (Verdict::Changed, Outcome::Regression)
    );
    let above = [record("1", "ok", Some(0.5001), "a")];
    assert_eq!(
        verdict(&above, 0.0),
        (Verdict::Changed, Outcome::Improvement)
    );
    assert_eq!(verdict(&above, 0.0002), (Verdict::Unchanged, Outcome::Same));
}

#[test]
fn the_last_row_of_an_id_counts() {
    let records = [
        record("1", "ok", Some(0.1), "a"),
        record("1", "ok", Some(0.5), "a"),
    ];
    assert_eq!(verdict(&records, 0.0), (Verdict::Unchanged, Outcome::Same));
}

#[test]
fn rows_of_other_data_do_not_count() {
    let only_other = [record("1", "ok", Some(0.5), "b")];
    assert_eq!(
        verdict(&only_other, 0.0),
        (Verdict::CannotJudge, Outcome::OtherData)
    );
    let both = [
        record("1", "ok", Some(0.5), "a"),
        record("1", "ok", Some(0.9), "b"),
    ];
    assert_eq!(verdict(&both, 0.0), (Verdict::Unchanged, Outcome::Same));
}

#[test]
fn failed_and_missing_rows_are_findings() {
    let failed = [record("1", "timed_out", None, "a")];
    assert_eq!(verdict(&failed, 0.0), (Verdict::Changed, Outcome::Failed));
    assert_eq!(verdict(&[], 0.0), (Verdict::CannotJudge, Outcome::Missing));
}

#[test]
fn rows_that_the_reference_does_not_know_are_counted() {
    let records = [
        record("1", "ok", Some(0.5), "a"),
        record("2", "ok", Some(0.5), "a"),
    ];
    assert_eq!(judge(&records, &reference(0.0)).unrecorded, 1);
}

#[test]
fn a_reference_made_of_a_table_accepts_that_table() {
    let records = [
        record("1", "ok", Some(0.25), "a"),
        record("2", "failed", None, "a"),
    ];
    let made = Reference::from_records(&records, Some(&reference(0.1))).unwrap();
    assert_eq!(made.rows.len(), 1);
    assert_eq!(made.tolerance[&made.rows[0].family].accuracy, 0.1);
    assert_eq!(judge(&records, &made).verdict, Verdict::Unchanged);
}

#[test]
fn a_table_of_two_data_sets_makes_no_reference() {
    let records = [
        record("1", "ok", Some(0.5), "a"),
        record("1", "ok", Some(0.5), "b"),
    ];
    assert!(Reference::from_records(&records, None).is_err());
}

#[test]
fn a_stored_reference_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/reference.json");
    let written = reference(0.1);
    written.store(&path).unwrap();
    assert_eq!(Reference::load(&path).unwrap(), written);
    let other = folder.path().join("new/other.json");
    std::fs::write(&other, "").unwrap();
    let permissions = |path| std::fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(&path), permissions(&other));
}
