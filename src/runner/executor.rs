//! Who does the jobs: the interface, and the executor without child processes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rayon::ThreadPoolBuilder;

use super::protocol::{EngineReport, Failure, JobSettings, Message, Verdict};
use super::worker::{Ours, STACK_BYTES, Trial, run_repeats, try_one};
use crate::dataset::Prepared;
use crate::grid::Job;
use crate::results::{Repeat, Status};

/// How often a running job is looked at.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// Stops a run: running jobs are abandoned, finished rows stay.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the run to stop. Returns whether it was asked before.
    pub fn cancel(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How a job went.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Status and, where it did not end well, the reason; nothing if the job was abandoned.
    pub end: Option<Result<(), Failure>>,
    /// Repeats done.
    pub repeats: Vec<Repeat>,
    /// Whether repeating stopped because the first two scores were equal.
    pub invariant: bool,
    /// The most resident bytes of the job's process, where it had one.
    pub peak_rss_bytes: Option<u64>,
    /// What the job's engine said of itself.
    pub engine: Option<EngineReport>,
    /// What the row should say.
    pub notes: Vec<String>,
}

/// What becomes of a job under way.
#[derive(Debug)]
pub enum Step {
    /// So many of its repeats are done.
    Repeated(usize),
    /// It has ended.
    Ended(Box<Outcome>),
}

/// Does jobs; called from several threads at once.
pub trait Executor: Sync {
    /// Trains and scores the jobs of a path, or a single one, until they have ended or `cancel` says
    /// to stop. Each job, by its place in `jobs`, ends once.
    fn train(
        &self,
        jobs: &[&Job],
        settings: &JobSettings,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(usize, Step),
    );

    /// Tries jobs on a handful of samples, in their order. Returns one result per job, unless
    /// `cancel` said to stop. A job that takes too long over it may pass.
    fn try_all(&self, jobs: &[&Job], settings: &JobSettings, cancel: &Cancel) -> Vec<Verdict>;

    /// Whether jobs run in the runner's own process. Then there are no limits and no peak memory.
    fn is_in_process(&self) -> bool;
}

/// Puts the messages about the jobs of a process together.
pub(super) struct Collector {
    /// By place; nothing for a job that has ended.
    open: Vec<Option<Outcome>>,
    n_asked: usize,
}

impl Collector {
    /// A collector of jobs at these places, of which `n_asked` repeats are asked.
    pub(super) fn new(n_jobs: usize, n_asked: usize) -> Self {
        Self {
            open: vec![Some(Outcome::default()); n_jobs],
            n_asked,
        }
    }

    /// Takes a message of the process; a job that ends is handed on.
    pub(super) fn take(&mut self, message: Message, on_step: &mut dyn FnMut(usize, Step)) {
        match message {
            Message::Repeat {
                member,
                repeat,
                peak_rss_bytes,
                ..
            } => {
                if let Some(job) = self.open.get_mut(member).and_then(Option::as_mut) {
                    job.repeats.push(*repeat);
                    job.peak_rss_bytes = job.peak_rss_bytes.max(peak_rss_bytes);
                    on_step(member, Step::Repeated(job.repeats.len()));
                }
            }
            Message::Engine(report) => {
                for job in self.open.iter_mut().flatten() {
                    job.engine = Some((*report).clone());
                }
            }
            Message::Note(note) => {
                for job in self.open.iter_mut().flatten() {
                    // Repeats say the same.
                    if !job.notes.contains(&note) {
                        job.notes.push(note.clone());
                    }
                }
            }
            Message::Finished { member, invariant } => {
                if let Some(Some(job)) = self.open.get_mut(member) {
                    job.invariant = invariant;
                }
                self.end(member, Some(Ok(())), on_step);
            }
            Message::Failed { member, failure } => self.end(member, Some(Err(failure)), on_step),
            // The supervisor takes it into account; and nothing was asked to be tried.
            Message::Spared { .. } | Message::Tried(_) => {}
        }
    }

    /// The places of jobs that have not ended, each with the number of its repeats.
    pub(super) fn open(&self) -> Vec<(usize, usize)> {
        let jobs = self.open.iter().enumerate();
        jobs.filter_map(|(place, job)| Some((place, job.as_ref()?.repeats.len())))
            .collect()
    }

    /// Begins a job anew.
    pub(super) fn reset(&mut self, place: usize) {
        self.open[place] = Some(Outcome::default());
    }

    /// Ends a job, if it has not ended; a reason says how many repeats were done.
    pub(super) fn end(
        &mut self,
        place: usize,
        mut end: Option<Result<(), Failure>>,
        on_step: &mut dyn FnMut(usize, Step),
    ) {
        let Some(mut job) = self.open.get_mut(place).and_then(Option::take) else {
            return;
        };
        if let Some(Err(failure)) = &mut end
            && !job.repeats.is_empty()
        {
            let (done, asked) = (job.repeats.len(), self.n_asked);
            failure.reason = format!("{}; {done} of {asked} repeats were done", failure.reason);
        }
        job.end = end;
        on_step(place, Step::Ended(Box::new(job)));
    }

    pub(super) fn raise_peak(&mut self, peak_rss_bytes: Option<u64>) {
        for job in self.open.iter_mut().flatten() {
            job.peak_rss_bytes = job.peak_rss_bytes.max(peak_rss_bytes);
        }
    }
}

/// Runs jobs on threads of this process, for debugging and for tests.
///
/// Panics are caught; time and memory limits do not hold, and a crash takes the run with it. Clocks
/// count the whole process, so only one job should run at a time.
#[derive(Debug, Clone)]
pub struct InlineExecutor {
    data: Arc<Prepared>,
}

impl InlineExecutor {
    /// An executor on these data.
    #[must_use]
    pub fn new(data: Prepared) -> Self {
        Self {
            data: Arc::new(data),
        }
    }

    /// Does `work` on a pool of `threads` threads and hands on what it sends, until it ends or is
    /// cancelled. Cancelled work is left to itself.
    fn drive<T: Send + 'static>(
        threads: usize,
        cancel: &Cancel,
        work: impl FnOnce(&mut dyn FnMut(T)) + Send + 'static,
        mut on_message: impl FnMut(T),
    ) -> Result<(), Failure> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .build()
            .map_err(|error| Failure::new(Status::Failed, error.to_string()))?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            pool.install(|| {
                // If no one listens any more, the job was abandoned.
                work(&mut |message| drop(sender.send(message)));
            });
        });
        while !cancel.is_cancelled() {
            match receiver.recv_timeout(POLL) {
                Ok(message) => on_message(message),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(())
    }
}

impl Executor for InlineExecutor {
    fn train(
        &self,
        jobs: &[&Job],
        settings: &JobSettings,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(usize, Step),
    ) {
        // The peak is the whole process's, which says nothing about the job.
        let on_step = &mut |place, step| {
            on_step(
                place,
                match step {
                    Step::Ended(outcome) => Step::Ended(Box::new(Outcome {
                        peak_rss_bytes: None,
                        ..*outcome
                    })),
                    step => step,
                },
            );
        };
        let mut collector = Collector::new(jobs.len(), settings.repeats);
        let driven = match jobs[0].classifier.spec() {
            None => Err(needs_a_process()),
            Some(spec) => {
                let data = Arc::clone(&self.data);
                let path: Vec<_> = jobs.iter().map(|job| job.resolved.clone()).collect();
                let own = *settings;
                Self::drive(
                    settings.threads,
                    cancel,
                    move |send| {
                        let mut learner = Ours::new(spec, path.iter().collect(), own.scores);
                        run_repeats(&mut learner, path.len(), &own, &data, send);
                    },
                    |message| collector.take(message, on_step),
                )
            }
        };
        for (place, _) in collector.open() {
            collector.end(place, driven.clone().err().map(Err), on_step);
        }
    }

    fn try_all(&self, jobs: &[&Job], settings: &JobSettings, cancel: &Cancel) -> Vec<Verdict> {
        let mut results = Vec::new();
        let (data, seed) = (Arc::clone(&self.data), settings.seed);
        let models: Vec<_> = jobs
            .iter()
            .map(|job| (job.classifier.spec(), job.resolved.clone()))
            .collect();
        let driven = Self::drive(
            settings.threads,
            cancel,
            move |send| {
                let trial = Trial::new(&data, seed);
                for (spec, params) in models {
                    send(match spec {
                        Some(spec) => try_one(&trial, spec, &params),
                        None => Verdict::Refused(needs_a_process()),
                    });
                }
            },
            |result| results.push(result),
        );
        match driven {
            Ok(()) => results,
            Err(failure) => vec![Verdict::Refused(failure); jobs.len()],
        }
    }

    fn is_in_process(&self) -> bool {
        true
    }
}

fn needs_a_process() -> Failure {
    let reason = "a classifier of an engine runs in a process of its own; leave out --in-process";
    Failure::new(Status::Unsupported, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::fixture;
    use std::time::Instant;

    fn train_one(kind: usize, cancel: &Cancel) -> Outcome {
        let executor = InlineExecutor::new(fixture::data());
        let mut ended = None;
        executor.train(
            &[&fixture::job(kind)],
            &fixture::job_settings(),
            cancel,
            &mut |_, step| {
                if let Step::Ended(outcome) = step {
                    assert_eq!(ended, None);
                    ended = Some(*outcome);
                }
            },
        );
        ended.unwrap()
    }

    #[test]
    fn a_job_in_process_ends_with_its_repeats_and_without_a_peak() {
        let outcome = train_one(fixture::CONSTANT, &Cancel::default());
        assert_eq!(outcome.end, Some(Ok(())));
        assert_eq!(outcome.repeats.len(), 2);
        assert!(outcome.invariant);
        assert_eq!(outcome.peak_rss_bytes, None);
    }

    #[test]
    fn a_panic_in_process_is_a_failure_with_message_and_place() {
        let outcome = train_one(fixture::PANICKING, &Cancel::default());
        let failure = outcome.end.unwrap().unwrap_err();
        assert_eq!(failure.status, Status::Failed);
        assert!(failure.reason.contains("fixture.rs:"), "{failure:?}");
        assert!(failure.reason.ends_with("not my day"), "{failure:?}");
    }

    #[test]
    fn a_cancelled_job_in_process_is_abandoned_at_once() {
        let cancel = Cancel::default();
        let started = Instant::now();
        let outcome = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(100));
                assert!(!cancel.cancel());
                assert!(cancel.cancel());
            });
            train_one(fixture::SLEEPING, &cancel)
        });
        assert_eq!(outcome.end, None);
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn tries_in_process_give_a_result_for_each_job() {
        let executor = InlineExecutor::new(fixture::data());
        let jobs = [fixture::FAILING, fixture::CONSTANT].map(fixture::job);
        let jobs: Vec<_> = jobs.iter().collect();
        let results = executor.try_all(&jobs, &fixture::job_settings(), &Cancel::default());
        assert_eq!(results.len(), 2);
        assert!(matches!(results[0], Verdict::Doubtful(_)), "{results:?}");
        assert_eq!(results[1], Verdict::Passed);
    }
}
