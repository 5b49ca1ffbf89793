//! What happens while a data set is looked for, for whoever wants to show it.

use std::fmt;
use std::path::PathBuf;

use super::attempt::Attempt;
use super::listing::{quoted, shown};
use super::name::DatasetName;

/// Progress or a warning; its `Display` is one line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A file was not read, although its name is one of those that are looked for.
    PassedOver {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A broken copy of a published file made room for a whole one.
    MovedAside {
        /// Where it lay.
        path: PathBuf,
        /// Where it lies now.
        aside: PathBuf,
    },
    /// A download went to another folder than the one that is read.
    NotReadFrom {
        /// The folder of the download.
        dir: PathBuf,
        /// The environment variable that names another one.
        variable: &'static str,
        /// The folder that it names.
        named: PathBuf,
    },
    /// The files were found here.
    Found {
        /// The directory.
        dir: PathBuf,
    },
    /// A download began, or went on.
    Progress {
        /// The file.
        file_name: String,
        /// Bytes received so far.
        n_bytes: u64,
        /// Bytes announced.
        total: Option<u64>,
    },
    /// A file was downloaded and its MD5 is right.
    Downloaded {
        /// Where it is now.
        path: PathBuf,
        /// Its size.
        n_bytes: u64,
    },
    /// A mirror failed; the next one is tried, if there is one.
    MirrorFailed(Attempt),
    /// The files are not published ones and were accepted because custom data is allowed.
    CustomData {
        /// The directory.
        dir: PathBuf,
    },
    /// The labels are those of an old revision. Its images have no published hashes, so they could
    /// not be checked.
    ImagesUnchecked {
        /// The directory.
        dir: PathBuf,
        /// Data set and revision, e.g. `fashion-mnist v1`.
        revision: String,
    },
    /// The data have no published hashes, so nobody can check that they are what they are called.
    Unverified {
        /// The directory.
        dir: PathBuf,
        /// The data set.
        name: DatasetName,
    },
    /// The images lie on their side.
    OnItsSide,
    /// There are no real data; the demo set stands in.
    FellBackToDemo {
        /// Why there are none.
        reason: String,
    },
}

impl Event {
    /// Whether this is a warning: the data are not what was hoped for.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::PassedOver { .. }
                | Self::MovedAside { .. }
                | Self::NotReadFrom { .. }
                | Self::MirrorFailed(_)
                | Self::CustomData { .. }
                | Self::ImagesUnchecked { .. }
                | Self::Unverified { .. }
                | Self::OnItsSide
                | Self::FellBackToDemo { .. }
        )
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PassedOver { path, reason } => {
                write!(f, "{} was not read: {reason}", shown(path))
            }
            Self::MovedAside { path, aside } => write!(
                f,
                "{} was a broken copy and now lies at {}",
                shown(path),
                shown(aside)
            ),
            Self::NotReadFrom {
                dir,
                variable,
                named,
            } => write!(
                f,
                "{variable} names {}, so a run reads that folder, not {}; unset {variable}, or \
                 pass --data-dir {}",
                shown(named),
                shown(dir),
                quoted(dir)
            ),
            Self::Found { dir } => write!(f, "reading {}", dir.display()),
            Self::Progress {
                file_name, n_bytes, ..
            } => write!(f, "downloading {file_name}: {n_bytes} bytes"),
            Self::Downloaded { path, n_bytes } => {
                write!(f, "downloaded {} ({n_bytes} bytes)", path.display())
            }
            Self::MirrorFailed(attempt) => write!(f, "cannot download {attempt}"),
            Self::CustomData { dir } => write!(
                f,
                "the files in {} are no published ones; rows will say dataset `custom`",
                dir.display()
            ),
            Self::ImagesUnchecked { dir, revision } => write!(
                f,
                "the files in {} are taken for {revision} by their labels alone; no hashes of its \
                 images are published, so the images were not checked",
                dir.display()
            ),
            Self::Unverified { dir, name } => write!(
                f,
                "the files in {} are taken for {name} by their names; they could not be checked, as \
                 no hash of their content is published",
                shown(dir)
            ),
            Self::OnItsSide => write!(
                f,
                "the images of EMNIST lie on their side in the published files; --transpose \
                 exchanges rows and columns"
            ),
            Self::FellBackToDemo { reason } => write!(
                f,
                "NOT the real data: using the built-in demo set, because {reason}"
            ),
        }
    }
}
