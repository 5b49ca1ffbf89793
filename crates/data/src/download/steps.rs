//! What a download has to do, decided before a byte is written.

use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::holding::Holding;
use crate::remote_file::RemoteFile;
use crate::survey::{Slot, Survey};

/// A file to download, and the broken copies that make room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub remote: RemoteFile,
    /// Broken copies of it, which are moved aside when it has arrived.
    pub broken: Vec<PathBuf>,
}

/// Returns the steps after which `dir` holds all `files`; none if it does already.
///
/// # Errors
/// [`DatasetError::OwnFiles`] with each file of the user's own if there are steps and such files,
/// [`DatasetError::Io`] if `dir` cannot be read.
pub fn checked_steps(files: &[RemoteFile], dir: &Path) -> Result<Vec<Step>, DatasetError> {
    let survey = Survey::of(files, dir)?;
    let (steps, own) = (steps(files, &survey), survey.own_files());
    if steps.is_empty() || own.is_empty() {
        return Ok(steps);
    }
    Err(DatasetError::OwnFiles {
        dir: dir.to_owned(),
        files: own,
    })
}

fn steps(files: &[RemoteFile], survey: &Survey) -> Vec<Step> {
    let is_published = |slot: &Slot| {
        let mut found = slot.found.iter();
        found.any(|(_, holding)| *holding == Holding::Published)
    };
    let step = |remote: &RemoteFile, slot: &Slot| {
        let broken = slot.found.iter();
        let broken = broken.filter(|(_, holding)| *holding == Holding::Broken);
        Step {
            remote: remote.clone(),
            broken: broken.map(|(path, _)| path.clone()).collect(),
        }
    };
    let found = files.iter().zip(&survey.slots);
    let missing = found.filter(|(_, slot)| !is_published(slot));
    missing.map(|(remote, slot)| step(remote, slot)).collect()
}
