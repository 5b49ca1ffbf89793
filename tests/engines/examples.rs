//! The engines of `examples/engines` at work.

use std::path::Path;
use std::process::Command;

use fashion_bench::engine::arrays::load_labels;
use fashion_bench::results::{Record, Status};

use super::{Bench, assert_code, text};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/engines")
        .join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_engine_in_shell_and_awk_predicts_the_majority() {
    let bench = Bench::new(&format!(
        r#"{{"dataset": "demo", "engines": {{"sh": {{"command": ["sh", "{}"]}}}},
            "classifiers": {{"sh::Majority": [], "sh::Other": []}}}}"#,
        example("majority.sh")
    ));
    assert_code(&bench.run_allowed(&[]), 1);
    let rows = bench.rows();
    let majority = rows.iter().find(|row| row.name == "sh::Majority").unwrap();
    assert_eq!(majority.status, Status::Ok, "{:?}", majority.reason);
    // The classes of the demo set are about equally large.
    assert!((0.05..0.2).contains(&majority.mean_accuracy.unwrap()));
    let other = rows.iter().find(|row| row.name == "sh::Other").unwrap();
    assert_eq!(other.status, Status::Invalid);
}

#[test]
fn the_engine_in_c_is_the_nearest_centroid() {
    let bench = Bench::new(
        r#"{"dataset": "demo", "engines": {"c": {"command": ["./centroid"]}},
            "classifiers": {"c::NearestCentroid": [], "NearestCentroid": []}}"#,
    );
    let compiled = Command::new("cc")
        .args(["-O2", "-Wall", "-Werror", "-o"])
        .arg(bench.path("centroid"))
        .args([&example("centroid.c"), "-lm"])
        .status()
        .expect("a C compiler");
    assert!(compiled.success());
    assert_code(&bench.run_allowed(&[]), 0);
    let rows = bench.rows();
    let accuracy = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        assert_eq!(row.status, Status::Ok, "{:?}", row.reason);
        row.mean_accuracy.unwrap()
    };
    let (c, ours) = (accuracy("c::NearestCentroid"), accuracy("NearestCentroid"));
    assert!((c - ours).abs() < 0.005, "{c} {ours}");
}

#[test]
#[ignore = "needs Rscript"]
fn the_engine_in_r_is_the_ridge_classifier() {
    let bench = Bench::new(&format!(
        r#"{{"dataset": "demo", "engines": {{"r": {{"command": ["Rscript", "{}"]}}}}, "classifiers": {{
            "r::Ridge": [{{"alpha": [3.0, 0]}}], "RidgeClassifier": [{{"alpha": [3.0]}}]}}}}"#,
        example("ridge.R")
    ));
    assert_code(&bench.run_allowed(&[]), 1);
    let rows = bench.rows();
    let row = |name: &str, status: Status| {
        let found = |row: &&Record| row.name == name && row.status == status;
        rows.iter().find(found).unwrap()
    };
    let (r, ours) = (
        row("r::Ridge", Status::Ok),
        row("RidgeClassifier", Status::Ok),
    );
    let (theirs, ours) = (r.mean_accuracy.unwrap(), ours.mean_accuracy.unwrap());
    assert!((theirs - ours).abs() < 0.005, "{theirs} {ours}");
    assert_eq!(r.resolved["alpha"], 3);
    assert_eq!(
        r.engine.as_ref().unwrap().language.as_ref().unwrap().name,
        "R"
    );
    let reason = row("r::Ridge", Status::Invalid).reason.as_deref();
    assert_eq!(
        reason,
        Some("the `alpha` of Ridge must be a number above 0")
    );
}

#[test]
fn the_examples_have_under_sixty_lines() {
    for name in ["centroid.c", "majority.sh", "ridge.R"] {
        let text = std::fs::read_to_string(example(name)).unwrap();
        assert!(text.lines().count() < 60, "{name}");
    }
}

#[test]
fn our_own_engine_predicts_what_we_predict() {
    let program = env!("CARGO_BIN_EXE_fashion-bench");
    let bench = Bench::new(&format!(
        r#"{{"dataset": "demo", "engines": {{"own": {{"command": ["{program}", "engine"]}}}},
            "classifiers": {{
                "SVC": [{{"C": [10]}}], "own::SVC": [{{"C": [10]}}],
                "RandomForestClassifier": [{{"n_estimators": [5]}}],
                "own::RandomForestClassifier": [{{"n_estimators": [5]}}]}}}}"#
    ));
    assert_code(&bench.run_allowed(&[]), 0);
    let rows = bench.rows();
    let hash = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).unwrap();
        row.repeats[0].predictions_sha256.clone()
    };
    for name in ["SVC", "RandomForestClassifier"] {
        assert_eq!(hash(name), hash(&format!("own::{name}")), "{name}");
    }
    let id = rows[0].id.to_string();
    for file in ["labels.csv", "labels.npy", "labels.txt"] {
        let args = [
            "predictions",
            "results/demo.jsonl",
            "--id",
            &id[..8],
            "--out",
            file,
        ];
        let output = bench.allowed(&args).output().unwrap();
        assert_code(&output, if file.ends_with("txt") { 2 } else { 0 });
    }
    let csv = std::fs::read_to_string(bench.path("labels.csv")).unwrap();
    let n_test = rows[0].dataset.n_test;
    assert_eq!(csv.lines().count(), n_test + 1);
    let labels = load_labels(&bench.path("labels.npy"), n_test).unwrap();
    let last = format!("{},{}", n_test - 1, labels[n_test - 1]);
    assert_eq!(csv.lines().next_back(), Some(last.as_str()));
    let output = bench
        .program(&["compare", "results/demo.jsonl", "--engines"])
        .output()
        .unwrap();
    assert_code(&output, 0);
    assert!(text(&output.stdout).starts_with("A: ours, B: own"));
}
