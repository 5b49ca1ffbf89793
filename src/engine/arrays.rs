//! The `.npy` files that messages name.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2, ArrayView, Dimension};
use ndarray_npy::{ReadNpyError, ReadNpyExt, WritableElement, WriteNpyError, WriteNpyExt};
use thiserror::Error;

/// Why a `.npy` file cannot be used.
#[derive(Debug, Error)]
pub enum ArrayError {
    /// It cannot be opened.
    #[error("cannot open {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is not the array that was expected.
    #[error("expected {expected} in {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// The cause.
        source: ReadNpyError,
    },
    /// It has another shape than the message says.
    #[error("expected {expected} in {path}, got {found}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// The shape of the message.
        expected: String,
        /// The shape of the file.
        found: String,
    },
    /// It cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: WriteNpyError,
    },
}

/// Reads rows: `n_samples` × `n_features` 32-bit floats, row-major.
///
/// # Errors
/// [`ArrayError`] if the file is not there, or holds anything else.
pub fn load_rows(
    path: &Path,
    n_samples: usize,
    n_features: usize,
) -> Result<Array2<f32>, ArrayError> {
    let rows = Array2::<f32>::read_npy(open(path)?).map_err(|source| ArrayError::Read {
        path: path.to_owned(),
        expected: "32-bit floats in two dimensions",
        source,
    })?;
    check_shape(path, rows.shape(), &[n_samples, n_features])?;
    Ok(if rows.is_standard_layout() {
        rows
    } else {
        rows.as_standard_layout().into_owned()
    })
}

/// Reads labels: `n_samples` 64-bit integers.
///
/// # Errors
/// [`ArrayError`] if the file is not there, or holds anything else.
pub fn load_labels(path: &Path, n_samples: usize) -> Result<Array1<i64>, ArrayError> {
    let labels = Array1::<i64>::read_npy(open(path)?).map_err(|source| ArrayError::Read {
        path: path.to_owned(),
        expected: "64-bit integers in one dimension",
        source,
    })?;
    check_shape(path, labels.shape(), &[n_samples])?;
    Ok(labels)
}

/// Writes an array, row-major; a file that is there is replaced.
///
/// # Errors
/// [`ArrayError`] if the file cannot be written.
pub fn write<T: WritableElement, D: Dimension>(
    path: &Path,
    array: &ArrayView<'_, T, D>,
) -> Result<(), ArrayError> {
    let fail = |source| ArrayError::Write {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(|error| fail(error.into()))?;
    let mut file = BufWriter::new(file);
    array.write_npy(&mut file).map_err(fail)?;
    file.flush().map_err(|error| fail(error.into()))
}

fn open(path: &Path) -> Result<BufReader<File>, ArrayError> {
    let file = File::open(path).map_err(|source| ArrayError::Open {
        path: path.to_owned(),
        source,
    })?;
    Ok(BufReader::with_capacity(1 << 20, file))
}

fn check_shape(path: &Path, found: &[usize], expected: &[usize]) -> Result<(), ArrayError> {
    if found == expected {
        return Ok(());
    }
    let shown = |shape: &[usize]| {
        let sizes: Vec<_> = shape.iter().map(ToString::to_string).collect();
        sizes.join(" × ")
    };
    Err(ArrayError::Shape {
        path: path.to_owned(),
        expected: format!("{} values", shown(expected)),
        found: shown(found),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{ShapeBuilder, array};

    use super::*;

    #[test]
    fn arrays_survive_writing_and_reading_in_either_order() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let rows = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        write(&path, &rows.view()).unwrap();
        assert_eq!(load_rows(&path, 2, 3).unwrap(), rows);
        let mut columns = Array2::zeros((2, 3).f());
        columns.assign(&rows);
        write(&path, &columns.view()).unwrap();
        let read = load_rows(&path, 2, 3).unwrap();
        assert_eq!(read, rows);
        assert!(read.is_standard_layout());
        write(&path, &array![-3_i64, 7].view()).unwrap();
        assert_eq!(load_labels(&path, 2).unwrap(), array![-3, 7]);
    }

    #[test]
    fn other_shapes_types_and_missing_files_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let missing = load_rows(&path, 1, 1).unwrap_err().to_string();
        assert!(missing.starts_with("cannot open "), "{missing}");
        write(&path, &array![[1.0_f32, 2.0]].view()).unwrap();
        let shape = load_rows(&path, 2, 1).unwrap_err().to_string();
        assert!(shape.starts_with("expected 2 × 1 values in "), "{shape}");
        assert!(shape.ends_with("x.npy, got 1 × 2"), "{shape}");
        write(&path, &array![[1.0_f64, 2.0]].view()).unwrap();
        let kind = load_rows(&path, 1, 2).unwrap_err().to_string();
        assert!(kind.starts_with("expected 32-bit floats"), "{kind}");
        assert!(load_labels(&path, 1).is_err());
    }
}
