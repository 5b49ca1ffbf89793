//! What can go wrong with a report.

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;

use crate::results::outcomes::OutcomesError;

/// Why a report could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is not {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A row whose predictions cannot be read.
    #[error("the row {id} of {name} cannot be read; `fashion-bench results validate` tells more")]
    Row {
        /// Id of the row.
        id: String,
        /// Classifier name.
        name: String,
        /// What is wrong with it.
        source: OutcomesError,
    },
    /// Too little to find suspected label errors in.
    #[error(
        "expected rows of at least {expected} families that end well, reach an accuracy of \
         {min_accuracy} and hold their predicted labels, got {found}; run more of a config"
    )]
    TooFewFamilies {
        /// Families needed.
        expected: usize,
        /// Accuracy from which a row has a vote.
        min_accuracy: f64,
        /// Families found.
        found: usize,
    },
    /// Rows of several data sets where one was expected.
    #[error("expected rows of one data set, got {first} and {other}")]
    MixedData {
        /// Data set of the first row.
        first: String,
        /// Another one.
        other: String,
    },
    /// A chart that could not be drawn.
    #[error("cannot draw the {chart}")]
    Chart {
        /// Which one.
        chart: &'static str,
        /// What the library said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The pictures could not be encoded.
    #[error("cannot encode the pictures")]
    Picture(#[from] image::ImageError),
    /// A template that does not fit what is put into it.
    #[error("cannot fill in a template")]
    Template(#[from] minijinja::Error),
    /// What goes into the page could not be serialised.
    #[error("cannot write the data of the page")]
    Data(#[from] serde_json::Error),
}
