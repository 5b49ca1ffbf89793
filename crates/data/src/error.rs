//! What can go wrong between a data set's name and its prepared values.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::name::DatasetName;

/// Why a data set could not be found, read, downloaded or prepared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A name that is not in the list.
    #[error("the dataset must be {}, got \"{given}\"", known_names())]
    UnknownName {
        /// The name found.
        given: String,
    },
    /// The operating system reported an error.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `read`, `create`, ….
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A file is not what its name says.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the format asks for.
        expected: String,
        /// What was there.
        found: String,
    },
    /// A file is well-formed but has another content than the published one.
    #[error(
        "{}: expected MD5 {expected_md5} of {expected}, found {found_md5}; \
         download the file again, or pass --allow-custom to use data of your own",
        path.display()
    )]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// Data set and revision, e.g. `fashion-mnist v3`.
        expected: String,
        /// MD5 of the published file.
        expected_md5: &'static str,
        /// MD5 of the file found.
        found_md5: String,
    },
    /// The files of one data set lie where those of another are expected.
    #[error(
        "{}: expected {expected}, found the file of {found} (both have the same names); \
         put the right file there, or ask for the dataset \"{found}\"",
        path.display()
    )]
    WrongDataset {
        /// The first such file.
        path: PathBuf,
        /// Data set asked for.
        expected: DatasetName,
        /// Data set found.
        found: DatasetName,
    },
    /// Files of different revisions lie together.
    #[error(
        "{}: expected the files of one revision, found {found}; \
         download all four again, or pass --allow-custom to use data of your own",
        dir.display()
    )]
    MixedRevisions {
        /// The directory.
        dir: PathBuf,
        /// Each file with its revision.
        found: String,
    },
    /// No directory holds the files, and they may not be downloaded.
    #[error(
        "the files of {name} were not found in {}; run `fashion-bench data fetch {name}` or \
         set {variable}",
        list_paths(searched)
    )]
    NotFound {
        /// Data set asked for.
        name: DatasetName,
        /// Directories searched, in order.
        searched: Vec<PathBuf>,
        /// Environment variable that names a directory.
        variable: &'static str,
    },
    /// Every mirror failed.
    #[error("cannot download {file_name}: {}", list_attempts(attempts))]
    Download {
        /// The file.
        file_name: String,
        /// What each mirror answered, in order.
        attempts: Vec<Attempt>,
    },
    /// The cache file of prepared data is not usable.
    #[error(
        "{}: expected {expected}, found {found}; delete the file, it will be written again",
        path.display()
    )]
    Cache {
        /// The cache file.
        path: PathBuf,
        /// What the format asks for.
        expected: String,
        /// What was there.
        found: String,
    },
    /// linfa could not fit the scaler.
    #[error("cannot standardise the data")]
    Scale(#[from] linfa_preprocessing::PreprocessingError),
    /// The image file of a contact sheet could not be written.
    #[error("cannot write the picture {}", path.display())]
    Picture {
        /// The image file.
        path: PathBuf,
        /// The encoder's reason.
        source: image::ImageError,
    },
}

impl DatasetError {
    /// An [`Self::Io`]; for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// A [`Self::Format`].
    pub(super) fn format(
        path: &Path,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Format {
            path: path.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

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

fn known_names() -> String {
    let quoted: Vec<_> = DatasetName::ALL
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    quoted.join(", ")
}

fn list_paths(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    shown.join(", ")
}

fn list_attempts(attempts: &[Attempt]) -> String {
    let shown: Vec<_> = attempts.iter().map(Attempt::to_string).collect();
    shown.join("; ")
}
