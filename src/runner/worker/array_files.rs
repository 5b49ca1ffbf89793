//! The `.npy` files of a data set, for engines to map: written once, beside the prepared data.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array1, ArrayView, ArrayView1, ArrayView2, Dimension};
use tempfile::NamedTempFile;

use super::repeats::chain;
use crate::dataset::{NpyElement, Prepared};
use crate::engine::arrays::write;
use crate::results::Status;
use crate::runner::protocol::Failure;

/// Longest header of a `.npy` file that is written here.
const MAX_HEADER: u64 = 4096;

/// A folder with the arrays of one data set. A file that has its name is whole: it was written under
/// another one.
pub(super) struct ArrayFiles {
    folder: PathBuf,
    /// Begins each name; it tells data sets apart by their content.
    stem: String,
}

/// The files of a train split.
pub(super) struct TrainFiles {
    pub(super) x: PathBuf,
    pub(super) y: PathBuf,
}

impl ArrayFiles {
    /// The files that belong to the prepared data at `path`.
    pub(super) fn beside(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new("."));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            folder: folder.join("engines"),
            stem: stem.into_owned(),
        }
    }

    /// The train split in the order drawn from `seed`.
    pub(super) fn train(&self, data: &Prepared, seed: u64) -> Result<TrainFiles, Failure> {
        let files = TrainFiles {
            x: self.path(&format!("train-{seed:016x}-x")),
            y: self.path(&format!("train-{seed:016x}-y")),
        };
        let (n_rows, n_columns) = data.x_train().dim();
        let is_there = is_whole(&files.x, 4 * n_rows * n_columns) && is_whole(&files.y, 8 * n_rows);
        if !is_there {
            let (x, y) = data.shuffled_train(seed);
            self.write(&files.x, &x.view())?;
            self.write(&files.y, &to_i64(y.view()).view())?;
        }
        Ok(files)
    }

    /// The features of the test split.
    pub(super) fn test(&self, data: &Prepared) -> Result<PathBuf, Failure> {
        let path = self.path("test-x");
        if !is_whole(&path, 4 * data.x_test().len()) {
            self.write(&path, &data.x_test())?;
        }
        Ok(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}-{name}.npy", self.stem))
    }

    fn write<T: NpyElement, D: Dimension>(
        &self,
        path: &Path,
        array: &ArrayView<'_, T, D>,
    ) -> Result<(), Failure> {
        let fail = |error: &dyn std::error::Error| {
            let folder = self.folder.display();
            let reason = format!(
                "cannot write the arrays of engines in {folder}: {}",
                chain(error)
            );
            Failure::new(Status::Lost, reason)
        };
        fs::create_dir_all(&self.folder).map_err(|error| fail(&error))?;
        let file = NamedTempFile::new_in(&self.folder).map_err(|error| fail(&error))?;
        write(file.path(), array).map_err(|error| fail(&error))?;
        file.persist(path).map_err(|error| fail(&error.error))?;
        Ok(())
    }
}

/// Rows and labels of a handful of samples, in a folder of their own.
pub(super) fn write_handful(
    folder: &Path,
    x: ArrayView2<'_, f32>,
    y: ArrayView1<'_, usize>,
) -> Result<TrainFiles, Failure> {
    let files = TrainFiles {
        x: folder.join("x.npy"),
        y: folder.join("y.npy"),
    };
    write(&files.x, &x)
        .and_then(|()| write(&files.y, &to_i64(y).view()))
        .map_err(|error| Failure::new(Status::Lost, chain(&error)))?;
    Ok(files)
}

fn to_i64(labels: ArrayView1<'_, usize>) -> Array1<i64> {
    labels.mapv(|label| i64::try_from(label).unwrap_or(i64::MAX))
}

/// Whether there is a file of `n_bytes` and a header.
fn is_whole(path: &Path, n_bytes: usize) -> bool {
    let n_bytes = n_bytes as u64;
    fs::metadata(path).is_ok_and(|found| (n_bytes..n_bytes + MAX_HEADER).contains(&found.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::arrays::{load_labels, load_rows};
    use crate::runner::fixture;

    #[test]
    fn the_files_hold_the_split_in_the_order_of_the_seed_and_are_written_once() {
        let (folder, data) = (tempfile::tempdir().unwrap(), fixture::data());
        let files = ArrayFiles::beside(&folder.path().join("demo-0123.f32"));
        let train = files.train(&data, 7).unwrap();
        let (x, y) = data.shuffled_train(7);
        assert_eq!(load_rows(&train.x, x.nrows(), x.ncols()).unwrap(), x);
        assert_eq!(load_labels(&train.y, y.len()).unwrap(), to_i64(y.view()));
        let test = files.test(&data).unwrap();
        let x_test = data.x_test();
        assert_eq!(
            load_rows(&test, x_test.nrows(), x_test.ncols()).unwrap(),
            x_test
        );
        let written = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        let before = written(&train.x);
        files.train(&data, 7).unwrap();
        assert_eq!(written(&train.x), before);
        assert_ne!(files.train(&data, 8).unwrap().x, train.x);
    }
}
