//! The errors of making a report.

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;

use crate::results::outcomes::OutcomesError;

/// The reason why a report could not be made.
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
    /// A file does not have the expected format.
    #[error("{} is not {expected}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The expected format.
        expected: &'static str,
        /// The place and the nature of the fault.
        source: serde_json::Error,
    },
    /// A row's predictions cannot be read.
    #[error("the row {id} of {name} cannot be read; `fashion-bench results validate` tells more")]
    Row {
        /// Id of the row.
        id: String,
        /// Classifier name.
        name: String,
        /// The fault in the row.
        source: OutcomesError,
    },
    /// There are too few families of classifiers to find suspected label errors.
    #[error(
        "expected rows of at least {expected} families that end well, reach an accuracy of \
         {min_accuracy} and hold their predicted labels, got {found}; run more of a config"
    )]
    TooFewFamilies {
        /// The number of families needed.
        expected: usize,
        /// The accuracy from which a row has a vote.
        min_accuracy: f64,
        /// The number of families found.
        found: usize,
    },
    /// Rows are of several data sets where one was expected.
    #[error("expected rows of one data set, got {first} and {other}")]
    MixedData {
        /// The data set of the first row.
        first: String,
        /// Another data set among the rows.
        other: String,
    },
    /// A chart could not be drawn.
    #[error("cannot draw the {chart}")]
    Chart {
        /// The name of the chart.
        chart: &'static str,
        /// The message of the drawing library.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The pictures could not be encoded.
    #[error("cannot encode the pictures")]
    Picture(#[from] image::ImageError),
    /// A template does not fit the data that is put into it.
    #[error("cannot fill in a template")]
    Template(#[from] minijinja::Error),
    /// The data of the page could not be serialised.
    #[error("cannot write the data of the page")]
    Data(#[from] serde_json::Error),
}
