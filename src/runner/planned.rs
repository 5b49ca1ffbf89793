//! The jobs that a run is about to do, with what they are expected to take.

use crate::grid::Job;

/// A job as the progress display knows it.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// Index that events name it by.
    pub job_idx: usize,
    /// The job.
    pub job: &'a Job,
    /// Estimated seconds of all its repeats.
    pub seconds: f64,
}
