//! Why a file holds no predictions.

use std::path::PathBuf;

use thiserror::Error;

use crate::dataset::DatasetError;

/// Why predictions cannot be had from a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It does not hold predictions for this test split.
    #[error("{} does not hold predictions for this test split", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it does not hold.
        #[source]
        content: ContentError,
    },
}

/// In what the content of a file differs from predictions. Lines, rows and columns count from 1.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Neither `.npy` nor text.
    #[error(
        "expected .npy, CSV or one label per line, got {found}; numpy.save(\"labels.npy\", labels) writes one"
    )]
    Format {
        /// What the file begins with.
        found: &'static str,
    },
    /// An `.npy` file of something else.
    #[error("expected integers or floats in an .npy file")]
    Npy(#[from] DatasetError),
    /// An array of more than two dimensions, or of none.
    #[error(
        "expected an array of labels (n or n × 1) or of probabilities (n × classes), got shape {found:?}"
    )]
    Shape {
        /// The shape.
        found: Vec<usize>,
    },
    /// A line with another number of cells than the first.
    #[error("expected {expected} columns in line {line}, got {found}")]
    Ragged {
        /// The line.
        line: usize,
        /// Cells of the first line.
        expected: usize,
        /// Cells found.
        found: usize,
    },
    /// A cell that is no number.
    #[error("expected a number in line {line}, got `{found}`")]
    Cell {
        /// The line.
        line: usize,
        /// The cell.
        found: String,
    },
    /// Too few or too many rows.
    #[error("expected {expected} rows, one per test image, got {found}")]
    Length {
        /// Images of the test split.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// Neither labels nor probabilities.
    #[error(
        "expected one column with a label, or {n_classes} with the probability of each class, beside an \
         index of the images (0 to n − 1, or 1 to n, each once), got {found} columns"
    )]
    Columns {
        /// Classes of the data set.
        n_classes: usize,
        /// Columns found.
        found: usize,
    },
    /// NaN or infinite.
    #[error("expected finite numbers, got {found} in row {row}")]
    NotFinite {
        /// The row.
        row: usize,
        /// The number.
        found: f64,
    },
    /// A label that no class has.
    #[error("expected labels from 0 to {last}, got {found} in row {row}{hint}")]
    Label {
        /// The row.
        row: usize,
        /// The label.
        found: f64,
        /// The largest label.
        last: usize,
        /// What may be the reason.
        hint: &'static str,
    },
}
