//! What a folder holds of the published files, before anything is downloaded into it.

use std::fs;
use std::path::{Path, PathBuf};

use super::candidates;
use super::download::RemoteFile;
use super::error::DatasetError;
use super::holding::{Holding, Own, inspect};
use super::listing::shown;

/// What a folder holds of the files of a data set.
#[derive(Debug)]
pub struct Survey {
    slots: Vec<Slot>,
    /// Files of the CSV form, which a download would put in the shade.
    csv: Vec<PathBuf>,
}

/// What lies at the two paths of a published file: packed and plain.
#[derive(Debug)]
struct Slot {
    remote: RemoteFile,
    found: Vec<(PathBuf, Holding)>,
}

/// A file to download, and the broken copies that make room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub remote: RemoteFile,
    /// Broken copies of it, which are moved aside when it has arrived.
    pub broken: Vec<PathBuf>,
}

/// A file of the user's own where a published one belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnFile {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub what: Own,
}

/// Lists files for a message: names, and what they are, those that are the same together.
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

impl Survey {
    /// Reads whatever lies in `dir` under the names of `files`, with `.gz` and without.
    ///
    /// # Errors
    /// [`DatasetError::Io`] if a file cannot be read.
    pub fn of(files: &[RemoteFile], dir: &Path) -> Result<Self, DatasetError> {
        let slot = |remote: &RemoteFile| {
            let plain = remote.name.strip_suffix(".gz");
            let names = [Some(remote.name.as_str()), plain];
            let found = names.into_iter().flatten().map(|name| {
                let path = dir.join(name);
                inspect(&path, remote).map(|holding| (path, holding))
            });
            Ok(Slot {
                found: found.collect::<Result<_, DatasetError>>()?,
                remote: remote.clone(),
            })
        };
        let csv = candidates::csv_names().map(|name| dir.join(name));
        Ok(Self {
            slots: files
                .iter()
                .map(slot)
                .collect::<Result<_, DatasetError>>()?,
            csv: csv
                .filter(|path| fs::symlink_metadata(path).is_ok())
                .collect(),
        })
    }

    /// What is to be done so that the folder holds all files; nothing if it does already.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let is_published = |slot: &&Slot| {
            let mut found = slot.found.iter();
            found.any(|(_, holding)| *holding == Holding::Published)
        };
        let step = |slot: &Slot| {
            let broken = slot.found.iter();
            let broken = broken.filter(|(_, holding)| *holding == Holding::Broken);
            Step {
                remote: slot.remote.clone(),
                broken: broken.map(|(path, _)| path.clone()).collect(),
            }
        };
        let missing = self.slots.iter().filter(|slot| !is_published(slot));
        missing.map(step).collect()
    }

    /// Files that are the user's own.
    #[must_use]
    pub fn own_files(&self) -> Vec<OwnFile> {
        let found = self.slots.iter().flat_map(|slot| &slot.found);
        let own = found.filter_map(|(path, holding)| match holding {
            Holding::Own(what) => Some(OwnFile {
                path: path.clone(),
                what: what.clone(),
            }),
            _ => None,
        });
        let csv = self.csv.iter().map(|path| OwnFile {
            path: path.clone(),
            what: Own::Unknown,
        });
        own.chain(csv).collect()
    }

    /// The steps of [`Self::steps`], if no file of the user's own stands where one would go.
    ///
    /// # Errors
    /// [`DatasetError::OwnFiles`] with each of them.
    pub fn checked_steps(&self, dir: &Path) -> Result<Vec<Step>, DatasetError> {
        let (steps, own) = (self.steps(), self.own_files());
        if steps.is_empty() || own.is_empty() {
            return Ok(steps);
        }
        Err(DatasetError::OwnFiles {
            dir: dir.to_owned(),
            files: own,
        })
    }
}
