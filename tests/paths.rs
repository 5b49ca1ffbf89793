//! Jobs that one training serves, by the real program on the demo set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use fashion_bench::results::validate::problems;
use fashion_bench::results::{Record, Status, Table};

const CONFIG: &str = r#"{"dataset": "demo", "repeats": 3, "classifiers": {
    "GradientBoostingClassifier": [{"n_estimators": [4, 1, 2], "max_depth": [2]}],
    "HistGradientBoostingClassifier": [{"max_iter": [1, 3]}],
    "RandomForestClassifier": [{"n_estimators": [3, 9], "max_depth": [4, 30]}],
    "DecisionTreeClassifier": [{"criterion": ["gini", "entropy"], "max_depth": [3, 50, 100], "splitter": ["best", "random"]}],
    "KNeighborsClassifier": [{"n_neighbors": [1, 5], "weights": ["uniform", "distance"], "p": [1, 2]}],
    "SVC": [{"kernel": ["linear", "rbf", "poly"], "C": [1.0, 10.0]}],
    "GaussianProcessClassifier": [{"multi_class": ["one_vs_one", "one_vs_rest"]}],
    "GaussianNB": []
}}"#;

/// Runs a config in `folder` and returns the rows of its table by their labels.
fn run(
    folder: &Path,
    config: &str,
    table: &str,
    args: &[&str],
) -> (Output, BTreeMap<String, Record>) {
    fs::write(folder.join("config.json"), config).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
        .args(["run", "config.json", "--results", table])
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap();
    let rows = Table::new(folder.join(table)).read().unwrap();
    let rows = rows.into_iter().map(|row| {
        let record = row.record().unwrap().clone();
        assert_eq!(problems(&record), Vec::<String>::new());
        (record.label(), record)
    });
    (output, rows.collect())
}

fn hashes(record: &Record) -> Vec<Option<String>> {
    let hashes = record.repeats.iter();
    hashes
        .map(|repeat| repeat.predictions_sha256.clone())
        .collect()
}

#[test]
fn each_job_of_a_path_answers_as_it_does_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (output, together) = run(folder.path(), CONFIG, "together.jsonl", &["--jobs", "1"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains(" in one training\n"), "{text}");
    let (_, alone) = run(
        folder.path(),
        CONFIG,
        "alone.jsonl",
        &["--no-paths", "--jobs", "1"],
    );
    assert_eq!(together.len(), 38);
    assert!(together.keys().eq(alone.keys()));
    for (label, row) in &together {
        let own = &alone[label];
        assert_eq!(
            (row.status, own.status),
            (Status::Ok, Status::Ok),
            "{label}"
        );
        assert_eq!(hashes(row), hashes(own), "{label}");
        let info = |record: &Record| record.repeats[0].fit.clone();
        assert_eq!(info(row), info(own), "{label}");
        assert_eq!(own.path, []);
        let n_others = match row.name.as_str() {
            "GradientBoostingClassifier" => 2,
            "GaussianProcessClassifier" => 1,
            "GaussianNB" => 0,
            "DecisionTreeClassifier" => 11,
            "KNeighborsClassifier" | "RandomForestClassifier" => 3,
            "SVC" => 5,
            _ => 1,
        };
        assert_eq!(row.path.len(), n_others, "{label}");
        assert!(row.path.iter().all(|id| *id != row.id), "{label}");
    }
}

#[test]
fn rows_that_are_there_are_not_trained_again() {
    let folder = tempfile::tempdir().unwrap();
    run(
        folder.path(),
        CONFIG,
        "t.jsonl",
        &["--filter", "RandomForestClassifier n_estimators=3"],
    );
    let (output, rows) = run(
        folder.path(),
        CONFIG,
        "t.jsonl",
        &["--filter", "family=forest"],
    );
    assert!(output.status.success(), "{output:?}");
    let n_others: BTreeMap<&str, usize> = rows
        .iter()
        .map(|(label, row)| (label.as_str(), row.path.len()))
        .collect();
    assert_eq!(rows.len(), 4);
    // The two of a run are one path.
    assert!(n_others.values().all(|&n| n == 1), "{n_others:?}");
}

/// The forest of 4 trees is past when the other one ends the process: it keeps its first repeat's
/// answer and gets all the others that it would have alone.
#[test]
fn a_time_limit_ends_only_the_jobs_that_reach_it() {
    let config = r#"{"dataset": "demo", "repeats": 3, "limits": {"time_s": 4, "memory_mb": 4000}, "classifiers": {
        "RandomForestClassifier": [{"n_estimators": [1000000, 4, 2000000]}]}}"#;
    let folder = tempfile::tempdir().unwrap();
    let (output, rows) = run(folder.path(), config, "t.jsonl", &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    for (label, row) in &rows {
        let is_short = label.contains("n_estimators=4");
        let expected = if is_short {
            Status::Ok
        } else {
            Status::TimedOut
        };
        assert_eq!(row.status, expected, "{label}: {:?}", row.reason);
        assert_eq!(row.repeats.len(), if is_short { 3 } else { 0 }, "{label}");
    }
    let (_, alone) = run(
        folder.path(),
        config,
        "alone.jsonl",
        &["--filter", "n_estimators=4", "--no-paths"],
    );
    let (label, own) = alone.iter().next().unwrap();
    assert_eq!(hashes(&rows[label]), hashes(own));
}

#[test]
fn jobs_of_a_path_are_in_one_shard() {
    let folder = tempfile::tempdir().unwrap();
    let mut n_rows = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        let (output, rows) = run(folder.path(), CONFIG, "t.jsonl", &["--shard", shard]);
        assert!(output.status.success(), "{output:?}");
        n_rows = rows.len();
        for row in rows.values() {
            assert!(
                row.path
                    .iter()
                    .all(|id| rows.values().any(|other| other.id == *id))
            );
        }
    }
    assert_eq!(n_rows, 38);
}

#[test]
fn list_says_how_many_trainings_there_are() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), CONFIG).unwrap();
    let list = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
            .args(["list", "config.json"])
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = list(&[]);
    assert!(text.contains("9 trainings serve the 38 jobs"), "{text}");
    let listing: serde_json::Value = serde_json::from_str(&list(&["--json"])).unwrap();
    let jobs = listing["jobs"].as_array().unwrap();
    let n_others = jobs.iter().map(|job| job["path"].as_array().unwrap().len());
    assert_eq!(
        n_others.sum::<usize>(),
        3 * 2 + 2 + 4 * 3 + 2 * 4 * 3 + 6 * 5 + 2 + 12 * 11
    );
}

#[test]
fn probabilities_in_a_path_are_those_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = r#"{"dataset": "demo", "subset": {"train": 300, "test": 200}, "classifiers": {
        "RandomForestClassifier": [{"n_estimators": [3, 9]}],
        "KNeighborsClassifier": [{"n_neighbors": [1, 5], "weights": ["uniform", "distance"]}],
        "SVC": [{"C": [1, 10], "probability": [true]}],
        "LinearSVC": []
    }}"#;
    let scored = |table, args: &[&str]| {
        let args = [&["--scores", "all"], args].concat();
        let (_, rows) = run(folder.path(), config, table, &args);
        let scores = rows.into_iter().map(|(label, row)| {
            let scores = row.repeats[0].of_probabilities.clone();
            let scores = scores.map(|mut scores| {
                assert!(scores.log_loss.is_finite() && scores.proba_s >= 0.0);
                (scores.proba_s, scores.proba_cpu_s) = (0.0, 0.0);
                scores
            });
            (label, scores)
        });
        scores.collect::<BTreeMap<_, _>>()
    };
    let together = scored("together.jsonl", &[]);
    let alone = scored("alone.jsonl", &["--no-paths"]);
    assert_eq!(together, alone);
    let n_scored = together.values().filter(|scores| scores.is_some()).count();
    assert_eq!((together.len(), n_scored), (9, 8));
    // A row without them does not stand for a run that asks for them.
    let (first, _) = run(
        folder.path(),
        config,
        "later.jsonl",
        &["--filter", "LinearSVC"],
    );
    assert!(first.status.success());
    let (again, _) = run(
        folder.path(),
        config,
        "later.jsonl",
        &["--filter", "LinearSVC", "--scores", "all", "--dry-run"],
    );
    let text = String::from_utf8(again.stdout).unwrap();
    assert!(text.contains("\n1 jobs to do, 0 done already"), "{text}");
}
