//! The regression check: a results table against a reference of recorded rows.
//!
//! It reads only the table and the reference. A row that is missing, failed or of another data
//! set is a finding, never skipped.
//!
//! # The rule
//! A reference records each row under one or more seeds: accuracy and hash of the predictions.
//! - A repeat whose seed was recorded must predict what was recorded, and so must any repeat of a
//!   row that predicted the same under every recorded seed. A family that needs room may differ in
//!   a few test images instead; its tolerance says how many and why.
//! - A row under seeds that were not recorded must have a mean accuracy within the prediction
//!   interval of the recorded ones, [`Spread::reach`]. The share of runs in which chance alone
//!   breaks this is the reference's `false_alarm`, divided by the number of rows that depend on
//!   the seed (Bonferroni). Under recorded seeds there is no chance, and no false alarm.
//! - A row recorded as stopped at its iteration limit is shown and does not gate; one that
//!   converged and no longer does is a regression.
//! - A row under several base seeds is judged under each, and the worst verdict is its own. A row
//!   that contradicts itself has no verdict.
//! - CPU time of fit and predict, divided by that of the fit of a calibration row of the same run,
//!   must be within a factor of what was recorded, where both ran on one machine and the recorded
//!   processor is known to be the same kind. Whatever is not judged is counted with the reason.

mod changes;
mod error;
mod finding;
mod judge;
mod junit;
mod pace;
mod recording;
mod reference;
mod render;
mod spread;

pub use changes::Changes;
pub use error::CheckError;
pub use finding::{Basis, Finding, Gate, Outcome, Report, Unrecorded, Verdict};
pub use judge::judge;
pub use junit::render_junit;
pub use pace::{Pace, Ratio, Untimed};
pub use recording::{Recording, RecordingRequest, record};
pub use reference::{FORMAT, RecordedRepeat, Reference, ReferenceRow, TimeRule, Tolerance};
pub use render::{render_annotations, render_markdown, render_text};
pub use spread::Spread;
