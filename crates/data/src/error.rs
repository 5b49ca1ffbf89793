//! What can go wrong between a data set's name and its prepared values.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::absence::Absence;
use super::attempt::Attempt;
use super::candidate::Candidate;
use super::listing::shown;
use super::name::{DatasetName, UnknownName};
use super::own_file::{OwnFile, list_files};
use super::place::{Place, fetch_command};
use super::read::formats;

/// Why a data set could not be found, read, downloaded or prepared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A name that no data set has.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
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
         move it away and download it with `fashion-bench data fetch`, or pass --allow-custom to \
         use data of your own",
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
         move them away and download all four with `fashion-bench data fetch`, or pass \
         --allow-custom to use data of your own",
        dir.display()
    )]
    MixedRevisions {
        /// The directory.
        dir: PathBuf,
        /// Each file with its revision.
        found: String,
    },
    /// The folder that counts does not hold the files, and they may not be downloaded.
    #[error("{0}")]
    NotFound(Box<Absence>),
    /// A folder was named for a data set that has no files.
    #[error(
        "the demo set is built in and reads no folder, but {} was named; \
         ask for another dataset, or leave the folder out",
        shown(dir)
    )]
    NoFiles {
        /// The folder.
        dir: PathBuf,
    },
    /// A file is a damaged copy of a published one.
    #[error(
        "{} is a broken copy of a file of {name}; run `{}`, which moves it aside and downloads \
         it again",
        shown(path),
        fetch_command(*name, place)
    )]
    BrokenCopy {
        /// The file.
        path: PathBuf,
        /// The data set.
        name: DatasetName,
        /// Where it lies.
        place: Box<Place>,
        /// What is wrong with it.
        source: Box<DatasetError>,
    },
    /// Two files stand for the same thing and differ.
    #[error(
        "{}: nobody can tell which of these was meant: {}; move all but one away",
        shown(dir),
        list(candidates)
    )]
    Ambiguous {
        /// The folder.
        dir: PathBuf,
        /// Files, or sets of files.
        candidates: Vec<Candidate>,
    },
    /// Files of the user's own lie where a download would go.
    #[error(
        "nothing was downloaded, because {} holds files of your own ({}); move them away, or name \
         another folder with --data-dir",
        shown(dir),
        list_files(files)
    )]
    OwnFiles {
        /// The folder.
        dir: PathBuf,
        /// Each of them.
        files: Vec<OwnFile>,
    },
    /// Every mirror failed.
    #[error("cannot download {file_name}: {}", list(attempts))]
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
    /// A file is of no format that can be read.
    #[error(
        "{}: expected a file that can be read ({}), found {start}",
        shown(path),
        formats()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Its first bytes.
        start: String,
    },
    /// The files hold no train or no test split.
    #[error(
        "{}: expected a {split} split, found none in {found} files; the names of files, folders and \
         arrays tell the splits (train, test, t10k), or name them with `train` and `test` of a \
         config; what can be read: {formats}",
        shown(place)
    )]
    NoSplit {
        /// The first path that was named.
        place: PathBuf,
        /// `train` or `test`.
        split: &'static str,
        /// The number of files examined.
        found: usize,
        /// The formats that can be read, as a list in words.
        formats: String,
    },
    /// More rows were asked for than there are.
    #[error("the {split} rows of a subset must be an integer in [1, {found}], got {wanted}")]
    TooFewRows {
        /// `train` or `test`.
        split: &'static str,
        /// Rows asked for.
        wanted: usize,
        /// Rows of the split.
        found: usize,
    },
    /// Something was asked of a table that only images have.
    #[error("the data are a table without images: {what}")]
    NoImages {
        /// What was asked.
        what: &'static str,
    },
    /// A file of somebody's lies where one would be written.
    #[error("{} is there already; name another place with --out", shown(path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The data cannot be written in a format.
    #[error("cannot write {what} as {format}; {fix}")]
    Unwritable {
        /// What they are.
        what: &'static str,
        /// The format.
        format: &'static str,
        /// What to do.
        fix: &'static str,
    },
    /// The train split has no rows to scale by.
    #[error("cannot scale the data: the train split is empty")]
    NoTrainRows,
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
    /// Makes an [`Self::Io`]; for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// Makes a [`Self::Format`].
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

fn list<T: fmt::Display>(items: &[T]) -> String {
    let shown: Vec<_> = items.iter().map(T::to_string).collect();
    shown.join("; ")
}
