//! Why a folder is not the data: what it lacks, what is there instead, and what mends it.

use std::fmt;

use super::candidates::names_of;
use super::listing::{Listing, quoted};
use super::name::DatasetName;
use super::own_file::{OwnFile, list_files};
use super::place::{Place, fetch_command, variable};

/// Whether this build can download files.
const CAN_DOWNLOAD: bool = cfg!(feature = "download");

/// A place that does not hold a whole data set.
#[derive(Debug)]
pub struct Absence {
    /// The data set asked for.
    pub name: DatasetName,
    /// Where it was looked for.
    pub place: Place,
    /// Names without a file, packed or plain.
    pub missing: Vec<String>,
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
    /// Whether the files may be downloaded here unasked: the place is the default one, and it is
    /// absent, empty, or holds nothing but published files and broken copies of them.
    #[must_use]
    pub fn is_fillable(&self) -> bool {
        !self.place.is_named() && self.remedy == Remedy::Fetch
    }

    /// Whether none of the files is there.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.missing.len() == names_of(self.name).len()
    }

    fn write_remedy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, command) = (self.name, fetch_command(self.name, &self.place));
        match &self.remedy {
            Remedy::Fetch | Remedy::NameTheLink if !CAN_DOWNLOAD => write!(
                f,
                "this build cannot download: put the files there, or name the folder that holds \
                 them with --data-dir or {}",
                variable(name)
            ),
            Remedy::Rename if !CAN_DOWNLOAD => write!(
                f,
                "this build cannot download; the names looked for are {}, with .gz or without: \
                 rename your files, or name the folder that holds them",
                names_of(name).join(", ")
            ),
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
                names_of(name).join(", ")
            ),
            Remedy::NameTheLink => write!(
                f,
                "the folder is a link, through which nothing is downloaded unasked: run \
                 `{command} --data-dir {}`",
                quoted(self.place.dir())
            ),
        }
    }
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn message(remedy: Remedy) -> String {
        let absence = Absence {
            name: DatasetName::Mnist,
            place: Place::Default {
                dir: PathBuf::from("data/mnist"),
            },
            missing: names_of(DatasetName::Mnist),
            found: Listing::Absent,
            remedy,
        };
        absence.to_string()
    }

    #[cfg(feature = "download")]
    #[test]
    fn missing_files_come_with_the_command_that_downloads_them() {
        let message = message(Remedy::Fetch);
        assert!(
            message.ends_with("run `fashion-bench data fetch mnist` or set MNIST_DIR"),
            "{message}"
        );
    }

    #[cfg(not(feature = "download"))]
    #[test]
    fn a_build_without_downloads_says_so_where_files_are_missing() {
        for remedy in [Remedy::Fetch, Remedy::NameTheLink, Remedy::Rename] {
            let message = message(remedy);
            assert!(message.contains("this build cannot download"), "{message}");
            assert!(!message.contains("data fetch"), "{message}");
        }
    }
}
