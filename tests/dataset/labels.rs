//! Labels leave the program as the data write them: numbers with holes, numbers from 1, names.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use fashion_bench::dataset::{
    ConvertFormat, DatasetName, DatasetRequest, OwnData, RawDataset, convert,
};
use serde_json::json;

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

/// Writes a table of two classes with these labels, and a row of a third class if `single`.
fn write_table(dir: &Path, [a, b]: [&str; 2], single: Option<&str>) {
    let rows = |n| format!("0.5,1,{b}\n3,4.25,{a}\n0.5,1.5,{b}\n3.5,4,{a}\n").repeat(n);
    let single = single.map(|label| format!("9,9,{label}\n"));
    let train = rows(10) + &single.unwrap_or_default();
    for (name, rows) in [("train.csv", train), ("test.csv", rows(2))] {
        fs::write(dir.join(name), format!("a,b,label\n{rows}")).unwrap();
    }
}

#[test]
fn names_are_names_in_configs_and_in_predictions() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path();
    write_table(dir, ["cat", "dog"], None);
    let data = ["train.csv", "test.csv"];
    let (code, row) = run_tree(dir, &data, r#"{"cat": 2.0, "dog": 1.0}"#);
    assert_eq!((code, &row["status"]), (Some(0), &"ok".into()), "{row}");
    assert_eq!(row["resolved"]["class_weight"]["cat"], 2.0);
    predictions(dir, &data, &row, "p.csv");
    let csv = fs::read_to_string(dir.join("p.csv")).unwrap();
    assert!(
        csv.starts_with("index,label\n0,dog\n1,cat\n2,dog\n"),
        "{csv}"
    );
    predictions(dir, &data, &row, "p.npy");
    let npy = fs::read(dir.join("p.npy")).unwrap();
    assert!(String::from_utf8_lossy(&npy).contains("'<U3'"));
    // 0 is the code of a class and no label.
    let (code, row) = run_tree(dir, &data, r#"{"0": 2.0}"#);
    assert_eq!(code, Some(1));
    let reason = row["reason"].as_str().unwrap();
    assert!(
        reason.contains("classes of the data (cat, dog)"),
        "{reason}"
    );
}

#[test]
fn labels_of_any_kind_are_written_in_configs_and_in_messages() {
    for (labels, single) in [(["cat", "dog"], "emu"), (["-3", "1"], "70000")] {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path();
        write_table(dir, labels, Some(single));
        let written = |label: &str| match label.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => json!(label),
        };
        let [a, other] = [labels[0], "4"].map(written);
        let config = json!({"classifiers": {
            "DummyClassifier": [{"strategy": ["constant"], "constant": [a]}],
            "RadiusNeighborsClassifier": [{"radius": [0.5], "outlier_label": [a, other]}],
            "QuadraticDiscriminantAnalysis": [{}],
            "SGDClassifier": [{"early_stopping": [true]}],
            "NuSVC": [{"nu": [0.5]}],
        }});
        fs::write(dir.join("c.json"), config.to_string()).unwrap();
        let args = ["run", "c.json", "--results", "rows.jsonl"];
        let data = ["--data", "train.csv", "test.csv"];
        command(dir, &[&args[..], &data].concat()).assert().code(1);
        let table = fs::read_to_string(dir.join("rows.jsonl")).unwrap();
        let rows: Vec<serde_json::Value> = table
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let row = |classifier: &str, param: &str, value: &serde_json::Value| {
            let is_it = |row: &&serde_json::Value| {
                row["name"] == classifier && row["parameter"][param] == *value
            };
            rows.iter().find(is_it).unwrap()
        };
        let dummy = row("DummyClassifier", "constant", &a);
        assert_eq!(dummy["score"], json!([0.5]), "{dummy}");
        assert_eq!(dummy["resolved"]["constant"], a);
        let near = row("RadiusNeighborsClassifier", "outlier_label", &a);
        assert_eq!(near["status"], "ok", "{near}");
        let none = serde_json::Value::Null;
        for (classifier, param, value, expected) in [
            (
                "RadiusNeighborsClassifier",
                "outlier_label",
                &other,
                format!(
                    "must be a class of the data ({}, {}, {single})",
                    labels[0], labels[1]
                ),
            ),
            (
                "QuadraticDiscriminantAnalysis",
                "reg_param",
                &none,
                format!("class {single}: "),
            ),
            (
                "SGDClassifier",
                "early_stopping",
                &json!(true),
                format!("class {single}: "),
            ),
            (
                "NuSVC",
                "nu",
                &json!(0.5),
                format!("classes {} and {single}: ", labels[0]),
            ),
        ] {
            let row = row(classifier, param, value);
            let reason = row["reason"].as_str().unwrap();
            assert!(reason.contains(&expected), "{reason}");
        }
    }
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
