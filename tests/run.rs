//! The `run` and `results` subcommands of the real program, on the demo set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bench::{Bench, assert_code, text, wait_until};
use fashion_bench::catalog;
use fashion_bench::grid::SKLEARN_CLASSIFIERS;
use fashion_bench::results::validate::validate_file;
use fashion_bench::results::{Record, Status, row_schema};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// Short jobs.
const MANY: &str = r#"{"dataset": "demo", "repeats": 2, "classifiers": {
    "KNeighborsClassifier": [
        {"n_neighbors": [1, 5, 9], "weights": ["uniform", "distance"], "p": [1, 2]}
    ]}}"#;
const N_MANY: usize = 12;

/// Minutes of work in one job, and a short one.
const SLOW: &str = r#"{"dataset": "demo", "classifiers": {
    "GaussianNB": [], "linfa::RandomForest": [{"ensemble_size": [5000]}]}}"#;

const SHORT: &str = r#"{"dataset": "demo", "classifiers": {"GaussianNB": []}}"#;

impl Bench {
    fn start(&self, args: &[&str]) -> Child {
        let all = [&["run", "config.json"], args].concat();
        self.program(&all)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn table(&self) -> PathBuf {
        self.path("results/demo.jsonl")
    }

    fn n_lines(&self) -> usize {
        fs::read(self.table()).map_or(0, |bytes| bytes.iter().filter(|&&b| b == b'\n').count())
    }

    fn n_workers(&self) -> usize {
        self.n_alive("\0worker\0")
    }
}

fn ids(rows: &[Record]) -> BTreeSet<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// Waits for the line of the log that says so.
fn wait_for_line(child: &mut Child, needle: &str) {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let found = lines.any(|line| line.unwrap().contains(needle));
    assert!(found, "no line with `{needle}`");
    // Goes on reading, so that the program can go on writing.
    thread::spawn(move || lines.for_each(drop));
}

#[test]
fn a_run_leaves_valid_rows_and_prints_its_summary() {
    let bench = Bench::new(SHORT);
    let output = bench.run(&["--repeats", "2"]);
    assert_code(&output, 0);
    let summary = text(&output.stdout);
    assert!(summary.contains("1 job: 1 ok"), "{summary}");
    assert!(
        summary.ends_with("the rows are in results/demo.jsonl\n"),
        "{summary}"
    );
    let rows = bench.rows();
    let row = &rows[0];
    assert_eq!((row.name.as_str(), row.status), ("GaussianNB", Status::Ok));
    assert_eq!(row.dataset.name, "demo");
    assert!(row.mean_accuracy.unwrap() > 0.2);
    assert!(row.peak_rss_bytes.unwrap() > 1_000_000);
    assert!(row.repeats.iter().all(|repeat| repeat.fit_s > Some(0.0)));
    let validated = bench
        .program(&["results", "validate", "results/demo.jsonl"])
        .output();
    let validated = validated.unwrap();
    assert_code(&validated, 0);
    assert_eq!(text(&validated.stdout), "1 rows; all well\n");
    let schema = serde_json::to_value(row_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let line = fs::read_to_string(bench.table()).unwrap();
    let value: Value = serde_json::from_str(&line).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&value)
        .map(|e| e.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn a_run_that_is_killed_again_and_again_loses_no_row_and_does_none_twice() {
    let bench = Bench::new(MANY);
    for n_rows in [2, 5, 9] {
        let mut child = bench.start(&["--jobs", "2"]);
        wait_until("rows appear", || {
            bench.n_lines() >= n_rows || child_has_ended(child.id())
        });
        signal(&child, Signal::SIGKILL);
        child.wait().unwrap();
        // Its workers notice and end, too.
        wait_until("the workers end", || bench.n_workers() == 0);
    }
    let before = bench.rows();
    let output = bench.run(&["--jobs", "2"]);
    assert_code(&output, 0);
    let rows = bench.rows();
    assert_eq!(rows.len(), N_MANY, "none twice");
    assert_eq!(ids(&rows).len(), N_MANY, "none lost");
    assert_eq!(
        rows[..before.len()],
        before,
        "earlier rows stay as they were"
    );
    assert!(text(&output.stdout).contains("12 jobs: 12 ok; skipped"));
    // Once more there is nothing to do.
    assert_code(&bench.run(&[]), 0);
    assert_eq!(bench.rows(), rows);
}

/// Whether a child that was not waited for yet has ended.
fn child_has_ended(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_none_or(|rest| rest.trim_start().starts_with('Z'))
}

#[test]
fn two_runs_appending_at_once_leave_one_row_for_each_job() {
    let bench = Bench::new(MANY);
    let runs = [bench.start(&["--jobs", "1"]), bench.start(&["--jobs", "1"])];
    for child in runs {
        assert_code(&child.wait_with_output().unwrap(), 0);
    }
    let report = validate_file(&bench.table()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.rows.len(), N_MANY);
    assert_eq!(ids(&bench.rows()).len(), N_MANY);
}

#[test]
fn shards_do_every_job_exactly_once() {
    let bench = Bench::new(MANY);
    for shard in ["1/3", "2/3", "3/3"] {
        assert_code(&bench.run(&["--shard", shard]), 0);
    }
    assert_eq!(bench.rows().len(), N_MANY);
    assert_eq!(ids(&bench.rows()).len(), N_MANY);
}

#[test]
fn ctrl_c_abandons_the_running_job_keeps_the_rows_and_prints_the_summary() {
    for (number, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 130)] {
        let bench = Bench::new(SLOW);
        let mut child = bench.start(&["--jobs", "2"]);
        wait_for_line(&mut child, "ok GaussianNB");
        let started = Instant::now();
        signal(&child, number);
        let output = child.wait_with_output().unwrap();
        assert_code(&output, code);
        assert!(started.elapsed() < Duration::from_secs(30));
        assert!(text(&output.stdout).contains("2 jobs: 1 ok, 1 not run"));
        assert_eq!(bench.rows().len(), 1);
        wait_until("the workers end", || bench.n_workers() == 0);
    }
}

#[test]
fn a_job_over_its_time_is_a_row_and_exit_code_1_until_the_limit_is_loosened() {
    let bench = Bench::new(&SLOW.replace("5000", "4"));
    let run = |args: &[&str]| {
        let output = bench.run(&[&["--filter", "linfa::RandomForest"], args].concat());
        let statuses: Vec<_> = bench.rows().iter().map(|row| row.status).collect();
        (output, statuses)
    };
    let (output, statuses) = run(&["--time-limit", "0.1"]);
    assert_code(&output, 1);
    assert_eq!(statuses, [Status::TimedOut]);
    assert!(text(&output.stdout).contains("timed out: killed at the time limit of 0.1 s"));
    // The same limit: the row stands, and the exit code still tells.
    let (output, statuses) = run(&["--time-limit", "0.1"]);
    assert_code(&output, 1);
    assert_eq!(statuses, [Status::TimedOut]);
    // No limit: it is done again, the last row counts.
    let (output, statuses) = run(&[]);
    assert_code(&output, 0);
    assert_eq!(statuses, [Status::TimedOut, Status::Ok]);
    let (output, statuses) = run(&[]);
    assert_code(&output, 0);
    assert_eq!(statuses, [Status::TimedOut, Status::Ok]);
}

#[test]
fn the_same_seed_predicts_the_same_however_it_is_run() {
    let bench = Bench::new(MANY);
    let predictions = |args: &[&str]| -> BTreeSet<(String, Vec<String>)> {
        fs::remove_file(bench.table()).ok();
        assert_code(&bench.run(args), 0);
        let hashes = |row: Record| {
            let hashes = row.repeats.into_iter();
            hashes
                .filter_map(|repeat| repeat.predictions_sha256)
                .collect()
        };
        let rows = bench.rows().into_iter();
        rows.map(|row| (row.id.to_string(), hashes(row))).collect()
    };
    let expected = predictions(&["--jobs", "1"]);
    assert_eq!(expected.len(), N_MANY);
    assert_eq!(
        predictions(&["--threads-per-job", "4", "--jobs", "2"]),
        expected
    );
    assert_eq!(predictions(&["--in-process"]), expected);
}

#[test]
fn a_torn_last_line_is_set_aside_and_its_job_done_again() {
    let bench = Bench::new(SHORT);
    assert_code(&bench.run(&[]), 0);
    let whole = fs::read(bench.table()).unwrap();
    let torn = &whole[..whole.len() / 3];
    fs::write(bench.table(), torn).unwrap();
    let output = bench.run(&[]);
    assert_code(&output, 0);
    assert_eq!(bench.rows().len(), 1);
    let aside: Vec<_> = fs::read_dir(bench.path("results"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("demo.jsonl.torn-"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(fs::read(&aside[0]).unwrap(), torn);
}

#[test]
fn a_malformed_line_stops_the_run_with_its_place() {
    let bench = Bench::new(SHORT);
    fs::create_dir(bench.path("results")).unwrap();
    fs::write(bench.table(), "nonsense\n").unwrap();
    let output = bench.run(&[]);
    assert_code(&output, 2);
    let error = text(&output.stderr);
    assert!(
        error.contains("results/demo.jsonl:1 is not a row of a results table"),
        "{error}"
    );
    let validated = bench
        .program(&["results", "validate", "results/demo.jsonl"])
        .output();
    assert_code(&validated.unwrap(), 1);
}

#[test]
fn a_dry_run_shows_what_is_left_and_touches_nothing() {
    let bench = Bench::new(MANY);
    let shown = text(&bench.run(&["--dry-run"]).stdout);
    assert!(shown.contains("12 jobs to do, 0 done already"), "{shown}");
    assert!(!bench.path("results").exists());
    assert!(!bench.path("cache").exists());
    assert_code(&bench.run(&["--filter", "p=2 n_neighbors=5"]), 0);
    let shown = text(&bench.run(&["--dry-run"]).stdout);
    assert!(shown.contains("10 jobs to do, 2 done already"), "{shown}");
}

#[test]
fn classifiers_that_are_not_there_yet_are_counted_and_fail_only_strictly() {
    let missing = SKLEARN_CLASSIFIERS
        .iter()
        .find(|name| catalog::find(name).is_err())
        .expect("scikit-learn has classifiers that are not there yet");
    let config = SHORT.replace(
        "\"GaussianNB\": []",
        &format!("\"GaussianNB\": [], \"{missing}\": []"),
    );
    let bench = Bench::new(&config);
    let output = bench.run(&[]);
    assert_code(&output, 0);
    assert!(text(&output.stdout).contains("1 not implemented yet"));
    assert_code(&bench.run(&["--strict"]), 1);
}

#[test]
fn combinations_that_are_refused_are_named_and_a_run_of_nothing_is_exit_code_2() {
    let bench = Bench::new(&SHORT.replace(
        "\"GaussianNB\": []",
        "\"DecisionTreeClassifier\": [{\"max_depth\": [0, 2]}]",
    ));
    let output = bench.run(&[]);
    assert_code(&output, 0);
    let warning = "not run: DecisionTreeClassifier(max_depth=0): the `max_depth` of";
    assert!(
        text(&output.stderr).contains(warning),
        "{}",
        text(&output.stderr)
    );
    assert!(text(&output.stdout).contains("1 combination refused"));
    let output = bench.run(&["--filter", "max_depth=0"]);
    assert_code(&output, 2);
    assert!(text(&output.stderr).contains("nothing is left to run of config.json"));
}

#[test]
fn a_data_set_that_is_not_there_is_exit_code_2() {
    let bench = Bench::new(&SHORT.replace("demo", "mnist"));
    let output = bench
        .program(&["run", "config.json", "--data-dir", "nowhere", "--dry-run"])
        .output()
        .unwrap();
    // The run itself would refuse, so the dry run does.
    assert_code(&output, 2);
    assert!(text(&output.stderr).contains("not found in nowhere (--data-dir)"));
    let output = bench.run(&["--dry-run"]);
    assert_code(&output, 0);
    assert!(text(&output.stdout).contains("mnist was not found and would be downloaded"));
    let bench = Bench::new(SHORT);
    assert_code(&bench.run(&["--dataset", "nonsense"]), 2);
    assert_code(&bench.run(&["--shard", "3/2"]), 2);
    assert_code(&bench.run(&["--jobs", "0"]), 2);
}

#[test]
fn the_published_schema_of_a_row_is_that_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results.schema.json");
    let published = fs::read_to_string(path).unwrap();
    let bench = Bench::new(SHORT);
    let printed = bench.program(&["results", "schema"]).output().unwrap();
    assert_eq!(
        published,
        text(&printed.stdout),
        "renew it: fashion-bench results schema > docs/results.schema.json"
    );
}

#[test]
fn rows_go_to_standard_output_and_everything_else_to_standard_error() {
    let bench = Bench::new(SHORT);
    let output = bench.run(&["--results", "-"]);
    assert_code(&output, 0);
    let rows: Vec<Record> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 1);
    assert!(text(&output.stderr).contains("the rows are in standard output"));
    assert!(!bench.path("-").exists() && !bench.path("results").exists());
}

#[test]
fn what_is_no_regular_file_is_refused_before_anything_is_trained() {
    let bench = Bench::new(SHORT);
    for device in ["/dev/stdout", "/dev/full", "/dev/zero", "."] {
        let output = bench.run(&["--results", device]);
        assert_code(&output, 2);
        let told = text(&output.stderr);
        assert!(told.contains("not a regular file"), "{device}: {told}");
        assert!(!told.contains("started GaussianNB"), "{told}");
    }
    assert_code(&bench.run(&["--no-lock"]), 0);
}

#[test]
fn a_worker_that_somebody_killed_is_lost_and_done_again() {
    let bench = Bench::new(&SLOW.replace("\"GaussianNB\": [], ", ""));
    let mut child = bench.start(&[]);
    wait_for_line(&mut child, "started linfa::RandomForest");
    let mut pids = Vec::new();
    wait_until("a worker", || bench.n_workers() == 1);
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let fields: Vec<_> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        if fields.get(1) == Some(&child.id().to_string().as_str()) {
            pids.push(process.file_name().to_string_lossy().parse().unwrap());
        }
    }
    for pid in pids {
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 1);
    let rows = bench.rows();
    assert_eq!(rows[0].status, Status::Lost);
    let reason = rows[0].reason.as_deref().unwrap();
    assert!(
        reason.contains("killed from outside by signal SIGKILL"),
        "{reason}"
    );
    assert!(text(&bench.run(&["--dry-run"]).stdout).contains("1 jobs to do, 0 done already"));
}

#[test]
fn what_failed_is_done_again_on_request() {
    let bench = Bench::new(&SLOW.replace("\"GaussianNB\": [], ", ""));
    let limit = ["--time-limit", "0.1"];
    assert_code(&bench.run(&limit), 1);
    let to_do = |args: &[&str]| {
        let output = bench.run(&[&limit[..], &["--dry-run"], args].concat());
        text(&output.stdout).contains("1 jobs to do")
    };
    assert!(!to_do(&[]) && !to_do(&["--retry", "failed"]));
    assert!(to_do(&["--retry", "timed_out"]) && to_do(&["--retry", "all"]));
    assert!(to_do(&["--retry", "failed,timed_out"]));
    assert_code(&bench.run(&["--retry", "nonsense"]), 2);
}

#[test]
fn a_table_that_is_where_the_summary_goes_is_refused() {
    let bench = Bench::new(SHORT);
    for results in ["/dev/stdout", "out.jsonl"] {
        let out = fs::File::create(bench.path("out.jsonl")).unwrap();
        let mut command = bench.program(&["run", "config.json", "--results", results]);
        let output = command.stdout(out).output().unwrap();
        assert_code(&output, 2);
        let error = text(&output.stderr);
        assert!(error.contains("`--results -` writes the rows"), "{error}");
        assert_eq!(fs::read(bench.path("out.jsonl")).unwrap(), b"");
    }
}

/// What the data allow and a handful of them would not: more neighbours and more rows for each tree
/// than any try has, and one more than the data have.
#[test]
fn bounds_that_depend_on_the_data_are_judged_on_the_data() {
    let bench = Bench::new(
        r#"{"dataset": "demo", "repeats": 1, "classifiers": {
            "KNeighborsClassifier": [{"n_neighbors": [1500, 2000, 2001]}],
            "RandomForestClassifier": [{"max_samples": [2000, 2001], "n_estimators": [1]}],
            "linfa::NearestNeighbors": [{"k": [1999]}]
        }}"#,
    );
    assert_code(&bench.run(&[]), 1);
    for row in bench.rows() {
        let bound = |name: &&str| row.resolved.get(*name)?.as_u64();
        let asked = ["n_neighbors", "k", "max_samples"].iter().find_map(bound);
        let asked = asked.unwrap();
        if asked <= 2000 {
            assert_eq!(row.status, Status::Ok, "{:?}", row.reason);
        } else {
            assert_eq!(row.status, Status::Invalid, "{:?}", row.reason);
            let reason = row.reason.unwrap();
            assert!(reason.contains("at most the 2000 "), "{reason}");
        }
    }
    assert_eq!(bench.rows().len(), 6);
}
