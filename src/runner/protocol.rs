//! What the runner and a worker process say to each other.
//!
//! The runner writes one [`Request`] as a line of JSON to the worker's standard input and keeps the
//! pipe open; the worker ends when it closes. The worker answers with [`Message`]s, one per line,
//! that begin with [`MARKER`]; whatever else an estimator prints is kept out of that channel.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::catalog::Params;
use crate::catalog::engine::EngineModel;
use crate::grid::{Job, Limits, Scores, Settings};
use crate::results::{Engine, Repeat, Status};

/// Begins each line that a worker means for the runner.
pub const MARKER: &str = "@fashion-bench ";

/// What holds for each job of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JobSettings {
    /// Base seed.
    pub seed: u64,
    /// Repeats to do.
    pub repeats: usize,
    /// Rayon threads.
    pub threads: usize,
    /// When to kill it.
    pub limits: Limits,
    /// Which scores to compute.
    #[serde(default)]
    pub scores: Scores,
}

impl From<&Settings> for JobSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            seed: settings.seed,
            repeats: settings.repeats,
            threads: settings.threads_per_job,
            limits: settings.limits,
            scores: settings.scores,
        }
    }
}

/// A classifier by name, with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Name in the registry, or with the engine before it.
    pub name: String,
    /// Parameters, complete and canonical, or as written for an engine.
    pub params: Params,
    /// How to start its engine, if it is not of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineModel>,
}

impl From<&Job> for Model {
    fn from(job: &Job) -> Self {
        Self {
            name: job.name().to_owned(),
            params: job.resolved.clone(),
            engine: job.classifier.engine().cloned(),
        }
    }
}

/// What a worker is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Cache file of prepared data.
    pub data: PathBuf,
    /// The seed, the repeats, the threads and the limits.
    pub settings: JobSettings,
    /// Where the standard error of the job's engine goes, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<PathBuf>,
    /// The work itself.
    pub work: Work,
}

/// The two kinds of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Train and score these models, a path or a single one, as often as the settings say.
    Train(Vec<Model>),
    /// Try each of these models on a handful of samples, in this order.
    Try(Vec<Model>),
}

/// What a worker reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// A repeat is done.
    Repeat {
        /// Which of the models.
        member: usize,
        /// What it was.
        repeat: Box<Repeat>,
        /// The most resident bytes of the worker so far, if it is known.
        peak_rss_bytes: Option<u64>,
        /// Wall seconds so far that none of the models that are not finished would have taken alone.
        spared_s: f64,
    },
    /// A part of a repeat of a path is done.
    Spared {
        /// As in [`Self::Repeat`].
        spared_s: f64,
    },
    /// What the engine of the job is and makes of the parameters.
    Engine(Box<EngineReport>),
    /// What the row should say.
    Note(String),
    /// All repeats of a model are done.
    Finished {
        /// Which of the models.
        member: usize,
        /// Whether repeating stopped because the first two scores were equal.
        invariant: bool,
    },
    /// A model could not be trained or scored.
    Failed {
        /// Which of the models.
        member: usize,
        /// Why.
        failure: Failure,
    },
    /// The next model was tried.
    Tried(Verdict),
}

impl Message {
    /// The message with the place, among `places`, of the model that it is about.
    pub(super) fn of_place(mut self, places: &[usize]) -> Self {
        if let Self::Repeat { member, .. }
        | Self::Finished { member, .. }
        | Self::Failed { member, .. } = &mut self
        {
            // A worker that speaks of a model that it was not given speaks of none.
            *member = places.get(*member).copied().unwrap_or(usize::MAX);
        }
        self
    }
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineReport {
    /// Which software it is.
    pub engine: Engine,
    /// The parameters, complete, as the engine shows them.
    pub resolved: Params,
}

/// What a try on a handful of samples says of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Nothing speaks against it.
    Passed,
    /// It does not fit a handful of samples, for the reason given. The data may still allow it: only
    /// the fit on all of them can tell, and it comes first.
    Doubtful(String),
    /// No data would make it fit, or it ended the process that tried it.
    Refused(Failure),
}

/// Why a job did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Status of the row.
    pub status: Status,
    /// Reason in the row.
    pub reason: String,
}

impl Failure {
    /// A failure of this status and reason.
    pub fn new(status: Status, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }
}
