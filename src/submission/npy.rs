//! `.npy` files with numbers of any type.

use std::path::Path;

use ndarray::Array2;

use super::error::ContentError;
use super::interpret::Table;
use crate::dataset::parse_npy;

/// Parses the array of one or two dimensions in the file at `path`.
pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<Table, ContentError> {
    let (shape, values) = parse_npy(bytes, path)?;
    let dim = match shape[..] {
        [n] => (n, 1),
        [n, n_columns] => (n, n_columns),
        _ => return Err(ContentError::Shape { found: shape }),
    };
    let values = Array2::from_shape_vec(dim, values);
    Ok(Table {
        values: values.expect("as many values as the shape says"),
        may_have_index: false,
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::dataset::{NpyElement, write_npy};

    fn bytes<T: NpyElement>(shape: &[usize], values: &[T]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.npy");
        write_npy(&path, shape, values.iter().copied()).unwrap();
        std::fs::read(path).unwrap()
    }

    /// The bytes with another text of the same length in the header.
    fn edited(mut bytes: Vec<u8>, old: &str, new: &str) -> Vec<u8> {
        let mut places = bytes.windows(old.len());
        let place = places.position(|part| part == old.as_bytes()).unwrap();
        bytes[place..place + old.len()].copy_from_slice(new.as_bytes());
        bytes
    }

    fn parsed(bytes: &[u8]) -> Result<Array2<f64>, ContentError> {
        parse(bytes, Path::new("labels.npy")).map(|table| table.values)
    }

    #[test]
    fn labels_and_probabilities_are_read() {
        let column = array![[1.0], [0.0], [-3.0]];
        assert_eq!(parsed(&bytes(&[3], &[1_i64, 0, -3])).unwrap(), column);
        assert_eq!(
            parsed(&bytes(&[3, 1], &[1.0_f32, 0.0, -3.0])).unwrap(),
            column
        );
        // As numpy.asfortranarray writes it: column by column.
        let rows = array![[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]];
        let columns = bytes(&[3, 2], &[0.25_f64, 1.0, 0.5, 0.75, 0.0, 0.5]);
        let columns = edited(columns, "'fortran_order': False", "'fortran_order': True ");
        assert_eq!(parsed(&columns).unwrap(), rows);
    }

    #[test]
    fn other_shapes_and_types_are_refused() {
        let error = parsed(&bytes(&[2, 2, 2], &[0.0_f64; 8])).unwrap_err();
        assert!(
            error.to_string().ends_with("got shape [2, 2, 2]"),
            "{error}"
        );
        let text = edited(bytes(&[1], &[1_i64]), "<i8", "<U2");
        let error = parsed(&text).unwrap_err().to_string();
        assert!(error.starts_with("expected integers or floats"), "{error}");
        let whole = bytes(&[2], &[1_i64, 2]);
        assert!(parsed(&whole[..whole.len() - 1]).is_err());
        let huge = edited(bytes(&[10], &[0_i64; 10]), "(10,)", "(99,)");
        assert!(parsed(&huge).is_err());
    }
}
