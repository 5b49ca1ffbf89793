//! A folder to run the real program in.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use fashion_bench::results::{Record, Row, Table};

/// A folder with a config.
pub struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A folder with `config.json`, and nothing else.
    pub fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), config).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The program in the folder, with a cache of its own; data and CI system of whoever runs the
    /// tests are hidden from it.
    pub fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache"));
        for hidden in [
            "FASHION_MNIST_DIR",
            "MNIST_DIR",
            "GITHUB_ACTIONS",
            "GITHUB_STEP_SUMMARY",
        ] {
            command.env_remove(hidden);
        }
        command
    }

    pub fn call(&self, args: &[&str]) -> Output {
        self.program(args).output().unwrap()
    }

    /// Runs the config.
    pub fn run(&self, args: &[&str]) -> Output {
        self.call(&[&["run", "config.json"], args].concat())
    }

    /// The rows of a table.
    pub fn records(&self, table: &str) -> Vec<Record> {
        let rows = Table::new(self.path(table)).read().unwrap();
        rows.iter().filter_map(Row::record).cloned().collect()
    }

    /// The rows of the table that a run on the demo set writes.
    pub fn rows(&self) -> Vec<Record> {
        self.records("results/demo.jsonl")
    }

    /// The number of living processes that were started for this folder, as their environment tells,
    /// and whose arguments hold `needle`.
    pub fn n_alive(&self, needle: &str) -> usize {
        let own = format!("XDG_CACHE_HOME={}", self.path("cache").display());
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes
            .filter(|process| {
                let read = |file| fs::read(process.path().join(file)).unwrap_or_default();
                text(&read("cmdline")).contains(needle) && text(&read("environ")).contains(&own)
            })
            .count()
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn stdout(output: &Output) -> String {
    text(&output.stdout)
}

pub fn stderr(output: &Output) -> String {
    text(&output.stderr)
}

#[track_caller]
pub fn assert_code(output: &Output, code: i32) {
    let (out, err) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
}

/// Asserts a refusal whose message, its lines joined, holds `expected`.
#[track_caller]
pub fn assert_refused(output: &Output, expected: &str) {
    assert_code(output, 2);
    let error = stderr(output).replace('\n', " ");
    assert!(error.contains(expected), "expected `{expected}` in {error}");
}

pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(120), "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}
