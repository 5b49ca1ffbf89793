//! Two tables, row by row: is one better, or is that chance, and which is faster.
//!
//! Rows are the same if their ids and the content of their data are; tables of different data are
//! not compared. Two tables of ours are compared test image by test image, by [`compare_paired`],
//! which tells far smaller differences apart than their accuracies alone. Figures that come without
//! predictions, the published ones and scikit-learn's, are compared as two proportions. Scores of the
//! labels that are no mean over the images are compared by the bootstrap. Holm's correction accounts
//! for there being many rows.

mod bootstrap;
mod engines;
mod error;
mod holm;
mod pairing;
mod render;
mod rows;
mod scores;
mod side;

pub use bootstrap::compare_resampled;
pub use engines::{engines_of, split_engine};
pub use error::CompareError;
pub use holm::holm;
pub use pairing::{Difference, compare_paired, compare_unpaired};
pub use render::{render_markdown, render_text};
pub use rows::{Comparison, RowComparison, SIGNIFICANT, compare};
pub use scores::{TestLabels, compare_scores};
pub use side::Side;
