//! What can go wrong with files of figures.

use std::path::PathBuf;

use thiserror::Error;

use crate::results::TableError;

/// Why figures could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FiguresError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is not a file of published figures", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// The table of scikit-learn's rows cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
}
