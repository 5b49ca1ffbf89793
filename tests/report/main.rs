//! What people read, made by the real program of a fixed results table.
//!
//! `results.jsonl` holds rows of a run on the demo set, most of them renamed to Fashion-MNIST and
//! MNIST: one that failed, one that was stopped, one that did not converge, one of schema 1. With
//! `UPDATE_GOLDEN=1` the golden files are written anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fashion_bench::dataset::{DatasetName, DatasetRequest, load};
use fashion_bench::figures::KnownFigures;
use fashion_bench::grid::JobId;
use fashion_bench::report::{ReportRequest, Suspects, build_report, render_page};
use fashion_bench::results::{Record, Row, Table, row_schema};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report")
}

fn program(args: &[&str]) -> Output {
    let directory = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
        .args(args)
        .current_dir(directory.path())
        .env_remove("FASHION_MNIST_DIR")
        .env_remove("MNIST_DIR")
        .output()
        .unwrap()
}

#[track_caller]
fn printed(args: &[&str]) -> String {
    let output = program(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

fn path(name: &str) -> String {
    folder().join(name).to_str().unwrap().to_owned()
}

fn records() -> Vec<Record> {
    let rows = Table::new(path("results.jsonl")).read().unwrap();
    rows.iter().filter_map(Row::record).cloned().collect()
}

#[track_caller]
fn assert_golden(name: &str, found: &str) {
    let path = folder().join("golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap();
    let lines = expected.lines().zip(found.lines());
    let differing = lines.enumerate().find(|(_, (a, b))| a != b);
    assert!(
        expected == found,
        "{name} differs, first at {differing:?}; UPDATE_GOLDEN=1 writes it anew"
    );
}

/// The page and the leaderboard of the fixed table.
fn report() -> (String, String) {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().to_str().unwrap();
    let (table, references) = (path("results.jsonl"), path("reference"));
    printed(&[
        "report",
        &table,
        "--out",
        out,
        "--reference-dir",
        &references,
        "--suspects",
        &path("suspects.json"),
    ]);
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
    (read("index.html"), read("README.md"))
}

/// The text between two marks, which have to be there.
fn cut<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap() + from.len();
    &page[start..start + page[start..].find(to).unwrap()]
}

#[test]
fn the_fixed_rows_are_rows_of_the_schema() {
    let schema = serde_json::to_value(row_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for record in records() {
        let row = serde_json::to_value(&record).unwrap();
        assert!(validator.is_valid(&row), "{}", record.name);
    }
}

#[test]
fn the_leaderboard_is_as_recorded() {
    assert_golden("README.md", &report().1);
}

#[test]
fn the_page_is_as_recorded() {
    let (page, _) = report();
    let body = cut(&page, "<body>", "<div id=\"tip\"");
    // What plotters draws is its own affair; the marks stand for it.
    let mut rest = body;
    let mut kept = String::new();
    while let Some(start) = rest.find("<svg width") {
        kept.push_str(&rest[..start]);
        kept.push_str("<!-- drawn -->");
        rest = &rest[start..];
        rest = &rest[rest.find("</svg>").unwrap() + "</svg>".len()..];
    }
    kept.push_str(rest);
    assert_golden("index.html", &kept);
}

#[test]
fn the_page_needs_nothing_else_and_its_data_is_json() {
    let (page, _) = report();
    for outside in ["src=\"http", "href=\"http", "url(http", "@import", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let data = cut(&page, "id=\"data\">", "</script>");
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let rows = data["fashion-mnist"]["rows"].as_object().unwrap();
    assert_eq!(rows.len(), 9);
    let failed = rows.values().find(|row| row["status"] == "failed").unwrap();
    assert!(failed["reason"].as_str().unwrap().contains("<the kernel>"));
    // The demo set is built in, so its rows have pictures; the others have none here.
    assert!(data["demo"]["sprite"]["png"].is_string());
    assert!(data["fashion-mnist"]["sprite"].is_null());
}

#[test]
fn rows_are_shown_in_the_terminal_and_for_other_tools() {
    let (table, references) = (path("results.jsonl"), path("reference"));
    let show = |args: &[&str]| {
        let always = ["show", &table, "--reference-dir", &references];
        printed(&[&always, args].concat())
    };
    assert_golden("show.txt", &show(&[]));
    assert_golden("show.csv", &show(&["--csv"]));
    let best = show(&["--best", "--sort", "name", "--family", "linear"]);
    assert_golden("show-linear.txt", &best);
    let rows: serde_json::Value = serde_json::from_str(&show(&["--json"])).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), records().len());
    assert_eq!(
        program(&["show", &table, "--family", "x"]).status.code(),
        Some(2)
    );
    assert_eq!(program(&["show", "nothing.jsonl"]).status.code(), Some(2));
}

#[test]
fn suspected_label_errors_are_found_and_held_against_their_data() {
    let directory = tempfile::tempdir().unwrap();
    let table = directory.path().join("fashion.jsonl");
    let lines = fs::read_to_string(path("results.jsonl")).unwrap();
    let lines: Vec<_> = lines
        .lines()
        .filter(|line| line.contains("\"fashion-mnist\""))
        .collect();
    fs::write(&table, lines.join("\n")).unwrap();
    let table = table.to_str().unwrap();
    let found = printed(&[
        "data",
        "suspects",
        table,
        "--agreement",
        "0.6",
        "--min-accuracy",
        "0.5",
    ]);
    assert_golden("../suspects.json", &found);
    let all = program(&["data", "suspects", &path("results.jsonl")]);
    assert_eq!(all.status.code(), Some(2));
    let suspects = Suspects::load(Path::new(&path("suspects.json"))).unwrap();
    assert!(!suspects.images.is_empty());
    assert_eq!(suspects.dataset, records()[0].dataset);
}

#[test]
fn a_page_of_150_rows_of_5_repeats_stays_under_2_megabytes() {
    let raw = load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {}).unwrap();
    let known: Vec<Record> = records()
        .into_iter()
        .filter(|record| !record.repeats.is_empty())
        .collect();
    let rows = (0..150).map(|row_idx| {
        let mut row = known[row_idx % known.len()].clone();
        row.dataset = raw.identity.clone();
        row.resolved.insert("row".to_owned(), row_idx.into());
        row.id = JobId::new(&row.name, &row.resolved);
        row.repeats = row.repeats.iter().cycle().take(5).cloned().collect();
        row
    });
    let rows: Vec<Record> = rows.collect();
    let (known, raw) = (KnownFigures::embedded(), [raw]);
    let report = build_report(&ReportRequest {
        records: &rows,
        n_original: 0,
        known: &known,
        suspects: &[],
        raw: &raw,
    })
    .unwrap();
    let page = render_page(&report).unwrap();
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.len() > 500_000, "{} bytes", page.len());
}
