//! What a run would do, without doing it.

use super::environment;
use super::protocol::JobSettings;
use super::resume::{Retry, Wanted};
use super::schedule::longest_first;
use crate::dataset::DatasetIdentity;
use crate::grid::{Job, Plan};
use crate::results::{Table, TableError};

/// A job with the time it is estimated to take.
#[derive(Debug, Clone, Copy)]
pub struct StartOrder<'a> {
    /// The job.
    pub job: &'a Job,
    /// Estimated seconds of all its repeats on one core.
    pub seconds: f64,
}

/// The jobs of a plan, longest first, as a run would start them.
#[must_use]
pub fn start_order(plan: &Plan) -> Vec<StartOrder<'_>> {
    let seconds = |job: &Job| job.cost.cpu_s * plan.settings.repeats as f64;
    longest_first(plan.jobs.iter().map(seconds))
        .into_iter()
        .map(|job_idx| {
            let job = &plan.jobs[job_idx];
            StartOrder {
                job,
                seconds: seconds(job),
            }
        })
        .collect()
}

/// Whether a run would skip a job because of what `table` holds.
///
/// # Errors
/// [`TableError`] if the table cannot be read.
pub fn is_done(
    plan: &Plan,
    job: &Job,
    dataset: &DatasetIdentity,
    table: &Table,
    retry: &[Retry],
) -> Result<bool, TableError> {
    let settings = JobSettings::from(&plan.settings);
    let environment = environment::current(settings.threads, 1, false);
    let wanted = Wanted {
        dataset,
        settings: &settings,
        environment: &environment,
        retry,
    };
    Ok(wanted.find_in(table, job)?.is_some())
}
