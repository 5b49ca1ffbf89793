//! Estimators that misbehave, in worker processes: one bad job hurts nobody.
//!
//! The worker is this very executable: [`worker_process`] serves with the estimators below, which
//! no released binary knows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env;
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use fashion_bench::catalog::{Cost, DataShape, Entry, EstimatorSpec, Family};
use fashion_bench::dataset::{self, DatasetName, DatasetRequest, Prepared};
use fashion_bench::estimators::erased::{Estimator, Model};
use fashion_bench::estimators::parameters::ParamValue;
use fashion_bench::estimators::{FitError, FitInfo, parameters};
use fashion_bench::grid::{self, Job, Limits, Overrides, Plan};
use fashion_bench::numeric::rng::derive;
use fashion_bench::results::validate::problems;
use fashion_bench::results::{Record, Status, Table};
use fashion_bench::runner::progress::Silent;
use fashion_bench::runner::{
    Cancel, Executor, InlineExecutor, JobSettings, MachineMemory, ProcessExecutor, RunReport,
    RunRequest, Step, run, worker,
};
use ndarray::{Array1, ArrayView1, ArrayView2};

/// Set for the worker processes of these tests.
const WORKER: &str = "FASHION_BENCH_TEST_WORKER";
/// More rows than any try has.
const TRAINING: usize = 1500;

/// Declares classifiers without parameters, whose fit calls a function with the number of rows and
/// the seed.
macro_rules! estimators {
    ($($params:ident => $valid:ident = $name:literal, $fit:expr;)*) => {
        $(
            parameters! {
                /// Nothing but a seed.
                struct $params => $valid: $name {}
                seed ParamValue::Null;
            }

            impl Entry for $params {
                const FAMILY: Family = Family::Linfa;
                const SUMMARY: &'static str = "for tests";

                fn cost(_: &$valid, _: &DataShape) -> Cost {
                    Cost { cpu_s: 1.0, memory_bytes: 1_000_000 }
                }
            }

            impl Estimator for $valid {
                fn fit(
                    &self,
                    x: ArrayView2<'_, f32>,
                    _: ArrayView1<'_, usize>,
                ) -> Result<Box<dyn Model>, FitError> {
                    let fit: fn(usize, u64) = $fit;
                    fit(x.nrows(), self.seed);
                    Ok(Box::new(Fake { seed: self.seed }))
                }
            }
        )*

        static ESTIMATORS: [EstimatorSpec; 12] = [$(EstimatorSpec::of::<$params>()),*];
    };
}

estimators! {
    GoodParams => Good = "Good", |_, _| {};
    PanickingParams => Panicking = "Panicking",
        |n_rows, _| assert!(n_rows < TRAINING, "not with {n_rows} rows");
    HangingParams => Hanging = "Hanging", |n_rows, _| sleep_if(n_rows >= TRAINING);
    HungryParams => Hungry = "Hungry", |n_rows, _| if n_rows >= TRAINING { eat(300_000_000) };
    PrintingParams => Printing = "Printing", |n_rows, _| print_much(n_rows);
    AbortingParams => Aborting = "Aborting", |n_rows, _| if n_rows >= TRAINING { process::abort() };
    LeavingParams => Leaving = "Leaving", |n_rows, _| if n_rows >= TRAINING { process::exit(0) };
    CrashingParams => Crashing = "CrashingInTheTry", |_, _| process::abort();
    StuckParams => Stuck = "StuckInTheTry", |_, _| sleep_if(true);
    KilledParams => Killed = "Killed", |n_rows, _| if n_rows >= TRAINING { kill_this() };
    KilledInTryParams => KilledInTry = "KilledInTheTry", |_, _| kill_this();
    StallingParams => Stalling = "Stalling", |_, seed| sleep_if(seed == derive(0, &[2]));
}

/// As the system does when memory runs out.
fn kill_this() {
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL).unwrap();
}

fn sleep_if(is_true: bool) {
    if is_true {
        thread::sleep(Duration::from_secs(600));
    }
}

fn eat(n_bytes: usize) {
    let eaten = vec![1_u8; n_bytes];
    thread::sleep(Duration::from_millis(300));
    assert_eq!(std::hint::black_box(&eaten)[n_bytes / 2], 1);
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "that is its misbehaviour"
)]
fn print_much(n_rows: usize) {
    for line in 0..n_rows {
        println!("@fashion-bench {{\"Finished\":{{\"member\":0,\"invariant\":true}}}} {line}");
        println!("@fashion-bench {{\"Finished\":{{\"member\":0,\"invariant\":true}}}}");
        eprintln!("@fashion-bench noise {line}");
    }
}

struct Fake {
    seed: u64,
}

impl Model for Fake {
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError> {
        // A share of the rows that differs from seed to seed.
        let n_zeros = usize::try_from(self.seed % 400).unwrap();
        Ok((0..x.nrows())
            .map(|row| usize::from(row >= n_zeros))
            .collect())
    }

    fn fit_info(&self) -> FitInfo {
        let mut info = FitInfo::default();
        let n_threads = rayon::current_num_threads() as f64;
        info.details.insert("n_threads".to_owned(), n_threads);
        info
    }
}

/// Not a test of its own: what the worker processes of the tests below run.
#[test]
#[ignore = "the worker process of the tests below"]
fn worker_process() {
    if env::var_os(WORKER).is_some() {
        let lookup = |name: &str| ESTIMATORS.iter().find(|spec| spec.name == name);
        worker::serve(lookup).unwrap();
        process::exit(0);
    }
}

fn prepared() -> PathBuf {
    static PREPARED: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PREPARED.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let raw = dataset::load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {}).unwrap();
        let path = dataset::prepare(&raw, directory.path()).unwrap();
        (directory, path)
    });
    path.clone()
}

fn executor() -> ProcessExecutor {
    let command = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "worker_process", "--nocapture", "--ignored"])
            .env(WORKER, "1");
        command
    };
    ProcessExecutor::new(command, prepared()).try_limit(Duration::from_secs(2))
}

fn plan(names: &[&str], limits: Limits) -> Plan {
    let classifiers: Vec<_> = names.iter().map(|name| format!("\"{name}\": []")).collect();
    let config = format!(
        "{{\"dataset\": \"demo\", \"repeats\": 3, \"classifiers\": {{{}}}}}",
        classifiers.join(", ")
    );
    let mut plan = grid::parse(&config, "test", &Overrides::default(), &ESTIMATORS).unwrap();
    plan.settings.limits = limits;
    plan
}

fn run_plan(plan: &Plan, executor: &dyn Executor) -> RunReport {
    let directory = tempfile::tempdir().unwrap();
    let table = Table::new(directory.path().join("table.jsonl"));
    let data = Prepared::open(&prepared()).unwrap();
    let request = RunRequest {
        jobs: &plan.jobs,
        settings: &plan.settings,
        dataset: data.identity(),
        shape: DataShape::from(&data),
        n_slots: 2,
        memory: MachineMemory {
            total_bytes: 8_000_000_000,
            available_bytes: 8_000_000_000,
        },
        is_rerun: false,
        retry: &[],
        has_paths: true,
    };
    let report = run(&request, executor, &table, &Silent, &Cancel::default()).unwrap();
    let rows = table.read().unwrap();
    assert_eq!(rows.len(), plan.jobs.len(), "a row for each job");
    for row in &rows {
        assert_eq!(problems(row.record().unwrap()), Vec::<String>::new());
    }
    report
}

fn row<'a>(report: &'a RunReport, name: &str) -> &'a Record {
    let row = report.rows.iter().find(|row| row.record.name == name);
    &row.unwrap().record
}

#[track_caller]
fn assert_ended(report: &RunReport, name: &str, status: Status, reason: &str) {
    let row = row(report, name);
    assert_eq!(row.status, status, "{name}: {:?}", row.reason);
    let found = row.reason.as_deref().unwrap_or_default();
    assert!(found.contains(reason), "{name}: {found}");
}

#[test]
fn each_fault_is_a_row_of_its_own_and_the_others_go_on() {
    let names = [
        "Panicking",
        "Hanging",
        "Hungry",
        "Aborting",
        "Leaving",
        "Stalling",
        "Good",
    ];
    let limits = Limits {
        time_s: Some(6.0),
        memory_mb: Some(250),
    };
    let report = run_plan(&plan(&names, limits), &executor());
    assert_ended(&report, "Good", Status::Ok, "");
    assert_ended(
        &report,
        "Panicking",
        Status::Failed,
        "panicked at tests/faults.rs:",
    );
    assert_ended(&report, "Panicking", Status::Failed, "not with 2000 rows");
    assert_ended(
        &report,
        "Hanging",
        Status::TimedOut,
        "killed at the time limit of 6 s",
    );
    assert_ended(
        &report,
        "Hungry",
        Status::OutOfMemory,
        "the limit is 250 MB",
    );
    assert_ended(
        &report,
        "Aborting",
        Status::Failed,
        "ended by signal SIGABRT",
    );
    assert_ended(
        &report,
        "Leaving",
        Status::Failed,
        "exit code 0 before the job was done",
    );
    // What was done before the time was up is kept.
    let reason = "killed at the time limit of 6 s; 2 of 3 repeats were done";
    assert_ended(&report, "Stalling", Status::TimedOut, reason);
    assert_eq!(row(&report, "Stalling").num_repeat, 2);
    assert!(row(&report, "Hungry").peak_rss_bytes.unwrap() > 250_000_000);
}

#[test]
fn a_crash_or_a_hang_in_the_try_costs_only_its_own_job() {
    let names = ["Good", "CrashingInTheTry", "StuckInTheTry", "Printing"];
    let limits = Limits {
        time_s: Some(6.0),
        memory_mb: None,
    };
    let report = run_plan(&plan(&names, limits), &executor());
    assert_ended(&report, "Good", Status::Ok, "");
    assert_ended(&report, "Printing", Status::Ok, "");
    let reason = "in a try on a handful of samples: the worker process was ended by signal SIGABRT";
    assert_ended(&report, "CrashingInTheTry", Status::Failed, reason);
    // It might only be large, so it is trained, and then its limit tells.
    let reason = "killed at the time limit of 6 s";
    assert_ended(&report, "StuckInTheTry", Status::TimedOut, reason);
}

#[test]
fn a_worker_that_is_killed_loses_its_row_and_no_other() {
    let names = ["Good", "Killed", "KilledInTheTry"];
    let report = run_plan(&plan(&names, Limits::default()), &executor());
    assert_ended(&report, "Good", Status::Ok, "");
    let reason = "the worker process was killed from outside by signal SIGKILL";
    assert_ended(&report, "Killed", Status::Lost, reason);
    let reason = format!("in a try on a handful of samples: {reason}");
    assert_ended(&report, "KilledInTheTry", Status::Lost, &reason);
}

#[test]
fn what_an_estimator_prints_does_not_get_into_its_row() {
    let report = run_plan(&plan(&["Printing", "Good"], Limits::default()), &executor());
    let (printing, good) = (row(&report, "Printing"), row(&report, "Good"));
    assert_eq!(printing.num_repeat, 3);
    assert!(!printing.invariant);
    assert_eq!(printing.score, good.score);
}

#[test]
fn peak_memory_is_that_of_the_job_and_of_no_other() {
    let report = run_plan(&plan(&["Hungry", "Good"], Limits::default()), &executor());
    let peak = |name: &str| row(&report, name).peak_rss_bytes.unwrap();
    assert!(
        (300_000_000..400_000_000).contains(&peak("Hungry")),
        "{}",
        peak("Hungry")
    );
    assert!(peak("Good") < 100_000_000, "{}", peak("Good"));
}

#[test]
fn a_job_has_exactly_its_threads() {
    for threads in [1, 3] {
        let mut plan = plan(&["Good"], Limits::default());
        plan.settings.threads_per_job = threads;
        let report = run_plan(&plan, &executor());
        let row = row(&report, "Good");
        let n_threads = row.repeats[0].fit.details["n_threads"];
        assert_eq!(
            (n_threads, row.environment.as_ref().unwrap().threads),
            (threads as f64, threads)
        );
    }
}

#[test]
fn a_job_in_process_predicts_what_it_predicts_in_a_process_of_its_own() {
    let plan = plan(&["Good"], Limits::default());
    let inline = InlineExecutor::new(Prepared::open(&prepared()).unwrap());
    let hashes = |executor: &dyn Executor| -> Vec<String> {
        let report = run_plan(&plan, executor);
        let repeats = &row(&report, "Good").repeats;
        let hashes = repeats
            .iter()
            .filter_map(|repeat| repeat.predictions_sha256.as_ref());
        hashes.cloned().collect()
    };
    assert_eq!(hashes(&inline), hashes(&executor()));
}

#[test]
fn a_cancelled_job_is_killed_at_once() {
    let plan = plan(&["Hanging"], Limits::default());
    let job: &Job = &plan.jobs[0];
    let (cancel, started) = (Cancel::default(), Instant::now());
    let mut ends = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            cancel.cancel();
        });
        let settings = JobSettings::from(&plan.settings);
        executor().train(&[job], &settings, &cancel, &mut |_, step| {
            if let Step::Ended(outcome) = step {
                ends.push(outcome.end);
            }
        });
    });
    assert_eq!(ends, [None]);
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_worker_that_cannot_be_started_is_a_lost_row() {
    let executor = ProcessExecutor::new(|| Command::new("/no/such/program"), prepared());
    let report = run_plan(&plan(&["Good"], Limits::default()), &executor);
    assert_ended(
        &report,
        "Good",
        Status::Lost,
        "cannot start the worker process",
    );
}
