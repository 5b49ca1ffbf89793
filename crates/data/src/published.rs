//! The files that are published today.

use super::file_names::FILE_NAMES;
use super::name::DatasetName;
use super::remote_file::RemoteFile;
use super::revisions::Revision;

/// Returns today's published files of a data set.
pub fn remote_files(name: DatasetName) -> Vec<RemoteFile> {
    let known = Revision::current(name).map(|revision| &revision.files);
    let with_names = known
        .into_iter()
        .flat_map(|files| FILE_NAMES.iter().zip(files));
    with_names
        .filter_map(|(name, known)| {
            let known = known.as_ref()?;
            Some(RemoteFile {
                name: format!("{name}.gz"),
                md5: known.md5.to_owned(),
                sha256: known.sha256.to_owned(),
                head_sha256: known.head_sha256?.to_owned(),
            })
        })
        .collect()
}
