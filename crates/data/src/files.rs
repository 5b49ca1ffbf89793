//! Reading the four files of a data set, or the two of its CSV form.

use std::path::Path;

use super::classes::{N_CLASSES, order_classes};
use super::collect::collect;
use super::digest::{self, Digested};
use super::error::DatasetError;
use super::file_names::last_part;
use super::identity::FileIdentity;
use super::idx::{self, Images};
use super::kaggle;
use super::layout::Layout;
use super::name::DatasetName;
use super::own_data::OwnData;
use super::raw::{RawSplit, Values};
use super::read::{Block, Labels};
use super::shape::Shape;
use super::source::{Source, SourceFile, SplitFiles};

/// Shape of every image of the data sets that Fashion-MNIST takes the place of.
const SHAPE: Shape = Shape::grey(28, 28);

/// Reads the files of `layout`, which was found in `dir`; `name` is the data set that was asked for.
///
/// With `allow_custom` images may have any size, as long as it is the same for all, and labels may
/// have any value.
pub fn load(
    dir: &Path,
    layout: &Layout,
    name: DatasetName,
    allow_custom: bool,
) -> Result<Source, DatasetError> {
    let is_strict = !allow_custom && matches!(name, DatasetName::FashionMnist | DatasetName::Mnist);
    let n_classes = if is_strict { N_CLASSES } else { 256 };
    let [train, test] = match layout {
        Layout::Idx([train_images, train_labels, test_images, test_labels]) => [
            load_idx(train_images, train_labels, n_classes)?,
            load_idx(test_images, test_labels, n_classes)?,
        ],
        Layout::Csv([train, test]) => [
            kaggle::load(train, n_classes)?,
            kaggle::load(test, n_classes)?,
        ],
        Layout::Other(assigned) => {
            return collect(assigned, &OwnData::default(), dir, true);
        }
    };
    let paths = layout.paths();
    let (train_path, test_path) = (&paths[0], &paths[paths.len() / 2]);
    if is_strict {
        check_shape(&train.0, train_path, SHAPE)?;
        check_shape(&test.0, test_path, SHAPE)?;
    }
    check_shape(&test.0, test_path, train.0.shape)?;
    let classes = order_classes([&train.1, &test.1], &train.2[1].path)?;
    let split = |block: Block, labels: &Labels| RawSplit {
        shape: block.shape,
        values: block.values,
        labels: classes.codes(labels),
    };
    let (train_split, test_split) = (split(train.0, &train.1), split(test.0, &test.1));
    Ok(Source {
        dir: dir.to_owned(),
        files: train.2.into_iter().chain(test.2).collect(),
        train: train_split,
        test: test_split,
        class_names: classes.names,
        labels: classes.labels,
        feature_names: Vec::new(),
    })
}

fn load_idx(
    images_path: &Path,
    labels_path: &Path,
    n_classes: usize,
) -> Result<(Block, Labels, SplitFiles), DatasetError> {
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
    let block = Block {
        shape: Shape::grey(height, width),
        values: Values::Bytes(pixels),
    };
    let numbers = labels.iter().map(|&label| i64::from(label));
    let labels = Labels::of_numbers(numbers, labels_path)?;
    Ok((block, labels, [images_file, labels_file]))
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

fn check_shape(block: &Block, path: &Path, shape: Shape) -> Result<(), DatasetError> {
    if block.shape == shape {
        return Ok(());
    }
    let found = block.shape.to_string();
    Err(DatasetError::format(
        path,
        format!("images of {shape} pixels"),
        found,
    ))
}
