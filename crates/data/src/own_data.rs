//! Data of the user's own: which files they are, and what the files do not say themselves.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::read::{LabelAt, ReadOptions};
use super::shape::Shape;

/// The longest name of a data set.
const MAX_NAME: usize = 64;

/// Files that a config or the command line names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnData {
    /// What rows and tables call the data; without it what the files are, if they are published
    /// ones, else `custom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Files or folders of the train split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Paths"))]
    pub train: Vec<PathBuf>,
    /// Files or folders of the test split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Paths"))]
    pub test: Vec<PathBuf>,
    /// Files or folders whose names or contents tell the splits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Paths"))]
    pub files: Vec<PathBuf>,
    /// How many of the last rows are the test split, where one file holds both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_rows: Option<usize>,
    /// The column of the labels: `first`, `last` or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelAt>,
    /// The shape of a row, such as `28x14`, `32x32x3`, or a number of columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Whether rows and columns of the images are exchanged, as EMNIST's need it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transpose: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A path, or several.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Paths {
    One(String),
    Several(Vec<String>),
}

impl OwnData {
    /// Whether any file is named.
    #[must_use]
    pub fn has_files(&self) -> bool {
        !(self.train.is_empty() && self.test.is_empty() && self.files.is_empty())
    }

    /// Whether a data set may be called so: files are named by it.
    #[must_use]
    pub fn is_good_name(name: &str) -> bool {
        let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        (1..=MAX_NAME).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(is_good)
            && !matches!(name, "auto" | "demo")
    }

    /// Returns what readers have to know.
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            label: self.label.clone(),
            shape: self.shape,
        }
    }
}
