//! What can keep a check from being made.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::catalog::Family;

/// Why a check could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program has no reference of its own of that name.
    #[error("{0}")]
    BuiltIn(String),
    /// The file is no reference file.
    #[error(
        "{} is not a reference file of format {expected}; record one with `check --update`",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format that this program reads.
        expected: u32,
        /// Where and what.
        source: serde_json::Error,
    },
    /// The file contradicts itself.
    #[error("{}: expected {expected}, got {got}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What must hold.
        expected: &'static str,
        /// What stands there instead.
        got: String,
    },
    /// A family has rows but no tolerance.
    #[error(
        "{} has rows of family {family:?} but no tolerance for it; add one with its reason",
        path.display()
    )]
    NoTolerance {
        /// The file.
        path: PathBuf,
        /// The family.
        family: Family,
    },
    /// The table holds rows of several data sets, so no reference can be made of it.
    #[error("the table holds rows of {first} and of {other}; a reference is of one data set")]
    MixedData {
        /// Data set of the first row.
        first: String,
        /// Another one.
        other: String,
    },
    /// The table is of other data than the reference that it should renew.
    #[error(
        "the reference is of {reference}, the table of {table}; record it in a file of its own, or \
         remove the reference first"
    )]
    OtherData {
        /// Data set of the reference.
        reference: String,
        /// Data sets of the table.
        table: String,
    },
    /// A row that contradicts itself is nothing to hold others against.
    #[error("the row of {name} contradicts itself: {problem}")]
    Damaged {
        /// Classifier and parameters.
        name: String,
        /// In what.
        problem: String,
    },
    /// There is nothing to make a reference of.
    #[error("the table has no row that ended well")]
    NoRows,
    /// The row that times are measured by is not among those that ended well.
    #[error("the calibration row must be one of the table that ended well, got `{given}`")]
    NoCalibration {
        /// What was asked for.
        given: String,
    },
}

impl CheckError {
    /// A [`Self::Io`]; for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path: path.clone(),
            source,
        }
    }
}
