//! The results table: one JSON line a job.

mod record;

pub use record::{ClassScores, Environment, Record, Repeat, SCHEMA_VERSION, Status};
