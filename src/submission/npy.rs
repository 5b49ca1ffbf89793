//! `.npy` files with numbers of any type.

use std::io::Cursor;

use ndarray::{Array2, ArrayD, Axis};
use ndarray_npy::{ReadNpyError, ReadNpyExt};

use super::error::ContentError;
use super::interpret::Table;

/// The first bytes of a file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Whether a file is an `.npy` file, whatever its name.
pub(super) fn is_npy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Parses an array of one or two dimensions.
pub(super) fn parse(bytes: &[u8]) -> Result<Table, ContentError> {
    let array = read(bytes)?;
    let found = array.shape().to_vec();
    let shape = || ContentError::Shape { found };
    let values: Array2<f64> = match array.ndim() {
        1 => array.insert_axis(Axis(1)).into_dimensionality(),
        _ => array.into_dimensionality(),
    }
    .map_err(|_| shape())?;
    Ok(Table {
        values,
        may_have_index: false,
        notes: Vec::new(),
    })
}

/// Reads numbers as `f64`, which holds every label exactly.
fn read(bytes: &[u8]) -> Result<ArrayD<f64>, ReadNpyError> {
    macro_rules! try_types {
        ($($kind:ty => $convert:expr),+ $(,)?) => {
            $(
                match ArrayD::<$kind>::read_npy(Cursor::new(bytes)) {
                    Ok(array) => return Ok(array.mapv($convert)),
                    Err(ReadNpyError::WrongDescriptor(_)) => {}
                    Err(error) => return Err(error),
                }
            )+
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "no label is that large")]
    {
        try_types!(
            i64 => |value| value as f64,
            u8 => f64::from,
            i32 => f64::from,
            f32 => f64::from,
            f64 => |value| value,
            u64 => |value| value as f64,
            u32 => f64::from,
            u16 => f64::from,
            i16 => f64::from,
            i8 => f64::from,
        );
    }
    // The last type says what is wrong with all of them.
    let array = ArrayD::<bool>::read_npy(Cursor::new(bytes))?;
    Ok(array.mapv(|value| f64::from(u8::from(value))))
}

#[cfg(test)]
mod tests {
    use ndarray::{ShapeBuilder, array};
    use ndarray_npy::{WritableElement, WriteNpyExt};

    use super::*;

    fn bytes<T: WritableElement, D: ndarray::Dimension>(array: &ndarray::Array<T, D>) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        array.write_npy(&mut bytes).unwrap();
        bytes.into_inner()
    }

    fn values(bytes: &[u8]) -> Array2<f64> {
        parse(bytes).unwrap().values
    }

    #[test]
    fn every_type_of_numbers_is_read() {
        let expected = array![[1.0], [0.0]];
        assert_eq!(values(&bytes(&array![1_i64, 0])), expected);
        assert_eq!(values(&bytes(&array![1_u8, 0])), expected);
        assert_eq!(values(&bytes(&array![1_i32, 0])), expected);
        assert_eq!(values(&bytes(&array![1.0_f32, 0.0])), expected);
        assert_eq!(values(&bytes(&array![[1.0], [0.0]])), expected);
        assert_eq!(values(&bytes(&array![1_u64, 0])), expected);
        assert_eq!(values(&bytes(&array![1_u32, 0])), expected);
        assert_eq!(values(&bytes(&array![1_u16, 0])), expected);
        assert_eq!(values(&bytes(&array![1_i16, 0])), expected);
        assert_eq!(values(&bytes(&array![1_i8, 0])), expected);
        assert_eq!(values(&bytes(&array![true, false])), expected);
    }

    #[test]
    fn columns_in_either_order_are_read() {
        let rows = array![[0.25_f32, 0.75], [1.0, 0.0], [0.5, 0.5]];
        let mut columns = Array2::zeros((3, 2).f());
        columns.assign(&rows);
        assert_eq!(values(&bytes(&rows)), values(&bytes(&columns)));
    }

    #[test]
    fn other_shapes_and_types_are_refused() {
        let cube = bytes(&ndarray::Array3::<f64>::zeros((2, 2, 2)));
        let error = parse(&cube).unwrap_err().to_string();
        assert!(error.ends_with("got shape [2, 2, 2]"), "{error}");
        let mut text = bytes(&array![1_i64]);
        let place = text.windows(3).position(|part| part == b"<i8").unwrap();
        text[place..place + 3].copy_from_slice(b"<U8");
        let error = parse(&text).unwrap_err().to_string();
        assert!(error.starts_with("expected integers or floats"), "{error}");
        assert!(parse(&bytes(&array![1_i64, 2])[..130]).is_err());
    }
}
