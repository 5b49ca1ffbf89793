//! The `check`, `compare`, `merge` and `embed` subcommands of the real program, on the demo set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod compare;
mod embed;
mod hostile;
mod merge;
mod update;

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;
use std::sync::OnceLock;

use bench::{Bench, assert_code, stderr, stdout};
use fashion_bench::results::outcomes::{pack, unpack};
use fashion_bench::results::{Record, Status, mean_accuracy, std_accuracy};
use serde_json::Value;

const CONFIG: &str = r#"{"dataset": "demo", "classifiers": {
    "GaussianNB": [],
    "NearestCentroid": [],
    "KNeighborsClassifier": [{"n_neighbors": [1, 5], "weights": ["uniform", "distance"]}],
    "ExtraTreeClassifier": [{"splitter": ["random"], "max_depth": [2, 4, 8]}]}}"#;
const N_JOBS: usize = 9;

/// A folder with the table of one run, which serves all tests.
fn with_table() -> Bench {
    static TABLE: OnceLock<String> = OnceLock::new();
    let bench = Bench::new(CONFIG);
    let table = TABLE.get_or_init(|| {
        assert_code(&bench.run(&["--results", "table.jsonl"]), 0);
        bench.text("table.jsonl")
    });
    bench.write("table.jsonl", table);
    bench
}

impl Bench {
    fn check(&self, args: &[&str]) -> Output {
        let all = [
            &["check", "table.jsonl", "--reference", "reference.json"],
            args,
        ]
        .concat();
        self.call(&all)
    }

    /// Records the table, with the row of that name as the unit of time.
    fn record(&self, calibration: &str) {
        let output = self.check(&["--update", "--calibration", calibration]);
        assert_code(&output, 0);
    }

    /// Changes the rows of the table of that classifier.
    fn change(&self, classifier: &str, change: impl Fn(&mut Record)) {
        let mut rows = self.records("table.jsonl");
        for row in rows.iter_mut().filter(|row| row.name == classifier) {
            change(row);
        }
        let lines: Vec<_> = rows
            .iter()
            .map(|row| serde_json::to_string(row).unwrap() + "\n")
            .collect();
        self.write("table.jsonl", &lines.concat());
    }
}

/// Scores and prediction hashes by id: what does not depend on the machine.
fn answers(rows: &[Record]) -> BTreeMap<String, (Vec<f64>, Vec<String>)> {
    let answer = |row: &Record| {
        let hashes = row
            .repeats
            .iter()
            .filter_map(|r| r.predictions_sha256.clone());
        (row.id.to_string(), (row.score.clone(), hashes.collect()))
    };
    rows.iter().map(answer).collect()
}

/// Takes one image more for another class, and lets the whole row say so.
fn one_image_less(row: &mut Record) {
    let n_test = row.dataset.n_test;
    let repeat = &mut row.repeats[0];
    let outcomes = unpack(repeat, n_test).unwrap();
    let mut wrong = vec![None; n_test];
    for (&image, label) in outcomes.wrong.iter().zip(outcomes.labels.unwrap()) {
        wrong[image] = Some(label);
    }
    let image = wrong.iter().position(Option::is_none).unwrap();
    let class = (0..repeat.confusion.len())
        .find(|&class| repeat.confusion[class][class] > 0)
        .unwrap();
    let other = (class + 1) % repeat.confusion.len();
    wrong[image] = Some(u16::try_from(other).unwrap());
    repeat.confusion[class][class] -= 1;
    repeat.confusion[class][other] += 1;
    let packed = pack(&wrong, repeat.confusion.len());
    (repeat.correct, repeat.wrong_labels) = (Some(packed.correct), Some(packed.wrong_labels));
    let n_right = wrong.iter().filter(|label| label.is_none()).count();
    repeat.accuracy = n_right as f64 / n_test as f64;
    repeat.predictions_sha256 = Some("other".to_owned());
    row.score[0] = repeat.accuracy;
    row.mean_accuracy = mean_accuracy(&row.score);
    row.std_accuracy = std_accuracy(&row.score);
}

#[test]
fn a_recorded_table_is_unchanged_and_so_is_a_run_under_the_same_seed() {
    let bench = with_table();
    bench.record("GaussianNB");
    assert_code(&bench.check(&[]), 0);
    assert_code(&bench.run(&["--results", "again.jsonl", "--jobs", "1"]), 0);
    let again = bench.call(&[
        "check",
        "again.jsonl",
        "--reference",
        "reference.json",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&again)).unwrap();
    // Jobs of milliseconds say nothing of their times; their predictions must be the same.
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), N_JOBS);
    for finding in findings {
        assert_eq!(finding["found"], finding["expected"], "{finding}");
        assert_eq!(finding["basis"]["kind"], "predictions", "{finding}");
    }
}

#[test]
fn a_slow_down_is_a_finding() {
    let bench = with_table();
    for name in ["GaussianNB", "NearestCentroid"] {
        bench.change(name, |row| row.repeats[0].fit_cpu_s = Some(1.0));
    }
    bench.record("GaussianNB");
    bench.change("NearestCentroid", |row| {
        row.repeats[0].fit_cpu_s = Some(3.0)
    });
    let output = bench.check(&[]);
    assert_code(&output, 1);
    assert!(stdout(&output).contains("SLOWER  NearestCentroid"));
    assert!(stdout(&output).contains("x3.00"));
}

#[test]
fn without_a_verdict_the_exit_code_is_2() {
    let bench = with_table();
    bench.record("GaussianNB");
    let whole = bench.text("table.jsonl");
    let (_, rest) = whole.split_once('\n').unwrap();
    bench.write("table.jsonl", rest);
    let output = bench.check(&[]);
    assert_code(&output, 2);
    assert!(stdout(&output).contains("MISSING"));
    bench.write("table.jsonl", "nonsense\n");
    assert_code(&bench.check(&[]), 2);
    fs::remove_file(bench.path("table.jsonl")).unwrap();
    let output = bench.check(&[]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("there is no results table table.jsonl"));
    bench.write("table.jsonl", &whole);
    bench.write("reference.json", "{}");
    let output = bench.check(&[]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("is not a reference file of format 3"));
}

#[test]
fn ci_gets_junit_annotations_and_a_step_summary() {
    let bench = with_table();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", one_image_less);
    let args = [
        "check",
        "table.jsonl",
        "--reference",
        "reference.json",
        "--junit",
        "junit.xml",
    ];
    let output = bench
        .program(&args)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", bench.path("summary.md"))
        .output()
        .unwrap();
    assert_code(&output, 1);
    let junit = bench.text("junit.xml");
    assert!(
        junit.contains("tests=\"9\"") && junit.contains("failures=\"1\""),
        "{junit}"
    );
    assert!(junit.contains("<failure message=\"accuracy"), "{junit}");
    let annotations = stderr(&output);
    let expected = "::error title=REGRESSION NearestCentroid()::accuracy";
    assert!(annotations.starts_with(expected), "{annotations}");
    let summary = bench.text("summary.md");
    assert!(summary.starts_with("### Benchmark: changed"), "{summary}");
    assert!(
        summary.contains("<summary>8 rows that pass</summary>"),
        "{summary}"
    );
}

#[test]
fn times_of_another_host_are_counted_and_can_be_required() {
    let bench = with_table();
    for name in ["GaussianNB", "NearestCentroid"] {
        bench.change(name, |row| row.repeats[0].fit_cpu_s = Some(1.0));
    }
    bench.record("GaussianNB");
    assert_code(&bench.check(&["--require-times"]), 0);
    bench.change("NearestCentroid", |row| {
        row.repeats[0].fit_cpu_s = Some(10.0);
        row.environment.as_mut().unwrap().boot_id = Some("another".to_owned());
    });
    let output = bench.check(&["--junit", "out/new/junit.xml"]);
    assert_code(&output, 0);
    let told = "1 row's times not judged: no calibration row of their host";
    assert!(stdout(&output).contains(told), "{}", stdout(&output));
    let junit = bench.text("out/new/junit.xml");
    assert!(
        junit.contains("NearestCentroid() times") && junit.contains("<skipped"),
        "{junit}"
    );
    assert_code(&bench.check(&["--require-times"]), 2);
    // A container's host name is random, and no identity.
    bench.change("NearestCentroid", |row| {
        let first = bench.records("table.jsonl").remove(0);
        let environment = row.environment.as_mut().unwrap();
        environment.boot_id = first.environment.unwrap().boot_id;
        environment.host = "3f2a9c".to_owned();
    });
    let output = bench.check(&[]);
    assert_code(&output, 1);
    assert!(
        stdout(&output).contains("SLOWER  NearestCentroid"),
        "{}",
        stdout(&output)
    );
}
