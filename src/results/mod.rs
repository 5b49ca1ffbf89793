//! The results table: one JSON line a job.
//!
//! A [`Record`] is a row, a [`Table`] the file of rows: locked, synced appends, and a reader that
//! sets a torn last line aside. Rows of the original benchmark are read, too. [`check`] holds a row
//! against itself; [`outcomes`] tells image by image what was predicted; [`merge`] joins tables;
//! [`summary`] draws what a run prints at its end.

pub mod check;
mod effort;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
pub mod merge;
mod original;
pub mod outcomes;
mod publish;
mod record;
pub mod summary;
mod table;

pub use error::{LineError, TableError};
pub use original::OriginalRecord;
pub use publish::publish;
pub use record::{
    ClassScores, Environment, Record, Repeat, SCHEMA_VERSION, Status, mean_accuracy, median,
    row_schema, std_accuracy,
};
pub use table::{Row, RowKind, Table, Torn};
