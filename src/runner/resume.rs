//! Which rows of the table stand, so that a run does only the rest.
//!
//! A row stands for a job if it has the job's id (estimator and resolved parameters), was computed
//! on the same data (compared by content), with the same base seed and as many repeats asked, and
//!
//! - its status is `ok`, and it has the scores that are asked for; or
//! - it is `timed_out` or `out_of_memory`, and today's limits are the same or tighter; or
//! - it is `failed`, `invalid` or `unsupported`, today's limits are the same or tighter, and it was
//!   written by the same program: same version and same git revision without local changes. Another
//!   program may have fixed what failed.
//!
//! The row of an engine's classifier stands only for the same version of the engine.
//!
//! A row that is `lost` never stands: what ended it lies outside the model. `--retry` names further
//! statuses that do not. Where a table holds several rows of a job, the last one counts. `--rerun`
//! disregards the table.

use super::environment::DIRTY;
use super::protocol::JobSettings;
use crate::dataset::DatasetIdentity;
use crate::grid::{Job, JobId, Limits};
use crate::results::{Environment, Record, Status, Table, TableError};

/// Rows to do again although nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Those whose estimator reported an error, panicked or crashed.
    Failed,
    /// Those that were killed at the time limit.
    TimedOut,
    /// All that did not end well.
    All,
}

impl Retry {
    /// Whether it names rows of that status.
    #[must_use]
    pub fn is_for(self, status: Status) -> bool {
        match self {
            Self::Failed => status == Status::Failed,
            Self::TimedOut => status == Status::TimedOut,
            Self::All => status != Status::Ok,
        }
    }
}

/// The jobs of a run, for telling which rows of a table stand for them.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The data.
    pub dataset: &'a DatasetIdentity,
    /// Seed, repeats and limits.
    pub settings: &'a JobSettings,
    /// The program of this run.
    pub environment: &'a Environment,
    /// What to do again although its row would stand.
    pub retry: &'a [Retry],
}

impl Wanted<'_> {
    /// Whether `record` is of the job `id`, however it ended.
    #[must_use]
    pub fn is_row_of(&self, id: &JobId, record: &Record) -> bool {
        record.id == *id
            && record.seed == self.settings.seed
            && record.repeats_asked == self.settings.repeats
            && record.dataset.is_same_data(self.dataset)
    }

    /// Whether the last row of a job, `record`, stands for it.
    #[must_use]
    pub fn stands(&self, record: &Record) -> bool {
        let status = record.status;
        !self.retry.iter().any(|retry| retry.is_for(status))
            && match status {
                // One without predictions was measured before rows held them.
                Status::Ok => record.has_predictions() && record.scores >= self.settings.scores,
                Status::Lost => false,
                Status::TimedOut | Status::OutOfMemory => self.is_no_looser_than(record),
                Status::Failed | Status::Invalid | Status::Unsupported => {
                    let then = record.environment.as_ref();
                    self.is_no_looser_than(record)
                        && then.is_some_and(|then| self.is_same_program(then))
                }
            }
    }

    /// The row of `table` that stands for `job`.
    ///
    /// # Errors
    /// [`TableError`] if the table cannot be read.
    pub fn find_in(&self, table: &Table, job: &Job) -> Result<Option<Record>, TableError> {
        let last = table.find_last(&|record| self.is_row_of(&job.id, record))?;
        Ok(last.filter(|record| self.stands(record) && is_of_same_engine(job, record)))
    }

    fn is_no_looser_than(&self, record: &Record) -> bool {
        fn is_tighter<T: PartialOrd>(now: Option<T>, then: Option<T>) -> bool {
            match (now, then) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(now), Some(then)) => now <= then,
            }
        }
        let (now, then): (&Limits, &Limits) = (&self.settings.limits, &record.limits);
        is_tighter(now.time_s, then.time_s) && is_tighter(now.memory_mb, then.memory_mb)
    }

    fn is_same_program(&self, then: &Environment) -> bool {
        let is_dirty = |environment: &Environment| {
            let revision = environment.git_revision.as_deref();
            revision.is_some_and(|revision| revision.ends_with(DIRTY))
        };
        let now = self.environment;
        now.version == then.version
            && now.git_revision == then.git_revision
            && !is_dirty(now)
            && !is_dirty(then)
    }
}

/// Whether the engine of a row is the one that the job would be done by now, as far as that is known
/// before it is started.
#[must_use]
pub fn is_of_same_engine(job: &Job, record: &Record) -> bool {
    let Some(model) = job.classifier.engine() else {
        return true;
    };
    let Some(engine) = &record.engine else {
        return false;
    };
    let (now, library) = (&model.identity, engine.library.as_ref());
    let is_same_version = match (&now.version, library) {
        (Some(now), Some(then)) => *now == then.version,
        _ => true,
    };
    is_same_version && now.command_sha256 == engine.command_sha256
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    /// Whether `then` stands when the run is as `then` but for what `change` does.
    fn stands(then: &Record, change: impl FnOnce(&mut Record)) -> bool {
        stands_unless(then, change, &[])
    }

    fn stands_unless(then: &Record, change: impl FnOnce(&mut Record), retry: &[Retry]) -> bool {
        let mut now = then.clone();
        change(&mut now);
        let settings = JobSettings {
            seed: now.seed,
            repeats: now.repeats_asked,
            threads: 1,
            limits: now.limits,
            scores: now.scores,
        };
        let wanted = Wanted {
            dataset: &now.dataset,
            settings: &settings,
            environment: now.environment.as_ref().unwrap(),
            retry,
        };
        wanted.is_row_of(&now.id, then) && wanted.stands(then)
    }

    fn row(status: Status) -> Record {
        let mut row = record("SVC", &[0.5]);
        row.status = status;
        row.limits = Limits {
            time_s: Some(10.0),
            memory_mb: Some(100),
        };
        row
    }

    #[test]
    fn every_row_stands_if_nothing_changed_but_one_that_was_lost() {
        for &status in Status::ALL {
            let is_final = status != Status::Lost;
            assert_eq!(stands(&row(status), |_| {}), is_final, "{status:?}");
        }
    }

    #[test]
    fn what_is_to_be_retried_does_not_stand() {
        let redone = |retry: &[Retry]| -> Vec<Status> {
            let is_redone = |status: &Status| !stands_unless(&row(*status), |_| {}, retry);
            Status::ALL.iter().copied().filter(is_redone).collect()
        };
        assert_eq!(redone(&[Retry::Failed]), [Status::Failed, Status::Lost]);
        assert_eq!(
            redone(&[Retry::Failed, Retry::TimedOut]),
            [Status::Failed, Status::TimedOut, Status::Lost]
        );
        assert_eq!(redone(&[Retry::All]), Status::ALL[1..]);
    }

    #[test]
    fn no_row_stands_for_other_data_seeds_repeats_or_parameters() {
        for &status in Status::ALL {
            let row = row(status);
            assert!(!stands(&row, |now| now.seed += 1));
            assert!(!stands(&row, |now| now.repeats_asked += 1));
            assert!(!stands(&row, |now| {
                now.dataset.files[0].sha256 = "11".to_owned();
            }));
            assert!(!stands(&row, |now| now.id = record("Other", &[]).id));
        }
    }

    #[test]
    fn the_same_data_in_other_files_is_the_same() {
        let renamed = |now: &mut Record| {
            now.dataset.files[0].name = "train.gz".to_owned();
            now.dataset.files[0].md5 = Some("22".to_owned());
        };
        assert!(stands(&row(Status::Ok), renamed));
    }

    #[test]
    fn only_rows_that_are_ok_stand_when_a_limit_is_loosened() {
        for &status in Status::ALL {
            let is_ok = status == Status::Ok;
            let row = row(status);
            if status == Status::Lost {
                continue;
            }
            assert_eq!(stands(&row, |now| now.limits.time_s = Some(11.0)), is_ok);
            assert_eq!(stands(&row, |now| now.limits.time_s = None), is_ok);
            assert_eq!(stands(&row, |now| now.limits.memory_mb = Some(101)), is_ok);
            assert!(stands(&row, |now| now.limits.time_s = Some(9.0)));
        }
    }

    #[test]
    fn failures_of_another_program_are_tried_again() {
        for &status in Status::ALL {
            let is_kept = !matches!(
                status,
                Status::Failed | Status::Invalid | Status::Unsupported | Status::Lost
            );
            let row = row(status);
            let newer = |now: &mut Record| {
                now.environment.as_mut().unwrap().version = "9.9.9".to_owned();
            };
            assert_eq!(stands(&row, newer), is_kept, "{status:?}");
            let mut dirty = row.clone();
            dirty.environment.as_mut().unwrap().git_revision = Some(format!("0123abcd{DIRTY}"));
            assert_eq!(stands(&dirty, |_| {}), is_kept, "{status:?}");
        }
    }
}
