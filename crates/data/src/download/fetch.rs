//! Downloading the published files of a data set to a folder.

use std::path::{Path, PathBuf};

use super::downloader::{Downloader, Timeouts};
use super::mirrors::mirrors;
use crate::absence::Remedy;
use crate::diagnosis::diagnose;
use crate::error::DatasetError;
use crate::event::Event;
use crate::name::DatasetName;
use crate::place::{self, NamedBy, Place};
use crate::published::remote_files;
use crate::request::DatasetRequest;

/// Downloads the files that `request` asks for to the folder that it names, else to
/// `data/<dataset>`, and returns that folder. Nothing is written to what the environment names.
///
/// # Errors
/// [`DatasetError::OwnFiles`] if files of the user's own are there, [`DatasetError::Download`] with
/// every mirror's reason.
pub fn fetch(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let dir = match &request.data_dir {
        Some(dir) => dir.clone(),
        None => default_target(request, on_event)?,
    };
    fetch_into(request.wanted(), &dir, on_event)?;
    Ok(dir)
}

/// Returns the default place as the target of a download. A link is refused, and an event says so
/// if a run would read another folder.
fn default_target(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let dir = place::default_dir(request.wanted());
    let absence = diagnose(request.wanted(), Place::Default { dir: dir.clone() });
    if absence.remedy == Remedy::NameTheLink && !absence.missing.is_empty() {
        return Err(DatasetError::NotFound(Box::new(absence)));
    }
    match request.place() {
        Place::Named {
            dir: named,
            by: NamedBy::Variable(variable),
        } if !is_same(&dir, &named) => on_event(Event::NotReadFrom {
            dir: dir.clone(),
            variable,
            named,
        }),
        _ => {}
    }
    Ok(dir)
}

/// Whether both paths lead to the same folder, or will when it is made.
fn is_same(a: &Path, b: &Path) -> bool {
    let resolved = |path: &Path| {
        path.canonicalize()
            .or_else(|_| std::path::absolute(path))
            .ok()
    };
    resolved(a) == resolved(b)
}

/// Downloads the published files of `name` to `dir`.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_into(
    name: DatasetName,
    dir: &Path,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), DatasetError> {
    let mut downloader = Downloader::new(mirrors(name), Timeouts::default());
    downloader.fetch_all(&remote_files(name), dir, on_event)
}
