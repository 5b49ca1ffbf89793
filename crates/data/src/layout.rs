//! Which files of a folder are to be read.

use std::path::PathBuf;

use super::collect::Assigned;

/// Where the files of a directory are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Four IDX files, in the order of [`FILE_NAMES`](super::file_names::FILE_NAMES).
    Idx([PathBuf; 4]),
    /// Train and test as CSV files.
    Csv([PathBuf; 2]),
    /// Files under other names and in other containers.
    Other(Assigned),
}

impl Layout {
    /// Returns the files, in order.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::Idx(paths) => paths.to_vec(),
            Self::Csv(paths) => paths.to_vec(),
            Self::Other(assigned) => assigned.paths(),
        }
    }
}
