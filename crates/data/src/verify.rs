//! Looking at a data set's files without using them: hashes, revision, verdict.

use std::path::{Path, PathBuf};

use super::digest;
use super::error::DatasetError;
use super::event::Event;
use super::file_names::last_part;
use super::identity::{DatasetIdentity, FileIdentity};
use super::load::{load_found, locate};
use super::request::DatasetRequest;
use super::revisions::Revision;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Where it lies, or what stands for it.
    pub path: PathBuf,
    /// MD5 as it lies on disk; absent for generated data.
    pub md5: Option<String>,
    /// SHA-256 of the decompressed content; absent if it cannot be decompressed.
    pub sha256: Option<String>,
    /// Data set and revision that it is published in, e.g. `fashion-mnist v3`.
    pub revision: Option<String>,
}

/// What the files of a data set are.
#[derive(Debug)]
pub struct Verification {
    /// Where they lie; absent for generated data.
    pub dir: Option<PathBuf>,
    /// Each file.
    pub files: Vec<FileReport>,
    /// The identity that rows would carry, or why the files would be refused.
    pub verdict: Result<DatasetIdentity, DatasetError>,
}

/// Hashes and checks the files that `request` asks for, wherever they are found; never downloads.
///
/// # Errors
/// [`DatasetError::NotFound`] if there are none, [`DatasetError::Io`] if they cannot be read.
pub fn verify(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<Verification, DatasetError> {
    if let Some(raw) = request.generated()? {
        return Ok(verify_demo(raw.identity));
    }
    let place = request.place();
    let layout = locate(request, on_event)?;
    let files = layout.paths().into_iter().map(|path| report(&path));
    Ok(Verification {
        files: files.collect::<Result<_, _>>()?,
        verdict: load_found(request, &place, &layout, on_event).map(|raw| raw.identity),
        dir: Some(place.dir().to_owned()),
    })
}

fn report(path: &Path) -> Result<FileReport, DatasetError> {
    let md5 = digest::md5_of(path).map_err(DatasetError::io("read", path))?;
    let sha256 = match digest::sha256_of_content(path) {
        Ok(sha256) => Some(sha256),
        Err(DatasetError::Format { .. }) => None,
        Err(error) => return Err(error),
    };
    let identity = FileIdentity {
        name: last_part(path),
        md5: Some(md5.clone()),
        sha256: sha256.clone().unwrap_or_default(),
    };
    Ok(FileReport {
        path: path.to_owned(),
        md5: Some(md5),
        sha256,
        revision: Revision::of_file(&identity).map(Revision::label),
    })
}

fn verify_demo(identity: DatasetIdentity) -> Verification {
    let files = identity.files.iter().map(|file| FileReport {
        path: PathBuf::from(&file.name),
        md5: None,
        sha256: Some(file.sha256.clone()),
        revision: None,
    });
    Verification {
        dir: None,
        files: files.collect(),
        verdict: Ok(identity),
    }
}
