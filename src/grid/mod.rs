//! The grid: from a config file to a plan of validated jobs.

mod job;

pub use job::{Alias, Job, JobId, Limits, Plan, Refusal, RefusalKind, Settings};
