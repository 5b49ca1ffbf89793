use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;
use crate::results::fixture as rows;
use crate::results::{Repeat, RowKind};
use crate::runner::fixture;
use crate::runner::progress::Silent;

/// Ends jobs as their kind says, without any work.
#[derive(Default)]
struct FakeExecutor {
    refused: HashMap<i64, Failure>,
    doubtful: Vec<i64>,
    failing: HashMap<i64, Failure>,
    /// Cancels the run when this many jobs were trained.
    cancel_after: Option<usize>,
    trained: Mutex<Vec<i64>>,
    running: AtomicUsize,
    most_running: AtomicUsize,
}

fn kind(job: &Job) -> i64 {
    job.resolved["kind"].as_i64().unwrap()
}

impl FakeExecutor {
    fn train_one(&self, job: &Job, settings: &JobSettings, cancel: &Cancel) -> Outcome {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_running.fetch_max(running, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        self.running.fetch_sub(1, Ordering::SeqCst);
        let mut trained = self.trained.lock().unwrap();
        if self.cancel_after == Some(trained.len()) {
            cancel.cancel();
            return Outcome {
                end: None,
                ..Outcome::default()
            };
        }
        trained.push(kind(job));
        let repeats: Vec<Repeat> = rows::record("Fake", &vec![0.5; settings.repeats]).repeats;
        Outcome {
            end: Some(self.failing.get(&kind(job)).cloned().map_or(Ok(()), Err)),
            repeats,
            peak_rss_bytes: Some(1),
            ..Outcome::default()
        }
    }
}

impl Executor for FakeExecutor {
    fn train(
        &self,
        jobs: &[&Job],
        settings: &JobSettings,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(usize, Step),
    ) {
        let [job] = jobs else {
            panic!("{jobs:?} have no path");
        };
        let outcome = self.train_one(job, settings, cancel);
        on_step(0, Step::Repeated(1));
        on_step(0, Step::Ended(Box::new(outcome)));
    }

    fn try_all(&self, jobs: &[&Job], _: &JobSettings, _: &Cancel) -> Vec<Verdict> {
        let verdict = |job: &&Job| match self.refused.get(&kind(job)) {
            Some(failure) => Verdict::Refused(failure.clone()),
            None if self.doubtful.contains(&kind(job)) => Verdict::Doubtful("few".to_owned()),
            None => Verdict::Passed,
        };
        jobs.iter().map(verdict).collect()
    }

    fn is_in_process(&self) -> bool {
        false
    }
}

struct Bench {
    directory: tempfile::TempDir,
    settings: Settings,
    jobs: Vec<Job>,
    memory: MachineMemory,
    is_rerun: bool,
    n_slots: usize,
}

impl Bench {
    fn new(kinds: std::ops::Range<usize>) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            settings: fixture::settings(),
            jobs: kinds.map(fixture::job).collect(),
            memory: MachineMemory {
                total_bytes: 8_000_000_000,
                available_bytes: 8_000_000_000,
            },
            is_rerun: false,
            n_slots: 2,
        }
    }

    fn table(&self) -> Table {
        Table::new(self.directory.path().join("table.jsonl"))
    }

    fn run(&self, executor: &FakeExecutor) -> Result<RunReport, RunError> {
        let dataset = rows::dataset();
        let request = RunRequest {
            jobs: &self.jobs,
            settings: &self.settings,
            dataset: &dataset,
            shape: DataShape::from(&fixture::data()),
            n_slots: self.n_slots,
            memory: self.memory,
            is_rerun: self.is_rerun,
            retry: &[],
            has_paths: true,
        };
        run(
            &request,
            executor,
            &self.table(),
            &Silent,
            &Cancel::default(),
        )
    }

    fn rows(&self) -> Vec<Record> {
        let rows = self.table().read().unwrap();
        rows.into_iter()
            .map(|row| match row.kind {
                RowKind::Ours(record) => *record,
                RowKind::Original(_) => panic!("no original rows here"),
            })
            .collect()
    }
}

fn trained(executor: &FakeExecutor) -> Vec<i64> {
    let mut trained = executor.trained.lock().unwrap().clone();
    trained.sort_unstable();
    trained
}

#[test]
fn every_job_gets_one_truthful_row() {
    let bench = Bench::new(0..5);
    let report = bench.run(&FakeExecutor::default()).unwrap();
    assert_eq!((report.rows.len(), report.n_abandoned), (5, 0));
    let rows = bench.rows();
    assert_eq!(rows.len(), 5);
    for row in &rows {
        assert_eq!(
            crate::results::validate::problems(row),
            Vec::<String>::new()
        );
        assert_eq!((row.status, row.num_repeat, row.seed), (Status::Ok, 2, 1));
        assert_eq!(row.environment.as_ref().unwrap().jobs, 2);
    }
    // The report is in the order of the plan, whatever the order of the table.
    let ids: Vec<_> = report
        .rows
        .iter()
        .map(|row| row.record.id.clone())
        .collect();
    let expected: Vec<_> = bench.jobs.iter().map(|job| job.id.clone()).collect();
    assert_eq!(ids, expected);
}

#[test]
fn jobs_run_side_by_side_up_to_the_slots() {
    let bench = Bench::new(0..20);
    let executor = FakeExecutor::default();
    bench.run(&executor).unwrap();
    assert_eq!(executor.most_running.load(Ordering::SeqCst), 2);
}

#[test]
fn resume_skips_finished_jobs() {
    let mut bench = Bench::new(0..3);
    bench.run(&FakeExecutor::default()).unwrap();
    bench.jobs = (0..5).map(fixture::job).collect();
    let executor = FakeExecutor::default();
    let report = bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [3, 4]);
    let n_earlier = report.rows.iter().filter(|row| row.is_earlier).count();
    assert_eq!((n_earlier, report.rows.len()), (3, 5));
    assert_eq!(bench.rows().len(), 5);
}

#[test]
fn a_rerun_disregards_the_table() {
    let mut bench = Bench::new(0..3);
    bench.run(&FakeExecutor::default()).unwrap();
    bench.is_rerun = true;
    let executor = FakeExecutor::default();
    bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [0, 1, 2]);
    assert_eq!(bench.rows().len(), 6);
}

#[test]
fn a_failing_job_gets_its_row_and_the_others_go_on() {
    let bench = Bench::new(0..3);
    let mut executor = FakeExecutor::default();
    let failure = Failure::new(Status::TimedOut, "too slow");
    executor.failing.insert(1, failure);
    let report = bench.run(&executor).unwrap();
    let statuses: Vec<_> = report.rows.iter().map(|row| row.record.status).collect();
    assert_eq!(statuses, [Status::Ok, Status::TimedOut, Status::Ok]);
    assert_eq!(report.rows[1].record.reason.as_deref(), Some("too slow"));
}

#[test]
fn a_job_that_the_try_refuses_is_not_trained() {
    let bench = Bench::new(0..3);
    let mut executor = FakeExecutor::default();
    let failure = Failure::new(Status::Invalid, "no such thing");
    executor.refused.insert(2, failure);
    let report = bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [0, 1]);
    assert_eq!(report.rows[2].record.status, Status::Invalid);
    assert_eq!(bench.rows().len(), 3);
}

#[test]
fn a_job_that_the_try_doubts_is_trained_first() {
    let mut bench = Bench::new(0..4);
    bench.n_slots = 1;
    let executor = FakeExecutor {
        doubtful: vec![2],
        ..FakeExecutor::default()
    };
    let report = bench.run(&executor).unwrap();
    assert_eq!(*executor.trained.lock().unwrap(), [2, 0, 1, 3]);
    assert!(
        report
            .rows
            .iter()
            .all(|row| row.record.status == Status::Ok)
    );
}

#[test]
fn a_job_larger_than_the_machine_is_refused_unless_a_limit_bounds_it() {
    let mut bench = Bench::new(0..2);
    bench.memory.total_bytes = 20_000_000;
    let executor = FakeExecutor::default();
    let report = bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), Vec::<i64>::new());
    let row = &report.rows[0].record;
    assert_eq!(row.status, Status::OutOfMemory);
    let reason = row.reason.as_deref().unwrap();
    assert!(
        reason.starts_with("needs an estimated 42 MB of memory, this machine has 20 MB"),
        "{reason}"
    );
    bench.settings.limits.memory_mb = Some(15);
    bench.is_rerun = true;
    bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [0, 1]);
}

#[test]
fn jobs_wait_for_memory() {
    let mut bench = Bench::new(0..6);
    // Room for one worker at a time.
    bench.memory.available_bytes = 60_000_000;
    let executor = FakeExecutor::default();
    bench.run(&executor).unwrap();
    assert_eq!(executor.most_running.load(Ordering::SeqCst), 1);
    assert_eq!(bench.rows().len(), 6);
}

#[test]
fn a_cancelled_run_keeps_its_rows_and_goes_on_later() {
    let bench = Bench::new(0..10);
    let executor = FakeExecutor {
        cancel_after: Some(4),
        ..FakeExecutor::default()
    };
    let report = bench.run(&executor).unwrap();
    let n_rows = report.rows.len();
    assert!((4..=5).contains(&n_rows), "{n_rows}");
    assert_eq!(report.n_abandoned, 10 - n_rows);
    assert_eq!(bench.rows().len(), n_rows);
    let report = bench.run(&FakeExecutor::default()).unwrap();
    assert_eq!((report.rows.len(), report.n_abandoned), (10, 0));
    assert_eq!(bench.rows().len(), 10);
}

#[test]
fn two_runs_at_once_leave_one_row_for_each_job() {
    let bench = Bench::new(0..20);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let report = bench.run(&FakeExecutor::default()).unwrap();
                assert_eq!(report.rows.len(), 20);
            });
        }
    });
    let mut ids: Vec<_> = bench.rows().into_iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[test]
fn a_table_that_cannot_be_used_is_an_error_before_anything_is_trained() {
    let bench = Bench::new(0..2);
    std::fs::write(bench.table().path(), "nonsense\n").unwrap();
    let executor = FakeExecutor::default();
    let error = bench.run(&executor).unwrap_err();
    assert!(error.to_string().contains("table.jsonl:1"), "{error}");
    assert_eq!(trained(&executor), Vec::<i64>::new());
}

#[test]
fn what_was_lost_is_done_again_and_the_last_row_counts() {
    let bench = Bench::new(0..3);
    let mut executor = FakeExecutor::default();
    executor
        .failing
        .insert(1, Failure::new(Status::Lost, "killed"));
    executor
        .refused
        .insert(2, Failure::new(Status::Lost, "killed in the try"));
    bench.run(&executor).unwrap();
    let executor = FakeExecutor::default();
    let report = bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [1, 2]);
    assert!(
        report
            .rows
            .iter()
            .all(|row| row.record.status == Status::Ok)
    );
    // A row that is ok does not stand for one that was lost after it.
    let mut bench = bench;
    bench.is_rerun = true;
    let mut executor = FakeExecutor::default();
    executor
        .failing
        .insert(0, Failure::new(Status::Lost, "killed"));
    bench.run(&executor).unwrap();
    bench.is_rerun = false;
    let executor = FakeExecutor::default();
    bench.run(&executor).unwrap();
    assert_eq!(trained(&executor), [0]);
}
