//! The files of a data set as they were read: values, names and hashes.

use std::path::PathBuf;

use super::identity::FileIdentity;
use super::raw::RawSplit;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name and hashes.
    pub identity: FileIdentity,
}

/// What a directory held.
#[derive(Debug)]
pub struct Source {
    /// The directory.
    pub dir: PathBuf,
    /// Train images, train labels, test images, test labels.
    pub files: Vec<SourceFile>,
    /// Name of each class.
    pub class_names: Vec<String>,
    /// Label of each class, as the files write it.
    pub labels: Vec<String>,
    /// Name of each feature of a table.
    pub feature_names: Vec<String>,
    /// Train split.
    pub train: RawSplit,
    /// Test split.
    pub test: RawSplit,
}

/// Two files of a split: its images, its labels.
pub type SplitFiles = [SourceFile; 2];
