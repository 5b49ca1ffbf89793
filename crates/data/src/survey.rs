//! What a folder holds of the published files, before anything is downloaded into it.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::DatasetError;
use super::file_names::csv_names;
use super::holding::{Holding, inspect};
use super::own_file::{Own, OwnFile};
use super::remote_file::RemoteFile;

/// What a folder holds of the files of a data set.
#[derive(Debug)]
pub struct Survey {
    /// What was found of each published file, in the order asked for.
    pub slots: Vec<Slot>,
    /// Files of the CSV form, in whose place downloaded files would be read.
    csv: Vec<PathBuf>,
}

/// What lies at the two paths of a published file: packed and plain.
#[derive(Debug)]
pub struct Slot {
    /// Each path with what lies there.
    pub found: Vec<(PathBuf, Holding)>,
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
            })
        };
        let csv = csv_names().map(|name| dir.join(name));
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

    /// Returns the files that are the user's own.
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
}
