//! Files of the user's own that lie where published ones belong.

use std::fmt;
use std::path::{Path, PathBuf};

use super::listing::shown;
use super::revisions::Revision;

/// What a file of the user's own is.
#[derive(Debug, Clone, PartialEq)]
pub enum Own {
    /// A whole file of another revision or data set.
    Known(&'static Revision),
    /// A file whose content is not published.
    Unknown,
    /// A folder, a link to nothing, a pipe.
    NotAFile,
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(revision) => write!(f, "published in {}", revision.label()),
            Self::Unknown => f.write_str("not published, nor a broken copy of what is"),
            Self::NotAFile => f.write_str("no regular file"),
        }
    }
}

/// A file of the user's own where a published one belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFile {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub what: Own,
}

/// Lists files for a message: names and what they are, with files of the same kind together.
pub fn list_files(files: &[OwnFile]) -> String {
    let alike = files.chunk_by(|a, b| a.what == b.what);
    let described = alike.map(|files| {
        let names = files.iter().map(|file| {
            let name = file.path.file_name().map_or(&*file.path, Path::new);
            shown(name)
        });
        let names: Vec<_> = names.collect();
        format!("{}: {}", names.join(", "), files[0].what)
    });
    described.collect::<Vec<_>>().join("; ")
}
