//! From an outcome to its row of the results table.

use jiff::Timestamp;

use super::executor::Outcome;
use super::protocol::JobSettings;
use crate::catalog::Profile;
use crate::dataset::DatasetIdentity;
use crate::grid::Job;
use crate::results::{
    Engine, Environment, Record, SCHEMA_VERSION, Status, mean_accuracy, std_accuracy,
};

/// What all rows of a run have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) defaults: Profile,
    pub(super) settings: &'a JobSettings,
    pub(super) dataset: &'a DatasetIdentity,
    pub(super) environment: &'a Environment,
}

impl Origin<'_> {
    /// The row of an outcome; nothing for a job that was abandoned.
    /// `path` are the jobs that were trained together with this one.
    pub(super) fn row(
        &self,
        job: &Job,
        path: &[&Job],
        start_time: i64,
        outcome: Outcome,
    ) -> Option<Record> {
        let failure = outcome.end?.err();
        let report = outcome.engine;
        let engine = job.classifier.engine().map(|model| Engine {
            name: model.engine().to_owned(),
            command_sha256: model.identity.command_sha256.clone(),
            ..Engine::default()
        });
        let (engine, resolved) = match report {
            Some(report) => (Some(report.engine), report.resolved),
            None => (engine, job.resolved.clone()),
        };
        let mut notes = job.notes.clone();
        notes.extend(outcome.notes);
        let done_time = Timestamp::now().as_second().max(start_time);
        let score: Vec<f64> = outcome
            .repeats
            .iter()
            .map(|repeat| repeat.accuracy)
            .collect();
        let n_repeats = i64::try_from(score.len()).unwrap_or(i64::MAX);
        let per_repeat = (n_repeats > 0).then(|| (done_time - start_time) / n_repeats.max(1));
        Some(Record {
            schema: SCHEMA_VERSION,
            id: job.id.clone(),
            name: job.name().to_owned(),
            family: job.classifier.family(),
            parameter: job.written.clone(),
            resolved,
            defaults: self.defaults,
            aliases: job.aliases.clone(),
            notes,
            status: failure
                .as_ref()
                .map_or(Status::Ok, |failure| failure.status),
            reason: failure.map(|failure| failure.reason),
            start_time: Some(start_time),
            done_time: Some(done_time),
            num_repeat: score.len(),
            mean_accuracy: mean_accuracy(&score),
            std_accuracy: std_accuracy(&score),
            score,
            time_per_repeat: per_repeat,
            repeats_asked: self.settings.repeats,
            scores: self.settings.scores,
            invariant: outcome.invariant,
            seed: self.settings.seed,
            repeats: outcome.repeats,
            peak_rss_bytes: outcome.peak_rss_bytes,
            path: path
                .iter()
                .filter(|other| other.id != job.id)
                .map(|other| other.id.clone())
                .collect(),
            limits: self.settings.limits,
            limit_cpu_s: None,
            engine,
            submission: None,
            dataset: self.dataset.clone(),
            environment: Some(self.environment.clone()),
        })
    }
}
