//! The results table: one JSON line per job.
//!
//! A [`Record`] is a row, a [`Table`] the file of rows: locked, synced appends, and a reader that
//! sets a torn last line aside. It reads rows of the original benchmark as well. [`validate`] holds a
//! row against itself; [`outcomes`] says image by image what was predicted; [`merge`] joins tables;
//! [`latest()`] picks the rows that count; [`summary`] draws what a run prints at its end; [`label`],
//! [`duration`], [`escape`] and [`number`] are how rows are printed.

mod access;
pub mod columns;
pub mod duration;
mod effort;
mod engine;
mod error;
pub mod escape;
#[cfg(test)]
pub(crate) mod fixture;
pub mod label;
mod label_scores;
mod latest;
mod machine;
pub mod merge;
pub(crate) mod mutex;
pub mod number;
mod original;
pub mod outcomes;
mod place;
mod probability_scores;
mod publish;
mod record;
mod row;
mod score;
mod statistics;
mod submission;
pub mod summary;
mod table;
pub mod validate;

pub use engine::{Engine, Software};
pub use error::{LineError, TableError};
pub use label_scores::{LabelScore, LabelScores};
pub use latest::{DataSets, data_label, latest, latest_by_seed, part_label};
pub use machine::{Environment, Processor, processor_label};
pub use original::OriginalRecord;
pub use place::check_place;
pub use probability_scores::{CalibrationBin, ProbabilityScores};
pub use publish::publish;
pub use record::{ClassScores, Record, Repeat, SCHEMA_VERSION, Status, row_schema};
pub use row::{Row, RowKind, parse_rows};
pub use score::{Score, score};
pub use statistics::{mean_accuracy, median, std_accuracy};
pub use submission::{Submission, is_link, submission_id};
pub use table::{Table, Torn, Writers};
