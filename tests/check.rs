//! The `check`, `compare`, `merge` and `embed` subcommands of the real program, on the demo set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use fashion_bench::results::outcomes::{pack, unpack};
use fashion_bench::results::{Record, Row, Status, Table, mean_accuracy, std_accuracy};
use serde_json::Value;

const CONFIG: &str = r#"{"dataset": "demo", "classifiers": {
    "GaussianNB": [],
    "NearestCentroid": [],
    "KNeighborsClassifier": [{"n_neighbors": [1, 5], "weights": ["uniform", "distance"]}],
    "ExtraTreeClassifier": [{"splitter": ["random"], "max_depth": [2, 4, 8]}]}}"#;
const N_JOBS: usize = 9;

/// A directory to run the program in, with a table of one run.
struct Bench {
    directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config.json"), CONFIG).unwrap();
        let bench = Self { directory };
        // One run serves all tests.
        static TABLE: OnceLock<String> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            assert_code(&bench.run(&["--results", "table.jsonl"]), 0);
            bench.text("table.jsonl")
        });
        bench.write("table.jsonl", table);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
        command
            .args(args)
            .current_dir(self.directory.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env_remove("FASHION_MNIST_DIR")
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY");
        command
    }

    fn call(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.call(&[&["run", "config.json"], args].concat())
    }

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

    fn rows(&self, name: &str) -> Vec<Record> {
        let rows = Table::new(self.path(name)).read().unwrap();
        rows.iter().filter_map(Row::record).cloned().collect()
    }

    /// Changes the rows of the table of that classifier.
    fn change(&self, classifier: &str, change: impl Fn(&mut Record)) {
        let mut rows = self.rows("table.jsonl");
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

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    let (out, err) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
}

/// What a row says but for where and how fast.
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
    let bench = Bench::new();
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
fn one_test_image_is_a_finding_and_can_be_recorded() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", one_image_less);
    let output = bench.check(&[]);
    assert_code(&output, 1);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
    assert!(stdout(&output).contains("8 of 9 recorded rows pass, 1 changed"));
    let output = bench.check(&["--update"]);
    assert_code(&output, 0);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
    assert!(stdout(&output).ends_with("recorded 9 rows in reference.json\n"));
    assert_code(&bench.check(&[]), 0);
}

#[test]
fn a_slow_down_is_a_finding() {
    let bench = Bench::new();
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
    let bench = Bench::new();
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
    let bench = Bench::new();
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
        .command(&args)
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
fn an_update_with_json_prints_json_alone() {
    let bench = Bench::new();
    let parse = |output: Output| -> Value {
        assert_code(&output, 0);
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let first = parse(bench.check(&["--update", "--json"]));
    assert_eq!(first["recorded"], N_JOBS);
    bench.change("NearestCentroid", one_image_less);
    let second = parse(bench.check(&["--update", "--json"]));
    assert_eq!(second["verdict"], "changed");
    assert_eq!(second["reference"], "reference.json");
}

#[test]
fn shards_merged_are_the_rows_of_one_run() {
    let bench = Bench::new();
    let whole = answers(&bench.rows("table.jsonl"));
    assert_eq!(whole.len(), N_JOBS);
    for n_shards in [2, 3] {
        let tables: Vec<_> = (1..=n_shards)
            .map(|i| format!("{i}of{n_shards}.jsonl"))
            .collect();
        let mut n_rows = 0;
        for (i, table) in (1..).zip(&tables) {
            let shard = format!("{i}/{n_shards}");
            assert_code(&bench.run(&["--shard", &shard, "--results", table]), 0);
            n_rows += bench.rows(table).len();
        }
        assert_eq!(n_rows, N_JOBS, "every job in exactly one shard");
        let mut args = vec!["merge", "--out", "merged.jsonl"];
        args.extend(tables.iter().map(String::as_str));
        // A shard that ran twice, as after a lost machine.
        args.push(&tables[0]);
        let output = bench.call(&args);
        assert_code(&output, 0);
        assert!(stderr(&output).starts_with(&format!("{N_JOBS} rows of")));
        assert_eq!(bench.rows("merged.jsonl").len(), N_JOBS);
        assert_eq!(answers(&bench.rows("merged.jsonl")), whole);
    }
    bench.record("GaussianNB");
    let output = bench.call(&[
        "check",
        "merged.jsonl",
        "--reference",
        "reference.json",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["found"], finding["expected"], "{finding}");
    }
}

#[test]
fn a_conflict_is_reported_and_both_rows_are_kept() {
    let bench = Bench::new();
    let whole = bench.text("table.jsonl");
    bench.change("NearestCentroid", one_image_less);
    bench.write("other.jsonl", &whole);
    let output = bench.call(&["merge", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 1);
    assert_eq!(stdout(&output).lines().count(), N_JOBS + 1);
    let told = stderr(&output);
    assert!(told.starts_with("conflict: "), "{told}");
    assert!(told.contains("NearestCentroid() with seed 0"), "{told}");
    assert!(told.contains("in other.jsonl"), "{told}");
    assert_code(&bench.call(&["merge", "table.jsonl", "missing.jsonl"]), 2);
    let cut = &whole[..whole.len() - 9];
    bench.write("torn.jsonl", cut);
    let output = bench.call(&["merge", "torn.jsonl"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("torn.jsonl:9 is torn"));
}

#[test]
fn two_tables_are_compared_row_by_row() {
    let bench = Bench::new();
    let whole = bench.text("table.jsonl");
    bench.write("other.jsonl", &whole);
    bench.change("NearestCentroid", |row| {
        // All wrong.
        row.repeats[0].accuracy = 0.0;
        row.mean_accuracy = Some(0.0);
        let correct = row.repeats[0].correct.as_mut().unwrap();
        let n_chars = correct.trim_end_matches('=').len();
        correct.replace_range(..n_chars, &"A".repeat(n_chars));
    });
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("9 rows on both sides: A is better in 0, worse in 1"),
        "{text}"
    );
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl", "--format", "json"]);
    let comparison: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(comparison["rows"].as_array().unwrap().len(), N_JOBS);
    assert_eq!(comparison["rows"][0]["is_paired"], true);
    // Nobody published figures of the demo set.
    for figures in ["published", "sklearn"] {
        let output = bench.call(&["compare", figures, "table.jsonl"]);
        assert_code(&output, 2);
        let told = stderr(&output);
        assert!(
            told.contains("rows of different data cannot be compared"),
            "{told}"
        );
    }
    let output = bench.call(&["compare", "published", "sklearn"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("one of A and B must be a results table"));
}

#[test]
fn the_demo_set_is_drawn_as_svg_and_png() {
    let bench = Bench::new();
    let base = ["embed", "--dataset", "demo", "--samples", "150", "--method"];
    let draw = |rest: &[&str]| bench.call(&[&base[..], rest].concat());
    assert_code(&draw(&["pca", "--out", "pca.svg"]), 0);
    let svg = bench.text("pca.svg");
    assert!(
        svg.matches("<circle").count() == 160 && svg.contains("component 1"),
        "{svg}"
    );
    assert_code(&draw(&["tsne", "--out", "tsne.png"]), 0);
    assert!(
        fs::read(bench.path("tsne.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let output = draw(&["pca", "--out", "pca.gif"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("must end in .svg, .png, .html, .csv or .npy"));
    let output = draw(&["umap", "--perplexity", "5", "--out", "x.svg"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("`--perplexity` is for tsne, not for umap"));
    let output = draw(&["umap", "--n-neighbors", "200", "--out", "x.svg"]);
    assert_code(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("the `n_neighbors` of UMAP must be an integer in [2, 150]"),
        "{told}"
    );
}

#[test]
fn two_sets_are_placed_by_every_method_and_the_graph_is_kept() {
    let bench = Bench::new();
    let args = ["embed", "--samples", "120", "--split", "both", "--method"];
    let draw = |rest: &[&str]| bench.call(&[&args[..], rest].concat());
    assert_code(
        &draw(&["umap", "--dataset", "demo,demo", "--out", "pair.html"]),
        0,
    );
    assert!(bench.text("pair.html").contains("120 images of demo: UMAP"));
    let graphs = || {
        let entries = fs::read_dir(bench.path("cache/fashion-bench")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".graph")).count()
    };
    assert_eq!(graphs(), 1);
    for (method, n_graphs) in [("mde", 2), ("umap", 2), ("tsne", 3)] {
        let csv = format!("{method}.csv");
        assert_code(&draw(&[method, "--dataset", "demo", "--out", &csv]), 0);
        assert_eq!(bench.text(&csv).lines().count(), 121);
        assert_eq!(graphs(), n_graphs, "{method}");
        // The same seed gives the same points, another seed others.
        let again = draw(&[method, "--dataset", "demo", "--out", "again.csv"]);
        assert_code(&again, 0);
        assert_eq!(bench.text(&csv), bench.text("again.csv"));
    }
    assert_code(
        &draw(&["pca", "--dataset", "demo", "--out", "points.npy"]),
        0,
    );
    let npy = fs::read(bench.path("points.npy")).unwrap();
    assert_eq!(npy.len(), 128 + 120 * 2 * 8);
    for (rest, message) in [
        (
            &["--dataset", "demo,demo", "--out", "x.npy"][..],
            "of one data set",
        ),
        (
            &["--dataset", "demo,demo,demo", "--out", "x.png"],
            "takes one name or two",
        ),
        (
            &[
                "--dataset",
                "demo,demo",
                "--data-dir",
                ".",
                "--out",
                "x.png",
            ],
            "for one data set",
        ),
        (
            &["--samples", "some", "--out", "x.png"],
            "a whole number or `all`",
        ),
    ] {
        let output = bench.call(&[&["embed", "--method", "pca"], rest].concat());
        assert_code(&output, 2);
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}

/// Puts the rows of a table under other data.
fn on_other_data(row: &mut Record) {
    row.dataset.files[0].sha256 = "11".repeat(32);
}

#[test]
fn tables_of_other_data_are_not_compared() {
    let bench = Bench::new();
    let whole = bench.text("table.jsonl");
    let mut others = bench.rows("table.jsonl");
    others.iter_mut().for_each(on_other_data);
    let lines: Vec<_> = others
        .iter()
        .map(|row| serde_json::to_string(row).unwrap() + "\n")
        .collect();
    bench.write("other.jsonl", &lines.concat());
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("A is of demo ") && told.contains("B is of demo "),
        "{told}"
    );
    assert_eq!(stdout(&output), "");
    // Joined, each data set is compared with itself, whatever the order.
    bench.write("joined.jsonl", &format!("{whole}{}", lines.concat()));
    for args in [
        ["table.jsonl", "joined.jsonl"],
        ["joined.jsonl", "other.jsonl"],
    ] {
        let output = bench.call(&[&["compare"], &args[..], &["--format", "json"]].concat());
        assert_code(&output, 0);
        let comparison: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(comparison["rows"].as_array().unwrap().len(), N_JOBS);
        assert_eq!(comparison["datasets"].as_array().unwrap().len(), 1);
    }
    // Nor does it renew a reference.
    bench.record("GaussianNB");
    let before = bench.text("reference.json");
    bench.write("table.jsonl", &lines.concat());
    let output = bench.check(&["--update"]);
    assert_code(&output, 2);
    assert!(
        stderr(&output).contains("the reference is of demo "),
        "{}",
        stderr(&output)
    );
    assert_eq!(bench.text("reference.json"), before);
}

#[test]
fn an_update_after_a_filtered_run_keeps_the_rows_that_were_not_run() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    let whole = bench.text("table.jsonl");
    let filter = ["--filter", "ExtraTreeClassifier", "--results", "part.jsonl"];
    assert_code(&bench.run(&filter), 0);
    bench.write("table.jsonl", &bench.text("part.jsonl"));
    let output = bench.check(&["--update"]);
    assert_code(&output, 0);
    let told = stdout(&output);
    assert!(
        told.contains("kept, as the table does not have them: "),
        "{told}"
    );
    assert!(
        told.ends_with("recorded 9 rows in reference.json\n"),
        "{told}"
    );
    bench.write("table.jsonl", &whole);
    let output = bench.check(&["--json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), N_JOBS);
    bench.write("table.jsonl", &bench.text("part.jsonl"));
    let output = bench.check(&["--update", "--prune"]);
    assert_code(&output, 0);
    let told = stdout(&output);
    assert!(
        told.contains("dropped, as the table does not have them: "),
        "{told}"
    );
    assert!(
        told.ends_with("recorded 3 rows in reference.json\n"),
        "{told}"
    );
}

#[test]
fn a_failed_row_cannot_be_updated_away() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", |row| {
        row.status = Status::Failed;
        row.reason = Some("it broke".to_owned());
    });
    assert_code(&bench.check(&[]), 1);
    for args in [&["--update"][..], &["--update", "--prune"]] {
        let output = bench.check(args);
        assert_code(&output, 0);
        assert!(stdout(&output).contains("the next check will find them: NearestCentroid()"));
        assert_code(&bench.check(&[]), 1);
    }
}

#[test]
fn times_of_another_host_are_counted_and_can_be_required() {
    let bench = Bench::new();
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
        let first = bench.rows("table.jsonl").remove(0);
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

#[test]
fn files_that_cannot_be_written_do_not_cost_the_verdict() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", one_image_less);
    bench.write("file", "");
    for args in [["--junit", "file/j.xml"], ["--junit", "/dev/full"]] {
        let output = bench.check(&args);
        assert_code(&output, 2);
        assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
        assert!(
            stderr(&output).contains("error: cannot write "),
            "{}",
            stderr(&output)
        );
    }
    let args = ["check", "table.jsonl", "--reference", "reference.json"];
    let output = bench
        .command(&args)
        .env("GITHUB_STEP_SUMMARY", bench.path("no/folder.md"))
        .output()
        .unwrap();
    assert_code(&output, 2);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
}

#[test]
fn hostile_text_in_a_table_reaches_no_terminal_and_no_ci_system() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    let hostile = "]]>\u{1b}[2J\r\n::error::fake%0A|<b>";
    bench.change("NearestCentroid", |row| {
        row.status = Status::Failed;
        row.reason = Some(hostile.to_owned());
        row.parameter.insert(hostile.to_owned(), hostile.into());
    });
    bench.write("other.jsonl", &bench.text("table.jsonl"));
    let calls: [&[&str]; 6] = [
        &[
            "check",
            "table.jsonl",
            "--reference",
            "reference.json",
            "--junit",
            "j.xml",
        ],
        &["show", "table.jsonl"],
        &[
            "compare",
            "table.jsonl",
            "other.jsonl",
            "--format",
            "markdown",
        ],
        &[
            "merge",
            "table.jsonl",
            "other.jsonl",
            "--out",
            "merged.jsonl",
        ],
        &["results", "validate", "table.jsonl"],
        &["report", "table.jsonl", "--out", "report"],
    ];
    for args in calls {
        let output = bench
            .command(args)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", bench.path("summary.md"))
            .output()
            .unwrap();
        for text in [stdout(&output), stderr(&output)] {
            assert!(
                !text.chars().any(|c| c.is_control() && c != '\n'),
                "{args:?}: {text}"
            );
            assert!(!text.contains("\n::error::fake"), "{args:?}: {text}");
        }
    }
    for file in [
        "j.xml",
        "summary.md",
        "report/README.md",
        "report/index.html",
    ] {
        let text = bench.text(file);
        assert!(
            !text.contains('\u{1b}') && !text.contains("fake%0A|<b>"),
            "{file}"
        );
    }
}

#[test]
fn only_whole_regular_files_are_judged() {
    let bench = Bench::new();
    bench.record("GaussianNB");
    let whole = bench.text("table.jsonl");
    bench.write("table.jsonl", &format!("{whole}{}", &whole[..99]));
    for args in [
        &["check", "table.jsonl", "--reference", "reference.json"][..],
        &["compare", "table.jsonl", "table.jsonl"],
    ] {
        let output = bench.call(args);
        assert_code(&output, 2);
        assert!(
            stderr(&output).contains("table.jsonl:10 is torn"),
            "{}",
            stderr(&output)
        );
    }
    for device in ["/dev/zero", "/dev/full", "."] {
        for args in [
            &["check", device, "--reference", "reference.json"][..],
            &["compare", device, "table.jsonl"],
            &["merge", device],
            &["show", device],
            &["report", device],
            &["results", "validate", device],
        ] {
            let output = bench.call(args);
            assert_code(&output, 2);
            assert!(stderr(&output).contains("not a regular file"), "{args:?}");
        }
    }
}
