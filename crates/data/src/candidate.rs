//! Files that compete to be the data, for messages that show the choice.

use std::fmt;
use std::path::PathBuf;

use super::listing::shown;

/// One of several files, or sets of files, that stand for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// SHA-256 of what they hold, or why they cannot be read.
    pub content: Result<String, String>,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<_> = self.paths.iter().map(|path| shown(path)).collect();
        let paths = paths.join(", ");
        match &self.content {
            Ok(sha256) => write!(f, "{paths} (content {}…)", &sha256[..sha256.len().min(12)]),
            Err(reason) => write!(f, "{paths} ({reason})"),
        }
    }
}
