//! The files that are published today.

use super::file_names::FILE_NAMES;
use super::name::DatasetName;
use super::remote_file::RemoteFile;
use super::revisions::Revision;

/// QMNIST's files in the order of [`FILE_NAMES`].
const QMNIST_FILES: [&str; 4] = [
    "qmnist-train-images-idx3-ubyte",
    "qmnist-train-labels-idx2-int",
    "qmnist-test-images-idx3-ubyte",
    "qmnist-test-labels-idx2-int",
];
/// Kuzushiji-49's files, for which no hashes are published.
const K49_FILES: [&str; 4] = [
    "k49-train-imgs.npz",
    "k49-train-labels.npz",
    "k49-test-imgs.npz",
    "k49-test-labels.npz",
];
/// EMNIST's one archive of all its data sets, and its MD5.
const EMNIST_FILE: (&str, &str) = ("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e");

/// Returns today's published files of a data set. Where a hash is not published it is empty.
pub fn remote_files(name: DatasetName) -> Vec<RemoteFile> {
    let plain = |name: &str, md5: &str| RemoteFile {
        name: name.to_owned(),
        md5: md5.to_owned(),
        sha256: String::new(),
        head_sha256: String::new(),
    };
    let names = match name {
        DatasetName::EmnistLetters | DatasetName::EmnistBalanced | DatasetName::EmnistDigits => {
            return vec![plain(EMNIST_FILE.0, EMNIST_FILE.1)];
        }
        DatasetName::K49 => return K49_FILES.iter().map(|name| plain(name, "")).collect(),
        DatasetName::Qmnist => QMNIST_FILES,
        _ => FILE_NAMES,
    };
    let known = Revision::current(name).map(|revision| &revision.files);
    let with_names = known.into_iter().flat_map(|files| names.iter().zip(files));
    with_names
        .filter_map(|(name, known)| {
            let known = known.as_ref()?;
            Some(RemoteFile {
                name: format!("{name}.gz"),
                md5: known.md5.to_owned(),
                sha256: known.sha256.to_owned(),
                head_sha256: known.head_sha256.unwrap_or_default().to_owned(),
            })
        })
        .collect()
}
