//! Predictions that were made elsewhere, from the file to the page, through the program.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;

use std::fs;
use std::ops::Deref;
use std::process::Output;

use bench::{Bench, assert_code, assert_refused, stderr, stdout};
use fashion_bench::dataset::{DatasetName, DatasetRequest, load};
use fashion_bench::engine::arrays;
use fashion_bench::results::{Record, Status};
use ndarray::{Array1, Array2};

/// A folder, the demo set's test labels, and predictions of which every ninth is wrong.
struct Submission {
    bench: Bench,
    truth: Vec<u16>,
    labels: Vec<u16>,
}

impl Deref for Submission {
    type Target = Bench;

    fn deref(&self) -> &Bench {
        &self.bench
    }
}

impl Submission {
    fn new() -> Self {
        let raw = load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {}).unwrap();
        let truth = raw.test.labels;
        let labels = truth
            .iter()
            .enumerate()
            .map(|(image, &label)| match image % 9 {
                0 => (label + 1) % 10,
                _ => label,
            });
        Self {
            bench: Bench::new("{}"),
            labels: labels.collect(),
            truth,
        }
    }

    fn score(&self, file: &str, name: &str, more: &[&str]) -> Output {
        let args = ["score", file, "--name", name, "--dataset", "demo"];
        self.call(&[&args, more].concat())
    }

    fn write_lines(&self, file: &str, lines: impl IntoIterator<Item = String>) {
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        self.write(file, &text);
    }

    fn write_labels(&self, file: &str, labels: &[u16]) {
        self.write_lines(file, labels.iter().map(ToString::to_string));
    }

    fn rows(&self) -> Vec<Record> {
        self.records("results/submitted.jsonl")
    }
}

#[test]
fn a_file_becomes_a_row_that_is_true() {
    let bench = Submission::new();
    bench.write_labels("labels.txt", &bench.labels);
    let more = [
        "--url",
        "https://example.org/net",
        "--preprocessing",
        "pixels / 255",
        "--note",
        "two layers",
        "--fit-s",
        "12.5",
    ];
    assert_code(&bench.score("labels.txt", "net", &more), 0);
    let rows = bench.rows();
    let [row] = &rows[..] else { panic!("one row") };
    let pairs = bench.truth.iter().zip(&bench.labels);
    let n_right = pairs.filter(|(truth, label)| truth == label).count();
    let accuracy = n_right as f64 / bench.truth.len() as f64;
    assert_eq!(
        (row.status, row.score.clone()),
        (Status::Ok, vec![accuracy])
    );
    assert_eq!(
        (row.family.name(), row.engine.is_none()),
        ("submitted", true)
    );
    let submission = row.submission.as_ref().unwrap();
    assert_eq!(submission.url.as_deref(), Some("https://example.org/net"));
    assert_eq!(submission.preprocessing.as_deref(), Some("pixels / 255"));
    let repeat = &row.repeats[0];
    assert_eq!(
        (repeat.fit_s, repeat.predict_s, repeat.cpu_s()),
        (Some(12.5), None, None)
    );
    assert_eq!((repeat.classes.len(), repeat.confusion.len()), (10, 10));
    assert_code(
        &bench.call(&["results", "validate", "results/submitted.jsonl"]),
        0,
    );
    // What went in comes out again.
    let id = row.id.to_string();
    let args = [
        "predictions",
        "results/submitted.jsonl",
        "--id",
        &id,
        "--out",
        "again.csv",
    ];
    assert_code(&bench.call(&args), 0);
    let lines = bench.labels.iter().enumerate();
    let lines: String = lines
        .map(|(image, label)| format!("{image},{label}\n"))
        .collect();
    let again = fs::read_to_string(bench.path("again.csv")).unwrap();
    assert_eq!(again, format!("index,label\n{lines}"));
}

#[test]
fn every_form_of_a_file_holds_the_same_predictions() {
    let bench = Submission::new();
    let (n, labels) = (bench.labels.len(), &bench.labels);
    let numbers = |of: fn(u16) -> f64| -> Array1<f64> { labels.iter().map(|&l| of(l)).collect() };
    arrays::write(&bench.path("a.npy"), &numbers(f64::from).view()).unwrap();
    arrays::write(
        &bench.path("b.npy"),
        &numbers(f64::from).mapv(|l| l as i64).view(),
    )
    .unwrap();
    let column: Array2<f32> = numbers(f64::from)
        .mapv(|l| l as f32)
        .into_shape_with_order((n, 1))
        .unwrap();
    arrays::write(&bench.path("c.npy"), &column.view()).unwrap();
    let mut shares = Array2::<f32>::from_elem((n, 10), 0.01);
    for (image, &label) in labels.iter().enumerate() {
        shares[[image, usize::from(label)]] = 0.9;
    }
    arrays::write(&bench.path("d.npy"), &shares.view()).unwrap();
    bench.write_lines("e.csv", (0..n).map(|i| format!("{},{}", i + 1, labels[i])));
    let header = std::iter::once("Id,Label".to_owned());
    bench.write_lines(
        "f.csv",
        header.chain((0..n).rev().map(|i| format!("{i},{}", labels[i]))),
    );
    let line = |i: usize| {
        let cells: Vec<String> = shares.row(i).iter().map(ToString::to_string).collect();
        cells.join(",")
    };
    let header = std::iter::once("0,1,2,3,4,5,6,7,8,9".to_owned());
    bench.write_lines("g.csv", header.chain((0..n).map(line)));
    bench.write_lines("h.csv", (0..n).map(|i| format!("{i},{}", line(i))));
    for file in [
        "a.npy", "b.npy", "c.npy", "d.npy", "e.csv", "f.csv", "g.csv", "h.csv",
    ] {
        assert_code(&bench.score(file, file, &[]), 0);
    }
    let rows = bench.rows();
    assert_eq!(rows.len(), 8);
    for row in &rows {
        assert_eq!(row.repeats[0], rows[0].repeats[0], "{}", row.name);
    }
    let told = stderr(&bench.score("g.csv", "again", &[]));
    assert!(
        told.contains("the first line was taken for a header"),
        "{told}"
    );
}

#[test]
fn what_is_no_prediction_is_refused_and_nothing_is_written() {
    let bench = Submission::new();
    let n = bench.labels.len();
    bench.write_labels("short.txt", &bench.labels[1..]);
    assert_refused(
        &bench.score("short.txt", "x", &[]),
        &format!("expected {n} rows, one per test image, got {}", n - 1),
    );
    let mut labels = bench.labels.clone();
    labels[4] = 17;
    bench.write_labels("class.txt", &labels);
    let expected = "expected labels from 0 to 9, got 17 in row 5";
    assert_refused(&bench.score("class.txt", "x", &[]), expected);
    let mut shares = Array2::<f64>::zeros((n, 10));
    shares[[2, 3]] = f64::NAN;
    arrays::write(&bench.path("nan.npy"), &shares.view()).unwrap();
    let expected = "expected finite numbers, got NaN in row 3";
    assert_refused(&bench.score("nan.npy", "x", &[]), expected);
    assert_refused(
        &bench.score("nothing.npy", "x", &[]),
        "cannot read nothing.npy",
    );
    bench.write_labels("good.txt", &bench.labels);
    for (more, expected) in [
        (
            ["--url", "javascript:alert(1)"],
            "the `url` of a submission must be",
        ),
        (
            ["--url", "ftp://example.org"],
            "the `url` of a submission must be",
        ),
        (
            ["--fit-s", "-1"],
            "the `fit-s` of a submission must be a number in [0, inf), got -1",
        ),
        (
            ["--predict-s", "inf"],
            "the `predict-s` of a submission must be a number in [0, inf)",
        ),
        (
            ["--note", "a\nb"],
            "the `note` of a submission must be one line",
        ),
        (
            ["--note", ""],
            "the `note` of a submission must be one line",
        ),
    ] {
        assert_refused(&bench.score("good.txt", "x", &more), expected);
    }
    assert_refused(
        &bench.score("good.txt", "  ", &[]),
        "the `name` of a submission",
    );
    assert!(!bench.path("results").exists());
}

#[test]
fn predictions_of_something_else_are_refused_with_what_they_seem_to_be() {
    let bench = Submission::new();
    let renamed: Vec<u16> = bench.labels.iter().map(|label| (label + 1) % 10).collect();
    bench.write_labels("renamed.txt", &renamed);
    assert_refused(
        &bench.score("renamed.txt", "x", &[]),
        "the classes seem to have other numbers (0 for 9, 1 for 0, 2 for 1,",
    );
    let reversed: Vec<u16> = bench.labels.iter().rev().copied().collect();
    bench.write_labels("reversed.txt", &reversed);
    assert_refused(
        &bench.score("reversed.txt", "x", &[]),
        "read from the last to the first",
    );
    let n = bench.labels.len();
    let shuffled: Vec<u16> = (0..n)
        .map(|image| bench.labels[(image * 199 + 7) % n])
        .collect();
    bench.write_labels("shuffled.txt", &shuffled);
    assert_refused(
        &bench.score("shuffled.txt", "x", &[]),
        "they are probably in another order",
    );
    bench.write_labels("constant.txt", &vec![3; n]);
    assert_refused(
        &bench.score("constant.txt", "x", &[]),
        "no better than chance",
    );
    assert!(!bench.path("results").exists());
    assert_code(&bench.score("constant.txt", "always 3", &["--anyway"]), 0);
    assert_eq!(bench.rows().len(), 1);
}

#[test]
fn a_name_stands_once() {
    let bench = Submission::new();
    bench.write_labels("labels.txt", &bench.labels);
    bench.write_labels("truth.txt", &bench.truth);
    assert_code(&bench.score("labels.txt", "net", &[]), 0);
    let table = fs::read(bench.path("results/submitted.jsonl")).unwrap();
    let again = bench.score("labels.txt", "net", &["--note", "again"]);
    assert_refused(
        &again,
        "has these predictions of net already; nothing was written",
    );
    assert_refused(
        &bench.score("truth.txt", "net", &[]),
        "has other predictions of net",
    );
    assert_eq!(
        fs::read(bench.path("results/submitted.jsonl")).unwrap(),
        table
    );
    assert_code(&bench.score("truth.txt", "net 2", &[]), 0);
    assert_eq!(bench.rows().len(), 2);
}

#[test]
fn rows_that_were_handed_in_are_shown_and_compared() {
    let bench = Submission::new();
    bench.write_labels("labels.txt", &bench.labels);
    bench.write_labels("truth.txt", &bench.truth);
    let url = ["--url", "https://example.org/a?b=1&c=2", "--fit-s", "3"];
    assert_code(&bench.score("labels.txt", "<b>net</b>", &url), 0);
    assert_code(&bench.score("truth.txt", "oracle", &[]), 0);
    let claim = [
        "score",
        "--claimed-accuracy",
        "0.75",
        "--name",
        "paper",
        "--dataset",
        "demo",
    ];
    assert_code(&bench.call(&claim), 0);
    let table = "results/submitted.jsonl";
    assert_code(&bench.call(&["results", "validate", table]), 0);

    assert_code(&bench.call(&["report", table, "--out", "page"]), 0);
    let page = fs::read_to_string(bench.path("page/index.html")).unwrap();
    let link =
        r#"href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">example.org</a>"#;
    let plain = page.replace("&#x2f;", "/");
    assert!(plain.contains(link));
    assert!(!page.contains("<b>net</b>"));
    assert!(page.contains("3.00 (claimed)"));
    assert!(page.contains("2 scored") && page.contains("1 claimed"));
    let leaderboard = fs::read_to_string(bench.path("page/README.md")).unwrap();
    assert!(
        leaderboard.contains("](<https://example.org/a?b=1&c=2>)"),
        "{leaderboard}"
    );
    let shown = stdout(&bench.call(&["show", table, "--family", "submitted"]));
    assert!(
        shown.contains("scored") && shown.contains("claimed"),
        "{shown}"
    );

    let rows = bench.rows();
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let compared = bench.call(&[
        "compare", table, "--rows", &ids[0], &ids[1], "--format", "json",
    ]);
    assert_code(&compared, 0);
    let compared: serde_json::Value = serde_json::from_str(&stdout(&compared)).unwrap();
    assert_eq!(compared["rows"][0]["is_paired"], true);
    assert!(compared["rows"][0]["p"].as_f64().unwrap() < 1e-6);
    let compared = bench.call(&["compare", table, "--rows", &ids[0], &ids[2]]);
    assert_code(&compared, 0);
    assert!(
        stdout(&compared).contains("A: <b>net</b>, B: paper"),
        "{}",
        stdout(&compared)
    );
    let nothing = bench.call(&["predictions", table, "--id", &ids[2], "--out", "x.csv"]);
    assert_refused(&nothing, "holds no predictions");
}

#[test]
fn rows_with_one_id_of_several_data_are_not_taken_for_each_other() {
    let bench = Submission::new();
    fs::write(
        bench.path("c.json"),
        r#"{"dataset": "demo", "classifiers": {"GaussianNB": []}}"#,
    )
    .unwrap();
    for part in [&[][..], &["--train", "500"]] {
        let run = ["run", "c.json", "--results", "t.jsonl"];
        assert_code(&bench.call(&[&run, part].concat()), 0);
    }
    let table = fs::read_to_string(bench.path("t.jsonl")).unwrap();
    let [whole, part] = table.lines().collect::<Vec<_>>()[..] else {
        panic!("two rows");
    };
    let row: serde_json::Value = serde_json::from_str(whole).unwrap();
    let id = row["id"].as_str().unwrap();
    let wanted = ["predictions", "t.jsonl", "--id", id, "--out", "x.csv"];
    assert_refused(
        &bench.call(&wanted),
        "of different data that are both called demo",
    );
    let renamed = part.replacen(r#""name":"demo""#, r#""name":"other""#, 1);
    fs::write(bench.path("t.jsonl"), format!("{whole}\n{renamed}\n")).unwrap();
    assert_refused(
        &bench.call(&wanted),
        "of demo and of other; choose one with --dataset",
    );
    assert_refused(
        &bench.call(&[&wanted[..], &["--dataset", "mnist"]].concat()),
        "t.jsonl has no row of mnist whose id begins with",
    );
    assert!(!bench.path("x.csv").exists());
    assert_code(
        &bench.call(&[&wanted[..], &["--dataset", "demo"]].concat()),
        0,
    );
    assert_refused(
        &bench.call(&["compare", "t.jsonl", "--rows", id, id]),
        "choose one with --dataset",
    );
}

#[test]
fn rows_that_were_handed_in_are_neither_recorded_nor_checked() {
    let bench = Submission::new();
    bench.write_labels("truth.txt", &bench.truth);
    assert_code(&bench.score("truth.txt", "oracle", &[]), 0);
    let table = "results/submitted.jsonl";
    fs::write(
        bench.path("config.json"),
        r#"{"dataset": "demo", "classifiers": {"NearestCentroid": []}}"#,
    )
    .unwrap();
    assert_code(
        &bench.call(&["run", "config.json", "--results", "run.jsonl"]),
        0,
    );
    let record = [
        "check",
        "run.jsonl",
        "--reference",
        "reference.json",
        "--update",
    ];
    assert_code(&bench.call(&record), 0);
    let both = fs::read_to_string(bench.path("run.jsonl")).unwrap()
        + &fs::read_to_string(bench.path(table)).unwrap();
    fs::write(bench.path("both.jsonl"), both).unwrap();
    let checked = bench.call(&["check", "both.jsonl", "--reference", "reference.json"]);
    assert_code(&checked, 0);
    assert!(!stdout(&checked).contains("oracle"), "{}", stdout(&checked));
    let record = [
        "check",
        "both.jsonl",
        "--reference",
        "reference.json",
        "--update",
    ];
    assert_code(&bench.call(&record), 0);
    let reference = fs::read_to_string(bench.path("reference.json")).unwrap();
    assert!(!reference.contains("oracle"), "{reference}");
}

#[test]
fn a_link_that_was_written_into_a_table_by_hand_is_none() {
    let bench = Submission::new();
    bench.write_labels("labels.txt", &bench.labels);
    assert_code(
        &bench.score("labels.txt", "net", &["--url", "https://example.org"]),
        0,
    );
    let table = bench.path("results/submitted.jsonl");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(
        &table,
        text.replace("https://example.org", "javascript:alert(1)"),
    )
    .unwrap();
    assert_code(
        &bench.call(&["report", "results/submitted.jsonl", "--out", "page"]),
        0,
    );
    let page = fs::read_to_string(bench.path("page/index.html")).unwrap();
    assert!(!page.contains("href=\"javascript"));
    let validated = bench.call(&["results", "validate", "results/submitted.jsonl"]);
    assert_code(&validated, 1);
    assert!(stdout(&validated).contains("begins with http:// or https://"));
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR and MNIST_DIR"]
fn labels_of_mnist_are_recognised_where_they_are_at_hand() {
    let bench = Submission::new();
    let raw = load(&DatasetRequest::new(DatasetName::Mnist), &mut |_| {}).unwrap();
    bench.write_labels("mnist.txt", &raw.test.labels);
    let given = ["FASHION_MNIST_DIR", "MNIST_DIR"].map(|name| (name, std::env::var_os(name)));
    let output = bench
        .program(&["score", "mnist.txt", "--name", "digits"])
        .envs(given.map(|(name, folder)| (name, folder.unwrap())))
        .output()
        .unwrap();
    assert_refused(
        &output,
        "they agree with 100.0 % of the test labels of mnist",
    );
}
