//! What lies where a published file belongs: that file, a broken copy of it, or the user's own.
//!
//! A **broken copy** of a published file is one that is empty, or that is not whole (its gzip
//! stream is damaged or breaks off, or its content is shorter or longer than its IDX header says)
//! *and* has the first [`HEAD_LEN`] bytes of the published content. A file that is whole but has
//! another content is never a broken copy, nor is one that breaks off within these bytes: when in
//! doubt it is the user's own.

use std::fs;
use std::io;
use std::path::Path;

use super::digest;
use super::error::DatasetError;
use super::idx;
use super::own_file::Own;
use super::remote_file::RemoteFile;
use super::revisions::{HEAD_LEN, Revision};

/// What lies at the path of a published file.
#[derive(Debug, Clone, PartialEq)]
pub enum Holding {
    /// Nothing.
    Absent,
    /// The published content, packed as published, packed anew, or plain.
    Published,
    /// A broken copy of the published file.
    Broken,
    /// Anything else, which nobody but the user may touch.
    Own(Own),
}

/// Reads what lies at `path` and returns what it is in relation to the published file `remote`.
///
/// # Errors
/// [`DatasetError::Io`] if it cannot be read.
pub fn inspect(path: &Path, remote: &RemoteFile) -> Result<Holding, DatasetError> {
    match fs::symlink_metadata(path) {
        Ok(_) => {}
        Err(error) if is_absence(&error) => return Ok(Holding::Absent),
        Err(error) => return Err(DatasetError::io("read", path)(error)),
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => return Ok(Holding::Broken),
        Ok(metadata) if metadata.is_file() => {}
        // A pipe is not opened: that would wait for a writer.
        Ok(_) => return Ok(Holding::Own(Own::NotAFile)),
        Err(error) if is_absence(&error) => return Ok(Holding::Own(Own::NotAFile)),
        Err(error) => return Err(DatasetError::io("read", path)(error)),
    }
    let skimmed = digest::skim(path, HEAD_LEN, idx::MAX_BYTES as u64)?;
    let announced = idx::announced_len(&skimmed.head);
    let is_whole = skimmed.is_whole && announced.is_none_or(|len| len == skimmed.n_bytes);
    if skimmed.is_whole && skimmed.sha256 == remote.sha256 {
        return Ok(Holding::Published);
    }
    if remote.sha256.is_empty() && is_as_published(path, remote)? {
        return Ok(Holding::Published);
    }
    if let Some(revision) = Revision::of_content(&skimmed.sha256) {
        return Ok(Holding::Own(Own::Known(revision)));
    }
    if !is_whole
        && !remote.head_sha256.is_empty()
        && digest::sha256(&skimmed.head) == remote.head_sha256
    {
        return Ok(Holding::Broken);
    }
    Ok(Holding::Own(Own::Unknown))
}

/// Whether a file of which only the MD5 is published, or nothing, is the published one; of the latter
/// any file of its name counts, for want of a hash.
fn is_as_published(path: &Path, remote: &RemoteFile) -> Result<bool, DatasetError> {
    let is_same = |md5: String| md5 == remote.md5 || remote.md5.is_empty();
    digest::md5_of(path)
        .map(is_same)
        .map_err(DatasetError::io("read", path))
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
