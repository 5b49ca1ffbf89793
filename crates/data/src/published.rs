//! What is published today, and where it can be had.

use std::env;

use super::download::RemoteFile;
use super::files::FILE_NAMES;
use super::name::DatasetName;
use super::revisions::Revision;

/// The environment variable that names a mirror of one's own.
const MIRROR_VARIABLE: &str = "FASHION_BENCH_MIRROR";

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

/// Returns the base addresses, each ending in a slash, that a data set is downloaded from: the one
/// that `FASHION_BENCH_MIRROR` names, else the known mirrors in order. Whatever a mirror sends is
/// checked by its hash.
pub fn mirrors(name: DatasetName) -> Vec<String> {
    let own = env::var_os(MIRROR_VARIABLE).filter(|own| !own.is_empty());
    if let Some(own) = own {
        let own = own.to_string_lossy();
        let slash = if own.ends_with('/') { "" } else { "/" };
        return vec![format!("{own}{slash}")];
    }
    let known: &[&str] = match name {
        DatasetName::FashionMnist | DatasetName::Auto => &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        DatasetName::Mnist => &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        DatasetName::Demo => &[],
    };
    known.iter().map(|url| (*url).to_owned()).collect()
}
