//! The four files of a data set in a directory, or the two of its CSV form.

use std::path::{Path, PathBuf};

use super::digest::{self, Digested};
use super::error::DatasetError;
use super::identity::FileIdentity;
use super::idx::{self, Images};
use super::kaggle;
use super::raw::RawSplit;

/// File names of MNIST and its successors without `.gz`: train images, train labels, test images,
/// test labels.
pub const FILE_NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// Width and height of every image of the known data sets.
const SIDE: usize = 28;

/// Classes of the known data sets.
pub const N_CLASSES: usize = 10;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name and hashes.
    pub identity: FileIdentity,
}

/// What a directory held.
#[derive(Debug)]
pub struct Source {
    /// The directory.
    pub dir: PathBuf,
    /// Train images, train labels, test images, test labels.
    pub files: Vec<SourceFile>,
    /// Train split.
    pub train: RawSplit,
    /// Test split.
    pub test: RawSplit,
}

/// Where the files of a directory are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Four IDX files, in the order of [`FILE_NAMES`].
    Idx([PathBuf; 4]),
    /// Train and test as CSV files.
    Csv([PathBuf; 2]),
}

impl Layout {
    /// The files, in order.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Idx(paths) => paths,
            Self::Csv(paths) => paths,
        }
    }
}

/// Reads the files of `layout`; `dir` is where it was found.
///
/// With `allow_custom` images may have any size, as long as all have the same, and labels any
/// value.
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

/// Two files of a split: its images, its labels.
pub type SplitFiles = [SourceFile; 2];

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
    let name = file_name(&file.path);
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

/// The last part of `path`.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
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
