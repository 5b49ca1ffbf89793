//! A run: skip what is done, try the rest, train it longest first, append one row per job.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rayon::{ThreadPool, ThreadPoolBuilder};
use thiserror::Error;

use super::environment;
use super::executor::{Cancel, Executor, Outcome, Step};
use super::memory::MachineMemory;
use super::paths::{group, seconds_of_path};
use super::planned::Planned;
use super::progress::Progress;
use super::protocol::{Failure, JobSettings, Verdict};
use super::resume::{Retry, Wanted, is_of_same_engine};
use super::row::Origin;
use super::schedule::{Demand, Next, Queue};
use crate::catalog::DataShape;
use crate::dataset::DatasetIdentity;
use crate::grid::{Job, Limits, Settings};
use crate::results::mutex::{lock, unpoisoned};
use crate::results::{Environment, Record, Status, Table, TableError};

/// Bytes of what memory limits count in.
const MB: u64 = 1_000_000;

/// Bytes of a worker beside the data and what its estimator needs: code, stacks, buffers.
const WORKER_BYTES: u64 = 40_000_000;
/// Share of the available memory that jobs are admitted to; the rest is for errors of estimates.
const USABLE_SHARE: f64 = 0.9;
/// How often a thread that waits for memory looks whether the run was cancelled.
const WAKE_UP: Duration = Duration::from_millis(100);

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct RunRequest<'a> {
    /// The jobs.
    pub jobs: &'a [Job],
    /// What holds for all of them.
    pub settings: &'a Settings,
    /// The data that the executor works on.
    pub dataset: &'a DatasetIdentity,
    /// Its size.
    pub shape: DataShape,
    /// Jobs side by side.
    pub n_slots: usize,
    /// What the machine has.
    pub memory: MachineMemory,
    /// Whether to disregard what the table holds.
    pub is_rerun: bool,
    /// Which rows of the table to do again although nothing changed.
    pub retry: &'a [Retry],
    /// Whether one training may serve several jobs.
    pub has_paths: bool,
}

/// What came out of a run.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// A row for each job that has one, in the order of the jobs.
    pub rows: Vec<ReportRow>,
    /// Jobs without a row, because the run was cancelled.
    pub n_abandoned: usize,
}

/// A row of a run.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// The row.
    pub record: Record,
    /// Whether it was in the table already.
    pub is_earlier: bool,
}

/// Why a run could not do its work.
#[derive(Debug, Error)]
pub enum RunError {
    /// The results table could not be read or appended to.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The threads could not be started.
    #[error("cannot start the runner's threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Runs the jobs of `request` on `executor`, appending rows to `table`, until they are done or
/// `cancel` says to stop.
///
/// # Errors
/// [`RunError`] if the table cannot be used; running jobs are then abandoned. A job that fails is
/// not an error but a row.
pub fn run(
    request: &RunRequest<'_>,
    executor: &dyn Executor,
    table: &Table,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<RunReport, RunError> {
    table.create()?;
    // A thread beyond the slots would only wait.
    let pool = ThreadPoolBuilder::new()
        .num_threads(request.n_slots.max(1))
        .build()?;
    let run = Run::new(request, executor, table, progress, cancel);
    let pending = run.skip_done()?;
    progress.planned(&run.planned(&pending));
    let pending = run.refuse_too_large(pending)?;
    let pending = run.try_all(&pool, pending)?;
    run.train_all(&pool, &pending)?;
    Ok(run.into_report())
}

struct Run<'a> {
    request: &'a RunRequest<'a>,
    settings: JobSettings,
    environment: Environment,
    executor: &'a dyn Executor,
    table: &'a Table,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    /// By job index.
    demands: Vec<Demand>,
    /// By job index.
    rows: Mutex<Vec<Option<ReportRow>>>,
    error: Mutex<Option<TableError>>,
}

impl<'a> Run<'a> {
    fn new(
        request: &'a RunRequest<'a>,
        executor: &'a dyn Executor,
        table: &'a Table,
        progress: &'a dyn Progress,
        cancel: &'a Cancel,
    ) -> Self {
        let mut settings = JobSettings::from(request.settings);
        let in_process = executor.is_in_process();
        if in_process {
            // Rows tell the limits in force.
            settings.limits = Limits::default();
        }
        let demands = request.jobs.iter().map(|job| demand(job, request));
        Self {
            settings,
            environment: environment::current(settings.threads, request.n_slots, in_process),
            executor,
            table,
            progress,
            cancel,
            demands: demands.collect(),
            rows: Mutex::new(vec![None; request.jobs.len()]),
            error: Mutex::new(None),
            request,
        }
    }

    fn planned(&self, pending: &[usize]) -> Vec<Planned<'a>> {
        let mut planned = Vec::with_capacity(pending.len());
        for path in self.paths(pending.iter().copied()) {
            let seconds = |job_idx: usize| self.demands[job_idx].seconds;
            let longest = path
                .iter()
                .copied()
                .max_by(|&a, &b| seconds(a).total_cmp(&seconds(b)));
            planned.extend(path.iter().map(|&job_idx| Planned {
                job_idx,
                job: &self.request.jobs[job_idx],
                // The others of a path come with it.
                seconds: if Some(job_idx) == longest {
                    seconds(job_idx)
                } else {
                    0.0
                },
            }));
        }
        planned
    }

    /// The jobs that are trained together.
    fn paths(&self, pending: impl Iterator<Item = usize>) -> Vec<Vec<usize>> {
        if !self.request.has_paths {
            return pending.map(|job_idx| vec![job_idx]).collect();
        }
        group(pending.map(|job_idx| (job_idx, &self.request.jobs[job_idx])))
    }

    /// The row of the table that stands for a job.
    fn find_done(&self, job: &Job) -> Result<Option<Record>, TableError> {
        if self.request.is_rerun {
            return Ok(None);
        }
        self.wanted().find_in(self.table, job)
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            dataset: self.request.dataset,
            settings: &self.settings,
            environment: &self.environment,
            retry: self.request.retry,
        }
    }

    /// Takes over the rows that stand; the jobs that are left.
    fn skip_done(&self) -> Result<Vec<usize>, TableError> {
        let mut pending = Vec::new();
        for (job_idx, job) in self.request.jobs.iter().enumerate() {
            match self.find_done(job)? {
                Some(record) => self.keep(job_idx, record, true),
                None => pending.push(job_idx),
            }
        }
        Ok(pending)
    }

    /// Gives the jobs that cannot fit into this machine their rows; the jobs that are left.
    fn refuse_too_large(&self, pending: Vec<usize>) -> Result<Vec<usize>, TableError> {
        let total = self.request.memory.total_bytes;
        let mut left = Vec::new();
        for job_idx in pending {
            let needed = self.demands[job_idx].memory_bytes;
            if needed <= total {
                left.push(job_idx);
                continue;
            }
            let reason = format!(
                "needs an estimated {} MB of memory, this machine has {} MB; \
                 a memory limit makes it run up to that limit",
                needed / MB,
                total / MB
            );
            let failure = Failure::new(Status::OutOfMemory, reason);
            self.fail(job_idx, failure)?;
        }
        Ok(left)
    }

    /// Tries the jobs on a handful of samples, side by side; the jobs that are left, and whether
    /// each is doubtful.
    fn try_all(
        &self,
        pool: &ThreadPool,
        pending: Vec<usize>,
    ) -> Result<Vec<Candidate>, TableError> {
        let n_slots = pool.current_num_threads();
        let parts: Vec<Vec<usize>> = (0..n_slots)
            .map(|slot| {
                pending
                    .iter()
                    .copied()
                    .skip(slot)
                    .step_by(n_slots)
                    .collect()
            })
            .collect();
        let results: Vec<Vec<Verdict>> = pool.broadcast(|context| {
            let part = &parts[context.index()];
            let jobs: Vec<_> = part.iter().map(|&idx| &self.request.jobs[idx]).collect();
            if jobs.is_empty() {
                return Vec::new();
            }
            self.executor.try_all(&jobs, &self.settings, self.cancel)
        });
        let mut verdicts: Vec<(usize, Verdict)> = parts
            .into_iter()
            .zip(results)
            .flat_map(|(part, results)| part.into_iter().zip(results))
            .collect();
        verdicts.sort_by_key(|(job_idx, _)| *job_idx);
        let mut left = Vec::new();
        for (job_idx, verdict) in verdicts {
            let is_doubtful = match verdict {
                Verdict::Passed => false,
                Verdict::Doubtful(_) => true,
                Verdict::Refused(failure) => {
                    self.fail(job_idx, failure)?;
                    continue;
                }
            };
            left.push(Candidate {
                job_idx,
                is_doubtful,
            });
        }
        Ok(left)
    }

    fn train_all(&self, pool: &ThreadPool, pending: &[Candidate]) -> Result<(), TableError> {
        let doubtful: HashSet<usize> = pending
            .iter()
            .filter(|candidate| candidate.is_doubtful)
            .map(|candidate| candidate.job_idx)
            .collect();
        let paths = self.paths(pending.iter().map(|candidate| candidate.job_idx));
        let demand = |path: &Vec<usize>| {
            let demands = || path.iter().map(|&job_idx| self.demands[job_idx]);
            // What may be refused is refused in the first seconds: it starts before the longest.
            let is_doubtful = path.iter().any(|job_idx| doubtful.contains(job_idx));
            Demand {
                seconds: if is_doubtful {
                    f64::INFINITY
                } else {
                    let jobs = path.iter().map(|&job_idx| &self.request.jobs[job_idx]);
                    seconds_of_path(jobs.zip(demands().map(|demand| demand.seconds)))
                },
                memory_bytes: demands()
                    .map(|demand| demand.memory_bytes)
                    .max()
                    .unwrap_or(0),
            }
        };
        let demands: Vec<_> = paths.iter().map(demand).collect();
        let available = self.request.memory.available_bytes as f64 * USABLE_SHARE;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of bytes"
        )]
        let budget = (available as u64).saturating_sub(mapped_bytes(self.request.shape));
        let queue = Mutex::new(Queue::new(&demands, self.request.n_slots, budget));
        let changed = Condvar::new();
        pool.broadcast(|_| {
            let mut guard = lock(&queue);
            while !self.cancel.is_cancelled() {
                match guard.next() {
                    Next::Done => return,
                    Next::Wait => {
                        guard = unpoisoned(changed.wait_timeout(guard, WAKE_UP)).0;
                    }
                    Next::Start(place) => {
                        drop(guard);
                        self.train(&paths[place]);
                        guard = lock(&queue);
                        guard.finish(place);
                        changed.notify_all();
                    }
                }
            }
        });
        lock(&self.error).take().map_or(Ok(()), Err)
    }

    /// Trains the jobs of a path and appends their rows. A table that fails stops the run.
    fn train(&self, path: &[usize]) {
        let started = self.take_earlier(path).map(|left| {
            if !left.is_empty() {
                self.train_and_append(&left);
            }
        });
        if let Err(error) = started {
            self.stop(error);
        }
    }

    fn stop(&self, error: TableError) {
        self.cancel.cancel();
        lock(&self.error).get_or_insert(error);
    }

    /// Takes over the rows that another run has written meanwhile; the jobs that are left.
    fn take_earlier(&self, path: &[usize]) -> Result<Vec<usize>, TableError> {
        let mut left = Vec::with_capacity(path.len());
        for &job_idx in path {
            match self.find_done(&self.request.jobs[job_idx])? {
                Some(record) => self.keep(job_idx, record, true),
                None => left.push(job_idx),
            }
        }
        Ok(left)
    }

    fn train_and_append(&self, path: &[usize]) {
        let jobs: Vec<&Job> = path.iter().map(|&idx| &self.request.jobs[idx]).collect();
        self.progress.started(path);
        let start_time = Timestamp::now().as_second();
        let mut on_step = |place: usize, step| {
            let (job, job_idx) = (jobs[place], path[place]);
            match step {
                Step::Repeated(n_done) => {
                    self.progress
                        .repeated(job_idx, n_done, self.settings.repeats);
                }
                // The table is written while the others of the path go on: what is done is done.
                Step::Ended(outcome) => match self.origin().row(job, &jobs, start_time, *outcome) {
                    Some(record) => {
                        if let Err(error) = self.append(job_idx, record) {
                            self.stop(error);
                        }
                    }
                    None => self.progress.abandoned(job_idx),
                },
            }
        };
        self.executor
            .train(&jobs, &self.settings, self.cancel, &mut on_step);
    }

    /// Appends the row of a job that failed before it was trained.
    fn fail(&self, job_idx: usize, failure: Failure) -> Result<(), TableError> {
        let outcome = Outcome {
            end: Some(Err(failure)),
            ..Outcome::default()
        };
        let now = Timestamp::now().as_second();
        let job = &self.request.jobs[job_idx];
        let record = self.origin().row(job, &[], now, outcome);
        record.map_or(Ok(()), |record| self.append(job_idx, record))
    }

    fn append(&self, job_idx: usize, record: Record) -> Result<(), TableError> {
        let job = &self.request.jobs[job_idx];
        // Two runs that trained the same job at the same time leave one row.
        let wanted = self.wanted();
        let is_same = |other: &Record| wanted.is_row_of(&job.id, other);
        let stands = |other: &Record| {
            !self.request.is_rerun && wanted.stands(other) && is_of_same_engine(job, other)
        };
        match self.table.append_unless(&record, &is_same, &stands)? {
            Some(earlier) => self.keep(job_idx, earlier, true),
            None => self.keep(job_idx, record, false),
        }
        Ok(())
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            defaults: self.request.settings.defaults,
            settings: &self.settings,
            dataset: self.request.dataset,
            environment: &self.environment,
        }
    }

    fn keep(&self, job_idx: usize, record: Record, is_earlier: bool) {
        self.progress.finished(job_idx, &record, is_earlier);
        let mut rows = lock(&self.rows);
        rows[job_idx] = Some(ReportRow { record, is_earlier });
    }

    fn into_report(self) -> RunReport {
        let rows = unpoisoned(self.rows.into_inner());
        let n_jobs = rows.len();
        let rows: Vec<_> = rows.into_iter().flatten().collect();
        RunReport {
            n_abandoned: n_jobs - rows.len(),
            rows,
        }
    }
}

/// A job that is left after the try.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    job_idx: usize,
    /// Whether it failed on a handful of samples.
    is_doubtful: bool,
}

/// Estimated seconds and bytes of a job on data of this size.
fn demand(job: &Job, request: &RunRequest<'_>) -> Demand {
    let cost = job.classifier.cost(&job.resolved, &request.shape);
    let shape = request.shape;
    // Each worker has its own shuffled copy of the train split; the mapped data are shared.
    let shuffled = 4 * shape.n_train as u64 * shape.n_features as u64;
    let estimate = cost.memory_bytes.saturating_add(shuffled + WORKER_BYTES);
    // What another library takes is a guess, which only its own end may confirm.
    let estimate = match job.classifier.engine() {
        Some(_) => estimate.min(request.memory.total_bytes),
        None => estimate,
    };
    let limit = request.settings.limits.memory_mb;
    Demand {
        seconds: cost.cpu_s * request.settings.repeats as f64,
        // At its limit it is killed, whatever the estimate.
        memory_bytes: limit.map_or(estimate, |limit| estimate.min(limit.saturating_mul(MB))),
    }
}

/// Bytes of the prepared data.
fn mapped_bytes(shape: DataShape) -> u64 {
    4 * (shape.n_train as u64 + shape.n_test as u64) * shape.n_features as u64
}

#[cfg(test)]
mod tests;
