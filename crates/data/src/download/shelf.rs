//! Putting a downloaded file in its place, without ever replacing what somebody put there.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::steps::Step;
use crate::cache::share;
use crate::error::DatasetError;
use crate::event::Event;
use crate::holding::{Holding, inspect};
use crate::remote_file::RemoteFile;

/// Names tried for a broken copy before giving up.
const MAX_ASIDE: u32 = 10_000;

/// Checks that files can be made in `dir`, which need not be there yet, and leaves nothing behind.
///
/// # Errors
/// [`DatasetError::Io`] with the folder that cannot be written.
pub fn check_writable(dir: &Path) -> Result<(), DatasetError> {
    let mut ancestors = dir
        .ancestors()
        .map(|path| match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        });
    // A link to nothing is there, and is no folder.
    let existing = ancestors.find(|path| fs::symlink_metadata(path).is_ok());
    let existing = existing.unwrap_or(Path::new("/"));
    let probe = match fs::metadata(existing) {
        Ok(metadata) if !metadata.is_dir() => Err(ErrorKind::NotADirectory.into()),
        // A file without a name, gone as soon as it is closed.
        Ok(_) => tempfile::tempfile_in(existing).map(drop),
        Err(error) => Err(error),
    };
    probe.map_err(DatasetError::io("create files in", dir))
}

/// Writes `content` to the place of `step` in `dir`, moving broken copies aside. If the published
/// file has appeared there meanwhile, as when two downloads go on at once, that one is kept.
///
/// # Errors
/// [`DatasetError::Io`] if the file cannot be written, and if another file has appeared at its
/// place.
pub fn place(
    content: &[u8],
    step: &Step,
    dir: &Path,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let path = dir.join(&step.remote.name);
    let mut temp = NamedTempFile::new_in(dir).map_err(DatasetError::io("create a file in", dir))?;
    temp.write_all(content)
        .and_then(|()| temp.as_file().sync_all())
        .map_err(DatasetError::io("write to", temp.path()))?;
    for broken in &step.broken {
        // It may have been replaced since it was looked at.
        if inspect(broken, &step.remote)? == Holding::Broken {
            let aside = move_aside(broken).map_err(DatasetError::io("move aside", broken))?;
            let path = broken.clone();
            if let Some(aside) = aside {
                on_event(Event::MovedAside { path, aside });
            }
        }
    }
    match publish_new(temp, &path) {
        Err(_) if is_published(&path, &step.remote) => Ok(path),
        published => published.map(|()| path),
    }
}

/// Moves a finished temporary file to its place, readable by everybody. Fails if a file is there.
fn publish_new(temp: NamedTempFile, path: &Path) -> Result<(), DatasetError> {
    share(temp.as_file(), 0o644).map_err(DatasetError::io("create", path))?;
    temp.persist_noclobber(path)
        .map_err(|error| DatasetError::io("create", path)(error.error))?;
    Ok(())
}

fn is_published(path: &Path, remote: &RemoteFile) -> bool {
    matches!(inspect(path, remote), Ok(Holding::Published))
}

/// Renames `path` to the first free one of `path.broken-1`, `path.broken-2`, …, and returns that;
/// `None` if `path` is gone, because another download moved it.
fn move_aside(path: &Path) -> io::Result<Option<PathBuf>> {
    for number in 1..=MAX_ASIDE {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".broken-{number}"));
        let aside = PathBuf::from(name);
        // An empty file of our own holds the name, so that nobody else's is replaced.
        match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(_) => {
                let Err(error) = fs::rename(path, &aside) else {
                    return Ok(Some(aside));
                };
                let _ = fs::remove_file(&aside);
                return match error.kind() {
                    ErrorKind::NotFound => Ok(None),
                    _ => Err(error),
                };
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
