//! Which files of a folder are to be read.

use std::path::PathBuf;

/// Where the files of a directory are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Four IDX files, in the order of [`FILE_NAMES`](super::file_names::FILE_NAMES).
    Idx([PathBuf; 4]),
    /// Train and test as CSV files.
    Csv([PathBuf; 2]),
}

impl Layout {
    /// Returns the files, in order.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Idx(paths) => paths,
            Self::Csv(paths) => paths,
        }
    }
}
