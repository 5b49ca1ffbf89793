//! A failed try to download a file.

use std::fmt;

/// A try to download a file from one mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Where from.
    pub url: String,
    /// Why it failed.
    pub reason: String,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.url, self.reason)
    }
}
