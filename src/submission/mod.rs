//! Predictions that were made elsewhere: read from a file, doubted, and made a row.
//!
//! [`read_predictions`] takes what people's tools write: `.npy`, CSV, or one label per line, or
//! probabilities of the classes. [`find_doubt`] says why predictions are probably not of the data
//! that they are scored on; [`row`] makes the row of the results table.

mod doubt;
mod error;
mod interpret;
mod npy;
mod row;
mod text;

use std::fs;
use std::path::Path;

use crate::dataset::is_npy;

pub use doubt::{Doubt, KnownLabels, find_doubt, is_no_better_than_chance};
pub use error::SubmissionError;
pub use row::{Claim, claimed_row, row};

/// Predicted labels, one per test image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Predictions {
    /// The labels, in the order of the test split.
    pub labels: Vec<u16>,
    /// What was done to get them, where a person should know.
    pub notes: Vec<String>,
}

/// Reads predictions for `n_test` images of `n_classes` classes.
///
/// # Errors
/// [`SubmissionError`] if the file cannot be read, or does not hold a label, or a row of finite
/// numbers, one per class, for each image.
pub fn read_predictions(
    path: &Path,
    n_test: usize,
    n_classes: usize,
) -> Result<Predictions, SubmissionError> {
    let bytes = fs::read(path).map_err(|source| SubmissionError::Io {
        path: path.to_owned(),
        source,
    })?;
    let table = if is_npy(&bytes) {
        npy::parse(&bytes, path)
    } else {
        text::parse(&bytes, n_test)
    };
    let predictions = table.and_then(|table| interpret::interpret(table, n_test, n_classes));
    predictions.map_err(|content| SubmissionError::Content {
        path: path.to_owned(),
        content,
    })
}
