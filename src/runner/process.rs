//! Jobs in child processes: a clean clock, a time-out, a memory limit, a crash that stays its own.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::executor::{Cancel, Collector, Executor, Outcome};
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
        job: &Job,
        settings: &JobSettings,
        cancel: &Cancel,
        on_repeat: &dyn Fn(usize),
    ) -> Outcome {
        let mut collector = Collector::default();
        let log = self.log_of(job);
        if let Some(log) = &log {
            // That of an earlier run; mostly there is none.
            let _ = fs::remove_file(log);
        }
        let request = Request {
            log: log.clone(),
            ..self.request(settings, Work::Train(Model::from(job)))
        };
        let guard = Guard {
            time: settings.limits.time_s.map(seconds),
            is_per_message: false,
            memory_mb: settings.limits.memory_mb,
            is_engine: job.classifier.engine().is_some(),
        };
        let ended = supervise((self.command)(), &request, &guard, cancel, &mut |message| {
            collector.take(message, on_repeat);
        });
        collector.raise_peak(ended.peak_rss_bytes);
        let end = match ended.how {
            How::Cancelled => None,
            // What the job said counts, however its process ended afterwards.
            _ => Some(
                collector
                    .reported_end()
                    .unwrap_or_else(|| Err(ended.failure(&guard))),
            ),
        };
        let mut outcome = collector.finish(end, settings.repeats);
        if let Some(log) = log.filter(|log| log.exists()) {
            if matches!(outcome.end, Some(Err(_))) {
                outcome.notes.push(note_of(&log));
            } else {
                let _ = fs::remove_file(&log);
                // Unless logs of other jobs are there.
                let _ = log.parent().map(fs::remove_dir);
            }
        }
        outcome
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
