//! Why a folder is not the data: what it lacks, what is there instead, and what mends it.

use std::fmt;
use std::fs;

use super::candidates;
use super::files::FILE_NAMES;
use super::holding::Own;
use super::listing::Listing;
use super::name::DatasetName;
use super::place::{Place, fetch_command, variable};
use super::published::remote_files;
use super::survey::{OwnFile, Survey, list_files};

/// A place that does not hold a whole data set.
#[derive(Debug)]
pub struct Absence {
    /// The data set asked for.
    pub name: DatasetName,
    /// Where it was looked for.
    pub place: Place,
    /// Names without a file, packed or plain.
    pub missing: Vec<&'static str>,
    /// What is there.
    pub found: Listing,
    /// What mends it.
    pub remedy: Remedy,
}

/// What makes a folder hold a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Nothing stands in the way of a download.
    Fetch,
    /// The path leads to no folder that can be read.
    NameAnother,
    /// The files there are those of another data set.
    AskFor(DatasetName),
    /// The files there are the user's own, so that a download would mix them up.
    Complete(Vec<OwnFile>),
    /// Files under other names, which may be the data that were meant.
    Rename,
    /// The default folder is a link, through which nothing is written unasked.
    NameTheLink,
}

impl Absence {
    /// Looks at `place`, which lacks files of `name`.
    #[must_use]
    pub fn of(name: DatasetName, place: Place) -> Self {
        let dir = place.dir();
        let found = Listing::of(dir);
        // What cannot be read is no obstacle yet: a download reports it.
        let own = Survey::of(&remote_files(name), dir).map(|survey| survey.own_files());
        let own = own.unwrap_or_default();
        let other = own.iter().find_map(|file| match file.what {
            Own::Known(revision) if revision.dataset != name => Some(revision.dataset),
            _ => None,
        });
        let is_link = fs::symlink_metadata(dir).is_ok_and(|metadata| metadata.is_symlink());
        let is_folder = matches!(found, Listing::Absent | Listing::Names(_));
        let remedy = if !is_folder {
            Remedy::NameAnother
        } else if let Some(other) = other {
            Remedy::AskFor(other)
        } else if !own.is_empty() {
            Remedy::Complete(own)
        } else if found.names().iter().any(|name| is_foreign_name(name)) {
            Remedy::Rename
        } else if is_link && !place.is_named() {
            Remedy::NameTheLink
        } else {
            Remedy::Fetch
        };
        Self {
            name,
            missing: candidates::missing(dir),
            found,
            remedy,
            place,
        }
    }

    /// Whether the files may be downloaded here unasked: the place is the default one, and it is
    /// absent, empty, or holds nothing but published files and broken copies of them.
    #[must_use]
    pub fn is_fillable(&self) -> bool {
        !self.place.is_named() && self.remedy == Remedy::Fetch
    }

    /// Whether none of the files is there.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.missing.len() == FILE_NAMES.len()
    }

    fn write_remedy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, command) = (self.name, fetch_command(self.name, &self.place));
        match &self.remedy {
            Remedy::Fetch if self.place.is_named() => write!(
                f,
                "name the folder that holds them, or run `{command}` to download them there"
            ),
            Remedy::NameAnother => write!(f, "name the folder that holds them with --data-dir"),
            Remedy::Fetch => write!(f, "run `{command}` or set {}", variable(name)),
            Remedy::AskFor(other) => write!(
                f,
                "there are files of {other} in it, which have the same names: ask for the dataset \
                 \"{other}\", or name the folder of {name}"
            ),
            Remedy::Complete(files) => write!(
                f,
                "nothing is downloaded beside files of your own ({}): add what is missing, or name \
                 another folder",
                list_files(files)
            ),
            Remedy::Rename => write!(
                f,
                "the names looked for are {}, with .gz or without: rename your files, name the \
                 folder that holds them, or run `{command}` to download the published ones",
                FILE_NAMES.join(", ")
            ),
            Remedy::NameTheLink => write!(
                f,
                "the folder is a link, through which nothing is downloaded unasked: run \
                 `{command} --data-dir {}`",
                super::listing::quoted(self.place.dir())
            ),
        }
    }
}

/// Whether a listed name is neither looked for nor left by a download.
fn is_foreign_name(name: &str) -> bool {
    let name = name.rsplit_once(".broken-").map_or(name, |(name, _)| name);
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    !FILE_NAMES.contains(&plain) && !candidates::csv_names().any(|csv| csv == name)
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the files of {} were not found in {}: ",
            self.name, self.place
        )?;
        if !self.is_total() {
            write!(f, "missing {}; ", self.missing.join(", "))?;
        }
        write!(f, "{}; ", self.found)?;
        self.write_remedy(f)
    }
}
