//! The `.npy` files that messages name.

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView, Dimension};

use crate::dataset::{DatasetError, NpyElement, read_npy, write_npy};

/// Reads rows: `n_samples` × `n_features` 32-bit floats.
///
/// # Errors
/// [`DatasetError`] if the file is not there, or holds anything else.
pub fn load_rows(
    path: &Path,
    n_samples: usize,
    n_features: usize,
) -> Result<Array2<f32>, DatasetError> {
    load_matrix(path, n_samples, n_features)
}

/// Reads probabilities: `n_samples` × `n_classes` 64-bit floats.
///
/// # Errors
/// [`DatasetError`] if the file is not there, or holds anything else.
pub fn load_probabilities(
    path: &Path,
    n_samples: usize,
    n_classes: usize,
) -> Result<Array2<f64>, DatasetError> {
    load_matrix(path, n_samples, n_classes)
}

/// Reads labels: `n_samples` 64-bit integers.
///
/// # Errors
/// [`DatasetError`] if the file is not there, or holds anything else.
pub fn load_labels(path: &Path, n_samples: usize) -> Result<Array1<i64>, DatasetError> {
    read_npy(path, &[n_samples]).map(Array1::from_vec)
}

/// Writes an array, row-major; a file that is there is replaced.
///
/// # Errors
/// [`DatasetError`] if the file cannot be written.
pub fn write<T: NpyElement, D: Dimension>(
    path: &Path,
    array: &ArrayView<'_, T, D>,
) -> Result<(), DatasetError> {
    write_npy(path, array.shape(), array.iter().copied())
}

fn load_matrix<T: NpyElement>(
    path: &Path,
    n_rows: usize,
    n_columns: usize,
) -> Result<Array2<T>, DatasetError> {
    let values = read_npy(path, &[n_rows, n_columns])?;
    let matrix = Array2::from_shape_vec((n_rows, n_columns), values);
    Ok(matrix.expect("the number of values was checked when they were read"))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn arrays_survive_writing_and_reading() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.npy");
        let rows = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
        write(&path, &rows.view()).unwrap();
        assert_eq!(load_rows(&path, 2, 3).unwrap(), rows);
        // Rows are written one after the other, whatever their order in memory.
        write(&path, &rows.t()).unwrap();
        assert_eq!(load_rows(&path, 3, 2).unwrap(), rows.t());
        write(&path, &array![-3_i64, 7].view()).unwrap();
        assert_eq!(load_labels(&path, 2).unwrap(), array![-3, 7]);
        assert!(load_probabilities(&path, 2, 1).is_err());
    }
}
