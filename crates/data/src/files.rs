//! Reading the four files of a data set, or the two of its CSV form.

use std::path::Path;

use super::classes::N_CLASSES;
use super::digest::{self, Digested};
use super::error::DatasetError;
use super::file_names::last_part;
use super::identity::FileIdentity;
use super::idx::{self, Images};
use super::kaggle;
use super::layout::Layout;
use super::raw::RawSplit;
use super::source::{Source, SourceFile, SplitFiles};

/// Width and height of every image of the known data sets.
const SIDE: usize = 28;

/// Reads the files of `layout`, which was found in `dir`.
///
/// With `allow_custom` images may have any size, as long as it is the same for all, and labels may
/// have any value.
pub fn load(dir: &Path, layout: &Layout, allow_custom: bool) -> Result<Source, DatasetError> {
    let n_classes = if allow_custom { 256 } else { N_CLASSES };
    let ((train, train_files), (test, test_files)) = match layout {
        Layout::Idx([train_images, train_labels, test_images, test_labels]) => (
            load_idx(train_images, train_labels, n_classes)?,
            load_idx(test_images, test_labels, n_classes)?,
        ),
        Layout::Csv([train, test]) => (
            kaggle::load(train, n_classes)?,
            kaggle::load(test, n_classes)?,
        ),
    };
    let paths = layout.paths();
    let (train_path, test_path) = (&paths[0], &paths[paths.len() / 2]);
    if !allow_custom {
        check_size(&train, train_path, SIDE, SIDE)?;
        check_size(&test, test_path, SIDE, SIDE)?;
    }
    check_size(&test, test_path, train.height, train.width)?;
    Ok(Source {
        dir: dir.to_owned(),
        files: train_files.into_iter().chain(test_files).collect(),
        train,
        test,
    })
}

fn load_idx(
    images_path: &Path,
    labels_path: &Path,
    n_classes: usize,
) -> Result<(RawSplit, SplitFiles), DatasetError> {
    let images = digest::load(images_path, |reader| idx::parse_images(reader, images_path))?;
    let labels = digest::load(labels_path, |reader| {
        idx::parse_labels(reader, labels_path, n_classes)
    })?;
    let (images, images_file) = split_off(images);
    let (labels, labels_file) = split_off(labels);
    let Images {
        n_samples,
        height,
        width,
        pixels,
    } = images;
    if labels.len() != n_samples {
        return Err(DatasetError::format(
            labels_path,
            format!(
                "{n_samples} labels, one for each image of {}",
                images_path.display()
            ),
            labels.len().to_string(),
        ));
    }
    let split = RawSplit {
        height,
        width,
        pixels,
        labels,
    };
    Ok((split, [images_file, labels_file]))
}

fn split_off<T>(file: Digested<T>) -> (T, SourceFile) {
    let name = last_part(&file.path);
    let identity = FileIdentity {
        name,
        md5: Some(file.md5),
        sha256: file.sha256,
    };
    (
        file.content,
        SourceFile {
            path: file.path,
            identity,
        },
    )
}

fn check_size(
    split: &RawSplit,
    path: &Path,
    height: usize,
    width: usize,
) -> Result<(), DatasetError> {
    if (split.height, split.width) == (height, width) {
        return Ok(());
    }
    Err(DatasetError::format(
        path,
        format!("images of {height} x {width} pixels"),
        format!("{} x {}", split.height, split.width),
    ))
}
