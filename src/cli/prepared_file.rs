//! The prepared data of a run, in the user's cache or in a folder that lasts as long as the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use fashion_bench::dataset::{self, DatasetError, Prepared, RawDataset};
use tempfile::TempDir;

use super::output::warn;

/// A file of prepared data that the children of a run map into memory.
#[derive(Debug)]
pub struct PreparedFile {
    path: PathBuf,
    /// The temporary folder, which is removed with the file in it when this is dropped.
    _temporary: Option<TempDir>,
}

/// The folder that must be removed if the program ends without dropping its [`PreparedFile`].
pub type Leftover = Mutex<Option<PathBuf>>;

impl PreparedFile {
    /// Prepares `raw` in the user's cache. If nothing can be written there, warns, uses a temporary
    /// folder and names it in `leftover`.
    pub fn of(raw: &RawDataset, leftover: &Leftover) -> anyhow::Result<Self> {
        let reason = match cached(raw)? {
            Ok(path) => return Self::at(&path, None),
            Err(reason) => reason,
        };
        let temporary = tempfile::Builder::new()
            .prefix("fashion-bench-")
            .tempdir()
            .with_context(|| format!("{reason}, and no temporary folder can be made"))?;
        let dir = temporary.path().to_owned();
        warn(&format!(
            "{reason}; the prepared data go to {}, which is removed at the end",
            dir.display()
        ));
        // A run that trains on several parts of its data has one folder at a time.
        *leftover.lock().unwrap_or_else(PoisonError::into_inner) = Some(dir.clone());
        let path = dataset::prepare(raw, &dir)
            .context("no temporary file can be written; set TMPDIR to a folder with room for it")?;
        Self::at(&path, Some(temporary))
    }

    fn at(path: &Path, temporary: Option<TempDir>) -> anyhow::Result<Self> {
        Ok(Self {
            path: fs::canonicalize(path)?,
            _temporary: temporary,
        })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Prepares `raw` for a run in this process: in the user's cache, or else, with a warning, in
/// memory.
pub fn prepare_in_process(raw: &RawDataset) -> anyhow::Result<Prepared> {
    match cached(raw)? {
        Ok(path) => Ok(Prepared::open(&path)?),
        Err(reason) => {
            warn(&format!("{reason}; the prepared data stay in memory"));
            Ok(Prepared::in_memory(raw)?)
        }
    }
}

/// Returns the file in the user's cache, or the reason why there can be none.
fn cached(raw: &RawDataset) -> anyhow::Result<Result<PathBuf, String>> {
    let Some(dir) = dataset::default_cache_dir() else {
        let reason = "neither XDG_CACHE_HOME nor HOME names a folder, so there is no cache";
        return Ok(Err(reason.to_owned()));
    };
    match dataset::prepare(raw, &dir) {
        Ok(path) => Ok(Ok(path)),
        Err(error @ DatasetError::Io { .. }) => Ok(Err(format!(
            "the cache cannot be used: {:#}",
            anyhow::Error::from(error)
        ))),
        Err(error) => Err(error.into()),
    }
}
