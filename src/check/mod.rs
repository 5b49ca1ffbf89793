//! The regression check: a results table against a reference of recorded accuracies.
//!
//! It reads only the table and the reference. A row that is missing, failed or of another data
//! set is a finding, never skipped.

mod judge;
mod reference;

pub use judge::{Finding, Outcome, Report, Verdict, judge};
pub use reference::{CheckError, Reference, ReferenceRow, Tolerance};
