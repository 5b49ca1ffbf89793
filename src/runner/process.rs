//! Jobs in child processes: a clean clock, a time-out, a memory limit, a crash that stays its own.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::executor::{Cancel, Collector, Executor, Outcome, Step};
use super::protocol::{Failure, JobSettings, Message, Model, Request, Verdict, Work};
use super::supervise::{Guard, How, supervise};
use crate::grid::Job;

/// A model that takes longer than this over a handful of samples is given the benefit of the doubt:
/// it may be large, and if it hangs, the limits of its job will tell.
const TRY_LIMIT: Duration = Duration::from_secs(3);

/// What [`TRY_LIMIT`] is multiplied by where an engine is started.
const STARTING_ENGINE: u32 = 10;

/// Runs each job in a child process of its own.
pub struct ProcessExecutor {
    command: Box<dyn Fn() -> Command + Send + Sync>,
    data: PathBuf,
    logs: Option<PathBuf>,
    try_limit: Duration,
}

impl fmt::Debug for ProcessExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessExecutor")
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl ProcessExecutor {
    /// An executor on the prepared data of the file `data`; `command` makes the command line of a
    /// program that calls [`serve`](super::worker::serve).
    #[must_use]
    pub fn new(
        command: impl Fn() -> Command + Send + Sync + 'static,
        data: impl Into<PathBuf>,
    ) -> Self {
        Self {
            command: Box::new(command),
            data: data.into(),
            logs: None,
            try_limit: TRY_LIMIT,
        }
    }

    /// Sets how long a model is tried on a handful of samples; a model that takes longer passes.
    #[must_use]
    pub fn try_limit(mut self, limit: Duration) -> Self {
        self.try_limit = limit;
        self
    }

    /// Sets the folder that gets what the engines of jobs that do not end well wrote to standard
    /// error, one file per job. It is made if it is needed.
    #[must_use]
    pub fn logs(mut self, folder: impl Into<PathBuf>) -> Self {
        self.logs = Some(folder.into());
        self
    }

    fn request(&self, settings: &JobSettings, work: Work) -> Request {
        Request {
            data: self.data.clone(),
            settings: *settings,
            log: None,
            work,
        }
    }

    /// The log of a job of an engine, if there is a folder for it.
    fn log_of(&self, job: &Job) -> Option<PathBuf> {
        job.classifier.engine()?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let name = job.name().replace(|c| !is_plain(c), "-");
        Some(self.logs.as_ref()?.join(format!("{name}-{}.log", job.id)))
    }
}

impl Executor for ProcessExecutor {
    fn train(
        &self,
        jobs: &[&Job],
        settings: &JobSettings,
        cancel: &Cancel,
        on_step: &mut dyn FnMut(usize, Step),
    ) {
        let mut collector = Collector::new(jobs.len(), settings.repeats);
        let log = self.log_of(jobs[0]);
        if let Some(log) = &log {
            // That of an earlier run; mostly there is none.
            let _ = fs::remove_file(log);
        }
        // The log of an engine is whole when its process has ended.
        let mut held = Vec::new();
        let mut on_live_step = |place, step| match step {
            Step::Ended(outcome) if log.is_some() => held.push((place, outcome)),
            step => on_step(place, step),
        };
        let guard = Guard {
            time: settings.limits.time_s.map(seconds),
            is_per_message: false,
            memory_mb: settings.limits.memory_mb,
            is_engine: jobs[0].classifier.engine().is_some(),
        };
        // Mostly one process does it all; see below.
        while !collector.open().is_empty() {
            let places: Vec<usize> = collector.open().iter().map(|open| open.0).collect();
            let models = places.iter().map(|&place| Model::from(jobs[place]));
            let request = Request {
                log: log.clone(),
                ..self.request(settings, Work::Train(models.collect()))
            };
            let ended = supervise((self.command)(), &request, &guard, cancel, &mut |message| {
                collector.take(message.of_place(&places), &mut on_live_step);
            });
            collector.raise_peak(ended.peak_rss_bytes);
            let open = collector.open();
            let fewest = open.iter().map(|open| open.1).min().unwrap_or_default();
            for (place, n_repeats) in open {
                match ended.how {
                    How::Cancelled => collector.end(place, None, &mut on_live_step),
                    // What ended the process came after this job's part in the repeat: alone, it
                    // would have gone on.
                    _ if n_repeats > fewest => collector.reset(place),
                    _ => {
                        let failure = ended.failure(&guard);
                        collector.end(place, Some(Err(failure)), &mut on_live_step);
                    }
                }
            }
        }
        for (place, mut outcome) in held {
            settle_log(log.as_deref(), &mut outcome);
            on_step(place, Step::Ended(outcome));
        }
    }

    fn try_all(&self, jobs: &[&Job], settings: &JobSettings, cancel: &Cancel) -> Vec<Verdict> {
        let is_engine = jobs.iter().any(|job| job.classifier.engine().is_some());
        // Starting an interpreter and importing its libraries takes longer than a handful.
        let factor = if is_engine { STARTING_ENGINE } else { 1 };
        let job_limit = settings.limits.time_s.map_or(Duration::MAX, seconds);
        let guard = Guard {
            time: Some((factor * self.try_limit).min(job_limit)),
            is_per_message: true,
            memory_mb: settings.limits.memory_mb,
            is_engine,
        };
        let mut results = Vec::new();
        while results.len() < jobs.len() {
            let models = jobs[results.len()..].iter().map(|job| Model::from(*job));
            let request = self.request(settings, Work::Try(models.collect()));
            let ended = supervise((self.command)(), &request, &guard, cancel, &mut |message| {
                if let Message::Tried(verdict) = message {
                    results.push(verdict);
                }
            });
            if matches!(ended.how, How::Cancelled) {
                break;
            }
            if results.len() < jobs.len() {
                // The model that was being tried ended the worker; the others get a new one.
                results.push(match ended.how {
                    How::TimedOut => Verdict::Passed,
                    _ => Verdict::Refused(in_a_try(ended.failure(&guard))),
                });
            }
        }
        results
    }

    fn is_in_process(&self) -> bool {
        false
    }
}

/// Names the log of an engine in the row of a job that did not end well; any other is removed.
fn settle_log(log: Option<&Path>, outcome: &mut Outcome) {
    let Some(log) = log.filter(|log| log.exists()) else {
        return;
    };
    if matches!(outcome.end, Some(Err(_))) {
        outcome.notes.push(note_of(log));
    } else {
        let _ = fs::remove_file(log);
        // Unless logs of other jobs are there.
        let _ = log.parent().map(fs::remove_dir);
    }
}

/// Where the log is, in words that hold wherever the table goes with its logs.
fn note_of(log: &Path) -> String {
    let name = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let folder = log.parent().map(name).unwrap_or_default();
    format!(
        "what the engine wrote to standard error is in {folder}/{}, beside the table",
        name(log)
    )
}

fn in_a_try(mut failure: Failure) -> Failure {
    failure.reason = format!("in a try on a handful of samples: {}", failure.reason);
    failure
}

fn seconds(seconds: f64) -> Duration {
    // A limit beyond what a duration holds is none that could be reached.
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_beyond_all_measure_is_no_limit() {
        assert_eq!(seconds(1e300), Duration::MAX);
        assert_eq!(seconds(0.5), Duration::from_millis(500));
    }
}
