//! The CSV form of Fashion-MNIST known from Kaggle: `label,pixel1,…,pixel784`, one line per image.
//!
//! Each of its two files stands for a pair of IDX files: the content hashes are those of the same
//! images and labels written as IDX, so that the labels identify the revision (v2).

use std::path::Path;

use super::content::{features_sha256, labels_sha256};
use super::digest;
use super::error::DatasetError;
use super::file_names::last_part;
use super::identity::FileIdentity;
use super::idx;
use super::read::{Block, Labels, ReadOptions, parse_csv};
use super::source::{SourceFile, SplitFiles};

/// Reads one split, whose labels must be below `n_classes`.
pub fn load(path: &Path, n_classes: usize) -> Result<(Block, Labels, SplitFiles), DatasetError> {
    let options = ReadOptions::default();
    let file = digest::load(path, |reader| parse_csv(reader, path, &options))?;
    let (Some(block), Some(labels)) = (file.content.features, file.content.labels) else {
        return Err(DatasetError::format(
            path,
            "labels beside pixels",
            "one of them",
        ));
    };
    let bytes: Vec<u8> = (0..labels.n_rows())
        .map(|row| labels.value(row).parse().unwrap_or(u8::MAX))
        .collect();
    idx::check_labels(&bytes, path, n_classes)?;
    let name = last_part(path);
    let part = |what: &str, sha256: String| SourceFile {
        path: path.to_owned(),
        identity: FileIdentity {
            name: format!("{name} ({what})"),
            md5: Some(file.md5.clone()),
            sha256,
        },
    };
    let files = [
        part("images", features_sha256(&block)),
        part(
            "labels",
            labels_sha256(labels.n_rows(), |row| labels.value(row)),
        ),
    ];
    Ok((block, labels, files))
}
