//! The data set that a config asks for: a known one by name, or files.

use std::fmt;

use serde::Serialize;

use crate::dataset::OwnData;

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum DatasetChoice {
    /// One that the program knows.
    Known(String),
    /// Files that the user names.
    Own(Box<OwnData>),
}

impl DatasetChoice {
    /// Returns the files that the user names.
    #[must_use]
    pub fn own(&self) -> Option<&OwnData> {
        match self {
            Self::Known(_) => None,
            Self::Own(own) => Some(own),
        }
    }
}

impl From<&str> for DatasetChoice {
    fn from(name: &str) -> Self {
        Self::Known(name.to_owned())
    }
}

/// Prints the name.
impl fmt::Display for DatasetChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => f.write_str(name),
            Self::Own(own) => f.write_str(own.name.as_deref().unwrap_or("custom")),
        }
    }
}
