//! The `.npy` files of a data set, for engines to map: written once, beside the prepared data.
//!
//! A file's name tells the content of the data, the split and the seed of the order, so that every
//! job and every run share it. Processes that work side by side, and such as are killed, do no harm:
//! a file gets its name when it is whole, the folder is locked while something is written, and a job
//! holds a lock on the files that it uses (see [`array_cache`](super::array_cache)).

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array1, ArrayView, ArrayView1, ArrayView2, Dimension};

use super::array_cache::{Held, MAX_BYTES, TEMPORARY, hold, lock_folder, make_room};
use super::repeats::chain;
use crate::dataset::{NpyElement, Prepared};
use crate::engine::arrays::write;
use crate::results::Status;
use crate::runner::protocol::Failure;

/// A folder with the arrays of data sets.
pub(super) struct ArrayFiles {
    folder: PathBuf,
    /// Begins each name; it tells data sets apart by their content.
    stem: String,
    max_bytes: u64,
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
            max_bytes: MAX_BYTES,
        }
    }

    /// The train split in the order drawn from `seed`. The files stay as long as the handles do.
    pub(super) fn train(
        &self,
        data: &Prepared,
        seed: u64,
    ) -> Result<(TrainFiles, Vec<Held>), Failure> {
        let files = TrainFiles {
            x: self.path(&format!("train-{seed:016x}-x")),
            y: self.path(&format!("train-{seed:016x}-y")),
        };
        let (n_rows, n_columns) = data.x_train().dim();
        let sizes = [4 * n_rows * n_columns, 8 * n_rows].map(|size| size as u64);
        let paths = [files.x.as_path(), files.y.as_path()];
        let held = self.hold_or_write(&paths, &sizes, &|| {
            let (x, y) = data.shuffled_train(seed);
            self.write(&files.x, &x.view())?;
            self.write(&files.y, &to_i64(y.view()).view())
        })?;
        Ok((files, held))
    }

    /// The features of the test split. The file stays as long as the handle does.
    pub(super) fn test(&self, data: &Prepared) -> Result<(PathBuf, Vec<Held>), Failure> {
        let path = self.path("test-x");
        let sizes = [4 * data.x_test().len() as u64];
        let held = self.hold_or_write(&[&path], &sizes, &|| self.write(&path, &data.x_test()))?;
        Ok((path, held))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}-{name}.npy", self.stem))
    }

    /// Holds the files, which `write` makes if one of them is not there.
    fn hold_or_write(
        &self,
        paths: &[&Path],
        sizes: &[u64],
        write: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<Vec<Held>, Failure> {
        let hold_all = || -> Option<Vec<Held>> {
            let each = paths.iter().zip(sizes);
            each.map(|(path, size)| hold(path, *size)).collect()
        };
        if let Some(held) = hold_all() {
            return Ok(held);
        }
        fs::create_dir_all(&self.folder).map_err(|error| self.failure(&error))?;
        let _writing = lock_folder(&self.folder);
        // Another job may have written them meanwhile.
        if let Some(held) = hold_all() {
            return Ok(held);
        }
        make_room(&self.folder, sizes.iter().sum(), self.max_bytes);
        write()?;
        hold_all().ok_or_else(|| {
            let reason = format!(
                "the arrays of engines that were written to {} are not there",
                self.folder.display()
            );
            Failure::new(Status::Lost, reason)
        })
    }

    fn write<T: NpyElement, D: Dimension>(
        &self,
        path: &Path,
        array: &ArrayView<'_, T, D>,
    ) -> Result<(), Failure> {
        let file = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.folder)
            .map_err(|error| self.failure(&error))?;
        // Marks it as in use; without locks its age does.
        let _ = file.as_file().lock_shared();
        write(file.path(), array).map_err(|error| self.failure(&error))?;
        file.persist(path)
            .map_err(|error| self.failure(&error.error))?;
        Ok(())
    }

    fn failure(&self, error: &dyn std::error::Error) -> Failure {
        let folder = self.folder.display();
        let reason = format!(
            "cannot write the arrays of engines in {folder}: {}",
            chain(error)
        );
        Failure::new(Status::Lost, reason)
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::engine::arrays::{load_labels, load_rows};
    use crate::runner::fixture;

    fn files(folder: &Path) -> ArrayFiles {
        ArrayFiles::beside(&folder.join("demo-0123.f32"))
    }

    fn inode(path: &Path) -> u64 {
        fs::metadata(path).unwrap().ino()
    }

    #[test]
    fn the_files_hold_the_split_in_the_order_of_the_seed_and_are_written_once() {
        let (folder, data) = (tempfile::tempdir().unwrap(), fixture::data());
        let files = files(folder.path());
        let (train, _held) = files.train(&data, 7).unwrap();
        let (x, y) = data.shuffled_train(7);
        assert_eq!(load_rows(&train.x, x.nrows(), x.ncols()).unwrap(), x);
        assert_eq!(load_labels(&train.y, y.len()).unwrap(), to_i64(y.view()));
        let (test, _held) = files.test(&data).unwrap();
        let x_test = data.x_test();
        assert_eq!(
            load_rows(&test, x_test.nrows(), x_test.ncols()).unwrap(),
            x_test
        );
        let before = inode(&train.x);
        files.train(&data, 7).unwrap();
        assert_eq!(inode(&train.x), before);
        assert_ne!(files.train(&data, 8).unwrap().0.x, train.x);
    }

    #[test]
    fn a_file_that_was_cut_short_is_written_again() {
        let (folder, data) = (tempfile::tempdir().unwrap(), fixture::data());
        let files = files(folder.path());
        let (train, held) = files.train(&data, 7).unwrap();
        drop(held);
        fs::File::options()
            .write(true)
            .open(&train.y)
            .and_then(|file| file.set_len(20))
            .unwrap();
        files.train(&data, 7).unwrap();
        let n_samples = data.y_train().len();
        assert!(load_labels(&train.y, n_samples).is_ok());
    }

    #[test]
    fn jobs_side_by_side_write_the_files_once() {
        let (folder, data) = (tempfile::tempdir().unwrap(), fixture::data());
        let inodes: Vec<u64> = std::thread::scope(|scope| {
            let job = || {
                let (train, _held) = files(folder.path()).train(&data, 7).unwrap();
                inode(&train.x)
            };
            let jobs: Vec<_> = (0..8).map(|_| scope.spawn(job)).collect();
            jobs.into_iter().map(|job| job.join().unwrap()).collect()
        });
        assert!(inodes.iter().all(|inode| *inode == inodes[0]), "{inodes:?}");
    }

    #[test]
    fn the_folder_stays_within_its_bound_but_for_what_is_in_use() {
        let (folder, data) = (tempfile::tempdir().unwrap(), fixture::data());
        let mut files = files(folder.path());
        files.max_bytes = 1;
        let (first, held) = files.train(&data, 1).unwrap();
        let (second, _) = files.train(&data, 2).unwrap();
        files.train(&data, 3).unwrap();
        assert!(first.x.exists() && first.y.exists(), "it is in use");
        assert!(!second.x.exists() && !second.y.exists());
        drop(held);
        files.train(&data, 4).unwrap();
        assert!(!first.x.exists() && !first.y.exists());
    }
}
