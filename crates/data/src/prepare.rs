//! Preparation of the features, once for all jobs: scaling, and rounding to `f32`.
//!
//! As in the original benchmark each feature gets zero mean and unit (population) variance over the
//! train split, and constant features become zero, unless another
//! [`Scaling`](super::scaling::Scaling) is asked for. Means and deviations are computed and applied in `f64` and the values
//! rounded once to `f32`, which gives scikit-learn's values to the last bit on all 70,000 images of
//! Fashion-MNIST.

use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, s};

use super::cache::{self, Header};
use super::error::DatasetError;
use super::raw::{RawDataset, RawSplit};

/// Columns scaled at a time. Features do not depend on each other, and a block of columns
/// takes a seventh of the memory that 28 × 28 images would as `f64`.
const BLOCK_COLUMNS: usize = 112;

/// Scales `raw` into a cache file in `cache_dir` and returns its path.
///
/// A whole file of this data that is already there is used as it is. Several processes may do this
/// at once.
///
/// # Errors
/// [`DatasetError`] if there are no train rows or the file cannot be written.
pub fn prepare(raw: &RawDataset, cache_dir: &Path) -> Result<PathBuf, DatasetError> {
    let header = header_of(raw);
    let key = raw.identity.sha256();
    let path = cache_dir.join(format!("{}-{}.f32", raw.identity.name, &key[..16]));
    match cache::open(&path) {
        Ok(found) if found.header == header => return Ok(path),
        // The file is stale, damaged or not there, and is written again. Writing it reports what
        // stands in the way.
        Ok(_) | Err(_) => {}
    }
    let (train, test) = scale(raw)?;
    let labels = [raw.train.labels.as_slice(), raw.test.labels.as_slice()];
    cache::write(&path, &header, [&train, &test], labels)?;
    Ok(path)
}

/// Returns the header of the cache file of `raw`.
pub fn header_of(raw: &RawDataset) -> Header {
    Header {
        identity: raw.identity.clone(),
        class_names: raw.class_names.clone(),
        labels: raw.labels.clone(),
        n_features: raw.train.n_features(),
    }
}

/// Returns the scaled features of the train and the test split (`n_samples` × `n_features`,
/// row-major).
///
/// # Errors
/// [`DatasetError::NoTrainRows`] if the train split is empty.
pub fn scale(raw: &RawDataset) -> Result<(Array2<f32>, Array2<f32>), DatasetError> {
    let n_features = raw.train.n_features();
    let mut train = Array2::zeros((raw.train.n_samples(), n_features));
    let mut test = Array2::zeros((raw.test.n_samples(), n_features));
    for start in (0..n_features).step_by(BLOCK_COLUMNS) {
        let columns = start..(start + BLOCK_COLUMNS).min(n_features);
        let train_block = block_of(&raw.train, columns.clone());
        let scaler = raw.identity.scaling.fit(&train_block)?;
        round_into(&mut train, start, scaler.apply(train_block).view());
        let test_block = block_of(&raw.test, columns);
        round_into(&mut test, start, scaler.apply(test_block).view());
    }
    Ok((train, test))
}

/// Returns some columns of a split as `f64`.
fn block_of(split: &RawSplit, columns: std::ops::Range<usize>) -> Array2<f64> {
    let n_features = split.n_features();
    Array2::from_shape_fn((split.n_samples(), columns.len()), |(row, column)| {
        split.values.at(row * n_features + columns.start + column)
    })
}

fn round_into(target: &mut Array2<f32>, start: usize, block: ArrayView2<'_, f64>) {
    let mut columns = target.slice_mut(s![.., start..start + block.ncols()]);
    columns.zip_mut_with(&block, |target, &value| *target = value as f32);
}
