//! Classifiers in other processes, driven by the real program on the demo set: what goes well, and
//! each way to go wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod examples;
mod python;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use bench::{Bench, assert_code, text, wait_until};
use fashion_bench::results::{Record, Status, validate};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

impl Bench {
    /// The config `text`, beside the fake engine.
    fn with_fake(text: &str) -> Self {
        let bench = Self::new(text);
        let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/fake.py");
        fs::copy(fake, bench.path("fake.py")).unwrap();
        bench
    }

    /// A config with these classifiers of the fake engine.
    fn of_fakes(names: &[&str], more: &str) -> Self {
        let classifiers: Vec<_> = names
            .iter()
            .map(|name| format!("\"fake::{name}\": []"))
            .collect();
        Self::with_fake(&format!(
            r#"{{"dataset": "demo", "engines": {{"fake": {{"command": ["python3", "fake.py"]}}}},
                "classifiers": {{{}}}{more}}}"#,
            classifiers.join(", ")
        ))
    }

    /// Runs the config, whose engines are allowed.
    fn run_allowed(&self, args: &[&str]) -> Output {
        let all = [&["run", "config.json"], args].concat();
        self.allowed(&all).output().unwrap()
    }

    fn allowed(&self, args: &[&str]) -> Command {
        let mut command = self.program(args);
        command.env("FASHION_BENCH_ALLOW_ENGINES", "1");
        command
    }

    fn row(&self, name: &str) -> Record {
        let rows = self.rows();
        let mut found = rows
            .iter()
            .filter(|row| row.name == format!("fake::{name}"));
        found
            .next_back()
            .unwrap_or_else(|| panic!("no row of {name}"))
            .clone()
    }
}

#[test]
fn a_classifier_of_an_engine_gets_a_row_like_ours() {
    let more = r#", "repeats": 2, "threads_per_job": 2"#;
    let bench = Bench::of_fakes(&["notes", "slow_start", "busy"], more);
    assert_code(&bench.run_allowed(&[]), 0);
    let row = bench.row("notes");
    assert_eq!(
        (row.status, row.num_repeat, row.invariant),
        (Status::Ok, 2, true)
    );
    assert_eq!(validate::problems(&row), Vec::<String>::new());
    let engine = row.engine.unwrap();
    assert_eq!(engine.name, "fake");
    assert_eq!(engine.library.unwrap().version, "1.5");
    assert_eq!(engine.command_sha256.unwrap().len(), 64);
    assert_eq!(row.resolved["threads"], "2");
    assert!(row.parameter.is_empty());
    assert_eq!(row.notes, ["a note of the engine", "solver: \"odd\""]);
    let fit = &row.repeats[0].fit;
    assert_eq!((fit.n_iter, fit.converged), (Some(7), Some(false)));
    assert!((fit.details["depth"] - 3.0).abs() < 1e-12);
    assert!(row.peak_rss_bytes.unwrap() > 2_000_000);
    // Starting and loading lie outside the times.
    assert!(bench.row("slow_start").repeats[0].fit_s < Some(0.9));
    // The children of the engine count.
    let busy = bench.row("busy");
    assert!(
        busy.repeats[0].fit_cpu_s > Some(0.7),
        "{:?}",
        busy.repeats[0].fit_cpu_s
    );
}

#[test]
fn each_way_to_go_wrong_is_a_row_with_its_reason() {
    let expected = [
        (
            "refuse",
            Status::Invalid,
            "the `C` of refuse must be positive, got -1",
        ),
        (
            "other_version",
            Status::Failed,
            "expected an engine of version 1 of the protocol, got version 2",
        ),
        (
            "exit",
            Status::Failed,
            "the engine ended with exit code 3 before it answered `fit`",
        ),
        (
            "raise",
            Status::Failed,
            "the engine ended with exit code 1 before it answered `fit`: ValueError: the data are odd",
        ),
        (
            "segfault",
            Status::Failed,
            "the engine was ended by signal SIGSEGV in its `fit`",
        ),
        (
            "killed",
            Status::Lost,
            "the engine was killed from outside by signal SIGKILL in its `fit`",
        ),
        ("error", Status::Failed, "the fit diverged"),
        (
            "too_few",
            Status::Failed,
            "the predictions of the engine cannot be used: labels.npy: expected 500 values, found 499",
        ),
        (
            "no_class",
            Status::Failed,
            "expected a prediction among 10 classes, got class 99",
        ),
        (
            "negative",
            Status::Failed,
            "expected a prediction among 10 classes, got class -1",
        ),
        (
            "nan",
            Status::Failed,
            "the probabilities of the engine cannot be used: NaN in row 0",
        ),
        (
            "rubbish",
            Status::Failed,
            "expected the answer to `fit`, the engine wrote `Training, epoch 1 of 10`",
        ),
    ];
    let names: Vec<_> = expected.iter().map(|(name, ..)| *name).collect();
    let bench = Bench::of_fakes(&names, "");
    assert_code(&bench.run_allowed(&[]), 1);
    let mut wrong = Vec::new();
    for (name, status, reason) in expected {
        let row = bench.row(name);
        let found = row.reason.clone().unwrap_or_default();
        if row.status != status || !found.starts_with(reason) {
            wrong.push(format!("{name}: {} {found}", row.status));
        }
        assert_eq!(validate::problems(&row), Vec::<String>::new());
        assert_eq!(row.engine.unwrap().name, "fake");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_answer_and_too_much_memory_end_at_the_limits() {
    let limits = r#", "limits": {"time_s": 10, "memory_mb": 300}"#;
    let bench = Bench::of_fakes(&["silent", "hoard"], limits);
    assert_code(&bench.run_allowed(&[]), 1);
    let (silent, hoard) = (bench.row("silent"), bench.row("hoard"));
    assert_eq!(silent.status, Status::TimedOut);
    assert_eq!(silent.engine.unwrap().library.unwrap().name, "fake");
    assert_eq!(hoard.status, Status::OutOfMemory, "{:?}", hoard.reason);
    assert_eq!(bench.n_alive("fake.py"), 0);
}

#[test]
fn what_an_engine_leaves_behind_is_ended() {
    let bench = Bench::of_fakes(&["leaves_children"], "");
    assert_code(&bench.run_allowed(&[]), 0);
    assert_eq!(bench.n_alive("603"), 0);
    let notes = bench.row("leaves_children").notes;
    assert_eq!(
        notes,
        ["the engine left 1 process behind, ended with the job"]
    );
}

#[test]
fn an_engine_that_does_not_say_goodbye_is_ended() {
    let bench = Bench::of_fakes(&["no_bye"], "");
    assert_code(&bench.run_allowed(&[]), 0);
    assert_eq!(bench.n_alive("fake.py"), 0);
}

#[test]
fn what_engines_that_fail_write_to_standard_error_is_kept_beside_the_table() {
    let bench = Bench::of_fakes(&["raise", "error", "notes"], "");
    assert_code(&bench.run_allowed(&[]), 1);
    let row = bench.row("raise");
    let name = format!("demo.logs/fake--raise-{}.log", row.id);
    let note = format!("what the engine wrote to standard error is in {name}, beside the table");
    assert_eq!(row.notes, [note]);
    let log = fs::read_to_string(bench.path("results").join(name)).unwrap();
    assert!(
        log.starts_with("before the fit\nTraceback (most recent call last):\n"),
        "{log}"
    );
    assert!(log.ends_with("ValueError: the data are odd\n"), "{log}");
    // One that is silent, and one that goes well, have no log.
    assert_eq!(bench.row("error").notes, Vec::<String>::new());
    assert_eq!(
        fs::read_dir(bench.path("results/demo.logs"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn jobs_side_by_side_and_later_runs_share_the_arrays() {
    let bench = Bench::of_fakes(&["notes", "busy", "leaves_children"], "");
    // What a job that was killed has left.
    let arrays = bench.path("cache/fashion-bench/engines");
    fs::create_dir_all(&arrays).unwrap();
    fs::write(arrays.join(".array-left"), "half").unwrap();
    assert_code(&bench.run_allowed(&["--jobs", "3"]), 0);
    let names = || {
        let entries = fs::read_dir(&arrays).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    let first = names();
    let is_array = |name: &&String| name.ends_with(".npy");
    assert_eq!(first.iter().filter(is_array).count(), 3, "{first:?}");
    assert_eq!(first.len(), 4, "{first:?}");
    assert_code(&bench.run_allowed(&["--rerun"]), 0);
    assert_eq!(names(), first);
    assert_code(&bench.run_allowed(&["--seed", "9"]), 0);
    assert_eq!(names().iter().filter(is_array).count(), 5);
}

#[test]
fn an_engine_does_not_outlive_a_runner_that_is_killed_or_interrupted() {
    for signal in [Signal::SIGKILL, Signal::SIGINT] {
        let bench = Bench::of_fakes(&["silent"], "");
        let mut command = bench.allowed(&["run", "config.json"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("no engine started", || bench.n_alive("fake.py") > 0);
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        child.wait().unwrap();
        wait_until("the engine lives on", || bench.n_alive("fake.py") == 0);
    }
}

#[test]
fn more_processor_time_than_the_threads_allow_is_noted() {
    let bench = Bench::of_fakes(&["busy"], "");
    assert_code(&bench.run_allowed(&[]), 0);
    let row = bench.row("busy");
    let repeat = &row.repeats[0];
    // On a machine with one core it cannot take more.
    if repeat.fit_cpu_s > repeat.fit_s.map(|s| 1.2 * s) {
        assert!(row.notes[0].starts_with("the fit took "), "{:?}", row.notes);
        assert!(
            row.notes[0].ends_with("more than 1 thread can"),
            "{:?}",
            row.notes
        );
    }
}

#[test]
fn a_row_stands_until_the_engine_is_another_one() {
    let bench = Bench::of_fakes(&["notes"], "");
    let n_rows_after = |change: bool| {
        if change {
            let path = bench.path("fake.py");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, format!("{text}# changed\n")).unwrap();
        }
        assert_code(&bench.run_allowed(&[]), 0);
        bench.rows().len()
    };
    assert_eq!([false, false, true, false].map(n_rows_after), [1, 1, 2, 2]);
}

#[test]
fn a_config_runs_its_own_code_only_if_it_may() {
    let bench = Bench::of_fakes(&["notes"], "");
    let mut command = bench.allowed(&["run", "config.json"]);
    let output = command
        .env_remove("FASHION_BENCH_ALLOW_ENGINES")
        .output()
        .unwrap();
    assert_code(&output, 2);
    let error = text(&output.stderr);
    let expected = "the config declares the engine `fake`, which runs `python3 fake.py`; read it, and \
                    allow it with --allow-engines";
    assert!(error.contains(expected), "{error}");
    // Listing runs nothing.
    let mut command = bench.allowed(&["list", "config.json"]);
    let output = command
        .env_remove("FASHION_BENCH_ALLOW_ENGINES")
        .output()
        .unwrap();
    assert_code(&output, 0);
    assert!(text(&output.stdout).contains("fake::notes()"));
    assert_code(&bench.run_allowed(&["--allow-engines"]), 0);
}

#[test]
fn a_python_that_was_named_binds_and_a_missing_package_refuses_its_jobs() {
    let bench = Bench::with_fake(
        r#"{"dataset": "demo", "classifiers": {"GaussianNB": [], "sklearn::GaussianNB": []}}"#,
    );
    let output = bench.run_allowed(&["--python", "/nonexistent/python"]);
    assert_code(&output, 2);
    assert!(
        text(&output.stderr).contains("cannot use /nonexistent/python as the Python of engines")
    );
    // An interpreter that says it has nothing.
    let script =
        "#!/bin/sh\necho '{\"python\": \"3.0\", \"version\": null, \"missing\": [\"sklearn\"]}'\n";
    let python = bench.path("python");
    fs::write(&python, script).unwrap();
    fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = bench.run_allowed(&["--python", "./python"]);
    assert_code(&output, 0);
    let error = text(&output.stderr);
    assert!(
        error.contains("has no sklearn; install it with `"),
        "{error}"
    );
    assert!(
        error.contains("-m pip install scikit-learn==1.5.2`"),
        "{error}"
    );
    assert_eq!(bench.rows().len(), 1);
}

#[test]
fn the_python_is_the_first_one_that_is_named() {
    let bench = Bench::with_fake(
        r#"{"dataset": "demo", "classifiers": {"GaussianNB": [], "sklearn::GaussianNB": []}}"#,
    );
    // Interpreters that have nothing.
    let script =
        "#!/bin/sh\necho '{\"python\": \"3.0\", \"version\": null, \"missing\": [\"sklearn\"]}'\n";
    for name in ["option", "variable", "bin/python3", ".venv/bin/python"] {
        let path = bench.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let found = |args: &[&str], variable: &str| {
        let path = format!("{}:/usr/bin:/bin", bench.path("bin").display());
        let mut command = bench.allowed(&[&["run", "config.json"], args].concat());
        command
            .env("FASHION_BENCH_PYTHON", variable)
            .env("PATH", path);
        let output = command.output().unwrap();
        assert_code(&output, 0);
        let error = text(&output.stderr);
        let (_, rest) = error.split_once("the Python ").unwrap();
        let (python, _) = rest.split_once(" has no sklearn").unwrap();
        python.replace(bench.path("").to_str().unwrap(), "")
    };
    assert_eq!(found(&["--python", "./option"], "./variable"), "option");
    assert_eq!(found(&[], "./variable"), "variable");
    // An empty variable is one that is not set.
    assert_eq!(found(&[], ""), ".venv/bin/python");
    fs::remove_dir_all(bench.path(".venv")).unwrap();
    assert_eq!(found(&[], ""), "python3");
}

#[test]
fn jobs_of_another_library_stand_beside_ours() {
    let bench = Bench::with_fake(
        r#"{"dataset": "demo", "defaults": "sklearn-0.19", "classifiers": {
            "MLPClassifier": [{"hidden_layer_sizes": ["(20,)"]}], "SVC": [{"C": [10]}],
            "linfa::GaussianNb": []}}"#,
    );
    let output = bench
        .program(&["list", "config.json", "--beside", "sklearn"])
        .output()
        .unwrap();
    assert_code(&output, 0);
    let listing = text(&output.stdout);
    assert!(
        listing.contains("sklearn::MLPClassifier(hidden_layer_sizes=[20], n_iter_no_change=2)"),
        "{listing}"
    );
    // What changed its default since is written out.
    assert!(
        listing.contains("sklearn::SVC(C=10, gamma=auto)"),
        "{listing}"
    );
    assert!(!listing.contains("sklearn::linfa"), "{listing}");
}
