//! The data set that a config asks for: a known one by name, or files.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::dataset::OwnData;

/// A data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasetChoice {
    /// One that the program knows.
    Known {
        /// Its name.
        name: String,
        /// Whether rows and columns of its images are exchanged.
        transpose: bool,
    },
    /// Files that the user names.
    Own(Box<OwnData>),
}

impl DatasetChoice {
    /// Returns the files that the user names.
    #[must_use]
    pub fn own(&self) -> Option<&OwnData> {
        match self {
            Self::Known { .. } => None,
            Self::Own(own) => Some(own),
        }
    }

    /// Whether rows and columns of the images are exchanged.
    #[must_use]
    pub fn is_transposed(&self) -> bool {
        match self {
            Self::Known { transpose, .. } => *transpose,
            Self::Own(own) => own.transpose,
        }
    }
}

impl From<&str> for DatasetChoice {
    fn from(name: &str) -> Self {
        Self::Known {
            name: name.to_owned(),
            transpose: false,
        }
    }
}

/// Writes what a config would hold.
impl Serialize for DatasetChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known {
                name,
                transpose: false,
            } => serializer.serialize_str(name),
            Self::Known { name, transpose } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("name", name)?;
                map.serialize_entry("transpose", transpose)?;
                map.end()
            }
            Self::Own(own) => own.serialize(serializer),
        }
    }
}

/// Prints the name.
impl fmt::Display for DatasetChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known { name, .. } => f.write_str(name),
            Self::Own(own) => f.write_str(own.name.as_deref().unwrap_or("custom")),
        }
    }
}
