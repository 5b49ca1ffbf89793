//! What can go wrong with a results table.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::access;

/// Why a results table could not be read or appended to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// The operating system reported an error.
    #[error("cannot {action} the results table {}", path.display())]
    Io {
        /// What was tried: `open`, `read`, `append to`, ….
        action: &'static str,
        /// The table.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A device, a pipe, a socket or a directory.
    #[error(
        "the results table {} is {kind}, not a regular file; `--results -` of `run` writes the rows \
         to standard output",
        path.display()
    )]
    NotAFile {
        /// The table.
        path: PathBuf,
        /// What lies there, with its article.
        kind: &'static str,
    },
    /// The file system has no locks, so several writers would tear each other's rows.
    #[error(
        "the file system of the results table {} has no file locks; if no other program writes to \
         it, pass --no-lock",
        path.display()
    )]
    NoLocks {
        /// The table.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The last line has no end: a writer was killed, or the file was cut off.
    #[error(
        "{}:{line} is torn; finish that run first, or cut the line off",
        path.display()
    )]
    Torn {
        /// The table.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
    /// A line other than a torn last one is not a row.
    #[error("{}:{line} is not a row of a results table", path.display())]
    Line {
        /// The table.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        source: LineError,
    },
    /// A row of our own that could not be read back, so it was not written.
    #[error("the row of {name} would not be readable in {}", path.display())]
    Unreadable {
        /// The table.
        path: PathBuf,
        /// Classifier name.
        name: String,
        /// What the reader said.
        source: serde_json::Error,
    },
}

/// What is wrong with a line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LineError {
    /// No JSON object, or not the fields of a row.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Bytes that are no text.
    #[error("expected UTF-8 text")]
    NotText(#[from] std::str::Utf8Error),
    /// A row of a later version of this program.
    #[error(
        "expected a row of schema {supported} or older, got schema {found}; update the program"
    )]
    Newer {
        /// Version found.
        found: u32,
        /// Newest version that this program reads.
        supported: u32,
    },
}

impl TableError {
    /// A [`Self::Io`] that says whose folder is in the way, if one is; for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            source: access::explain(&path, source),
            path,
        }
    }
}
