//! Labels leave the program as the data write them: numbers with holes, numbers from 1, names.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use fashion_bench::dataset::{
    ConvertFormat, DatasetName, DatasetRequest, OwnData, RawDataset, convert,
};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use crate::support::{bytes_of, files_of, idx, load_quietly, split, write_files};

/// Labels of an EMNIST-like set: from 1, with holes.
const LABELS: [u8; 3] = [1, 2, 5];

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
    command
        .current_dir(dir)
        .env("XDG_CACHE_HOME", dir.join(".cache"))
        .args(args);
    command
}

/// Writes images of three classes, labelled by [`LABELS`], to `dir`/idx.
fn write_set(dir: &Path) {
    let (train, test) = (split(60, 6, 4, 3), split(15, 6, 4, 3));
    let mut files = files_of(&train, &test);
    for (place, split) in [(1, &train), (3, &test)] {
        let labels = split.labels.iter().map(|&code| LABELS[usize::from(code)]);
        let labels: Vec<u8> = labels.collect();
        files[place] = idx(&[labels.len() as u32], &labels);
    }
    fs::create_dir(dir.join("idx")).unwrap();
    write_files(&dir.join("idx"), &files, false);
}

fn load(dir: &Path, names: &[&str]) -> RawDataset {
    let own = OwnData {
        files: names.iter().map(|name| dir.join(name)).collect(),
        ..OwnData::default()
    };
    let request = DatasetRequest {
        own: Some(own),
        ..DatasetRequest::new(DatasetName::FashionMnist)
    };
    load_quietly(&request).unwrap()
}

/// Runs a tree with these weights of the classes and returns the exit code and the last row.
fn run_tree(dir: &Path, data: &[&str], weights: &str) -> (Option<i32>, serde_json::Value) {
    let config = format!(
        r#"{{"classifiers": {{"DecisionTreeClassifier": [{{"class_weight": [{weights}]}}]}}}}"#
    );
    fs::write(dir.join("c.json"), config).unwrap();
    let args = ["run", "c.json", "--results", "rows.jsonl", "--data"];
    let output = command(dir, &[&args, data].concat()).output().unwrap();
    let rows = fs::read_to_string(dir.join("rows.jsonl")).unwrap();
    let last = rows.lines().next_back().unwrap();
    (output.status.code(), serde_json::from_str(last).unwrap())
}

fn predictions(dir: &Path, data: &[&str], row: &serde_json::Value, out: &str) {
    let id = row["id"].as_str().unwrap();
    let args = [
        "predictions",
        "rows.jsonl",
        "--id",
        id,
        "--out",
        out,
        "--data",
    ];
    command(dir, &[&args, data].concat()).assert().success();
}

#[test]
fn keys_of_class_weight_and_predictions_are_the_labels_of_the_data() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path();
    write_set(dir);
    let (code, row) = run_tree(dir, &["idx"], r#"{"5": 3.0, "1": 0.5}"#);
    assert_eq!((code, &row["status"]), (Some(0), &"ok".into()), "{row}");
    assert_eq!(row["resolved"]["class_weight"]["5"], 3.0);
    predictions(dir, &["idx"], &row, "p.csv");
    let csv = fs::read_to_string(dir.join("p.csv")).unwrap();
    let labels: Vec<&str> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(labels.len(), 15);
    assert!(
        labels.iter().all(|label| ["1", "2", "5"].contains(label)),
        "{csv}"
    );
    assert!(labels.contains(&"5"), "{csv}");
    predictions(dir, &["idx"], &row, "p.npy");
    let numbers = fashion_bench::engine::arrays::load_labels(&dir.join("p.npy"), 15).unwrap();
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    assert_eq!(numbers, labels);
    // 0 is the code of a class and no label.
    let (code, row) = run_tree(dir, &["idx"], r#"{"0": 2.0}"#);
    assert_eq!(
        (code, &row["status"]),
        (Some(1), &"invalid".into()),
        "{row}"
    );
    let reason = row["reason"].as_str().unwrap();
    assert!(
        reason.contains("an object that names only classes of the data (1, 2, 5)"),
        "{reason}"
    );
}

#[test]
fn names_are_predicted_as_names_and_have_numbers_in_a_config() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path();
    let rows = |n| "0.5,1,dog\n3,4.25,cat\n0.5,1.5,dog\n3.5,4,cat\n".repeat(n);
    for (name, n) in [("train.csv", 10), ("test.csv", 2)] {
        fs::write(dir.join(name), format!("a,b,label\n{}", rows(n))).unwrap();
    }
    let data = ["train.csv", "test.csv"];
    command(dir, &[&["data", "info", "--data"][..], &data].concat())
        .assert()
        .success()
        .stdout(contains("number").and(contains("cat")));
    let (code, row) = run_tree(dir, &data, r#"{"0": 2.0, "1": 1.0}"#);
    assert_eq!((code, &row["status"]), (Some(0), &"ok".into()), "{row}");
    predictions(dir, &data, &row, "p.csv");
    let csv = fs::read_to_string(dir.join("p.csv")).unwrap();
    assert!(
        csv.starts_with("index,label\n0,dog\n1,cat\n2,dog\n"),
        "{csv}"
    );
    predictions(dir, &data, &row, "p.npy");
    let npy = fs::read(dir.join("p.npy")).unwrap();
    assert!(String::from_utf8_lossy(&npy).contains("'<U3'"));
}

#[test]
fn converted_data_stay_the_same_data() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path();
    write_set(dir);
    let raw = load(dir, &["idx"]);
    assert_eq!(raw.labels, ["1", "2", "5"]);
    for (format, name) in [
        (ConvertFormat::Npz, "npz"),
        (ConvertFormat::Csv, "csv"),
        (ConvertFormat::Idx, "again"),
    ] {
        convert(&raw, format, &dir.join(name)).unwrap();
        let shape = (name == "csv").then(|| "6x4".parse().unwrap());
        let own = OwnData {
            files: vec![dir.join(name)],
            shape,
            ..OwnData::default()
        };
        let request = DatasetRequest {
            own: Some(own),
            ..DatasetRequest::new(DatasetName::FashionMnist)
        };
        let read = load_quietly(&request).unwrap();
        assert!(read.identity.is_same_data(&raw.identity), "{name}");
        assert_eq!(read.labels, raw.labels, "{name}");
        assert_eq!(bytes_of(&read.train), bytes_of(&raw.train), "{name}");
    }
    fs::write(dir.join("train.csv"), "a,b,label\n1,2,cat\n3,4,dög\n").unwrap();
    fs::write(dir.join("test.csv"), "a,b,label\n1,2,cat\n").unwrap();
    let raw = load(dir, &["train.csv", "test.csv"]);
    convert(&raw, ConvertFormat::Npz, &dir.join("names")).unwrap();
    let read = load(dir, &["names"]);
    assert_eq!(read.labels, ["cat", "dög"]);
    assert!(read.identity.is_same_data(&raw.identity));
}
