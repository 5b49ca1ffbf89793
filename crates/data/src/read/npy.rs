//! NPY, numpy's format of one array.

use std::io::Read;
use std::path::Path;

use super::columns::Columns;
use super::input::{Input, MAX_VALUES};
use super::labels::Labels;
use super::piece::{Block, Piece, SplitName};
use super::reader::{ReadOptions, Reader, Start};
use crate::digest::read_error;
use crate::error::DatasetError;
use crate::npy::{Header, Kind, check_end, is_npy};
use crate::raw::Values;
use crate::shape::{MAX_SIDE, Shape};

/// Reads NPY.
pub struct NpyReader;

impl Reader for NpyReader {
    fn format(&self) -> &'static str {
        "NPY (.npy)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        is_npy(start.head)
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        Ok(vec![parse(input.stream().as_mut(), path, options)?])
    }
}

/// Reads an array to its end: labels if it has one column, else features.
///
/// # Errors
/// [`DatasetError::Format`] for objects and whatever else cannot be rows or labels of a data set.
pub fn parse(
    reader: &mut dyn Read,
    path: &Path,
    options: &ReadOptions,
) -> Result<Piece, DatasetError> {
    let header = Header::read(reader, path)?;
    let expected = "an array of labels (n), of rows (n × columns) or of images (n × height × width, \
                    and × 3 in colour)";
    let described = || format!("an array of shape {:?}", header.shape);
    let (&n_rows, dims) = match header.shape.split_first() {
        Some((n_rows, dims)) if *n_rows > 0 => (n_rows, dims),
        _ => return Err(DatasetError::format(path, expected, described())),
    };
    let n_values = dims
        .iter()
        .try_fold(n_rows, |n, &dim| n.checked_mul(dim))
        .filter(|n| (1..=MAX_VALUES).contains(n));
    let Some(n_values) = n_values else {
        let expected = format!("1 to {MAX_VALUES} values");
        return Err(DatasetError::format(path, expected, described()));
    };
    let split = path
        .file_stem()
        .and_then(|name| SplitName::of_name(&name.to_string_lossy()));
    if let [] | [1] = dims {
        let labels = read_labels(reader, path, &header, n_rows)?;
        check_end(reader, path)?;
        return Ok(Piece {
            split,
            labels: Some(labels),
            ..Piece::default()
        });
    }
    if is_name_of_labels(path) && dims.len() == 1 {
        let expected = "one label in each row; `array.argmax(axis=1)` makes labels of one-hot rows";
        return Err(DatasetError::format(path, expected, described()));
    }
    if let Kind::Text(_) = header.kind {
        let found = format!("texts in {}", described());
        return Err(DatasetError::format(path, "numbers", found));
    }
    let shape = match options.shape {
        Some(shape) if shape.n_features() == n_values / n_rows => Some(shape),
        _ if dims.iter().skip(1).any(|&dim| dim > MAX_SIDE) => None,
        _ => Shape::of_dims(dims),
    };
    let shape = shape.ok_or_else(|| DatasetError::format(path, expected, described()))?;
    let values = read_values(reader, path, &header, n_values)?;
    check_end(reader, path)?;
    Ok(Piece {
        split,
        features: Some(Block { shape, values }),
        ..Piece::default()
    })
}

/// Whether an array or a file is called so that it holds labels: `y_train`, `test_labels`.
fn is_name_of_labels(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    name == "y" || name.starts_with("y_") || name.contains("label") || name.contains("target")
}

/// Reads labels: whole numbers or texts.
fn read_labels(
    reader: &mut dyn Read,
    path: &Path,
    header: &Header,
    n_rows: usize,
) -> Result<Labels, DatasetError> {
    if let Kind::Text(_) = header.kind {
        let mut labels = Labels::default();
        header.each(reader, path, n_rows, |bytes| {
            labels.push(&text_of(bytes), path)
        })?;
        return Ok(labels);
    }
    let mut numbers = Vec::new();
    header.each(reader, path, n_rows, |bytes| {
        let number = header.number(bytes);
        if number.fract() != 0.0 || number.abs() >= 1e15 {
            let found = format!("{number} in row {}", numbers.len() + 1);
            return Err(DatasetError::format(path, "whole numbers as labels", found));
        }
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 1e15")]
        numbers.push(number as i64);
        Ok(())
    })?;
    Labels::of_numbers(numbers.into_iter(), path)
}

/// Returns a text of numpy: four bytes for each character, zeros after the last.
fn text_of(bytes: &[u8]) -> String {
    let (characters, _) = bytes.as_chunks::<4>();
    let characters = characters
        .iter()
        .map(|bytes| char::from_u32(u32::from_le_bytes(*bytes)));
    let text: String = characters
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.trim_end_matches('\0').to_owned()
}

/// Reads features; the memory grows with what is really there.
fn read_values(
    reader: &mut dyn Read,
    path: &Path,
    header: &Header,
    n_values: usize,
) -> Result<Values, DatasetError> {
    if header.kind == Kind::Unsigned(1) {
        let mut bytes = Vec::new();
        reader
            .take(n_values as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| read_error(path, error))?;
        if bytes.len() < n_values {
            let expected = format!("{n_values} bytes of values");
            let found = format!("only {}", bytes.len());
            return Err(DatasetError::format(path, expected, found));
        }
        return Ok(Values::Bytes(header.row_by_row(bytes)));
    }
    let mut columns = Columns::default();
    let mut n_done = 0_usize;
    header.each(reader, path, n_values, |bytes| {
        let number = header.number(bytes);
        n_done += 1;
        if !number.is_finite() {
            let found = format!("{number} as value {n_done}");
            return Err(DatasetError::format(path, "finite numbers", found));
        }
        columns.push(number);
        Ok(())
    })?;
    Ok(match columns.into_values() {
        Values::Bytes(values) => Values::Bytes(header.row_by_row(values)),
        Values::Floats(values) => Values::Floats(header.row_by_row(values)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npy::render;

    fn parsed(bytes: &[u8]) -> Result<Piece, String> {
        let mut bytes = bytes;
        parse(
            &mut bytes,
            Path::new("x_train.npy"),
            &ReadOptions::default(),
        )
        .map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_number_is_read() {
        let numbers = [3_i64, 0, 1];
        let cases: [(&str, Vec<u8>); 8] = [
            ("|u1", numbers.iter().map(|&n| n as u8).collect()),
            ("|i1", numbers.iter().map(|&n| n as u8).collect()),
            (
                ">i2",
                numbers
                    .iter()
                    .flat_map(|&n| (n as i16).to_be_bytes())
                    .collect(),
            ),
            (
                "<i4",
                numbers
                    .iter()
                    .flat_map(|&n| (n as i32).to_le_bytes())
                    .collect(),
            ),
            (
                "<i8",
                numbers.iter().flat_map(|&n| n.to_le_bytes()).collect(),
            ),
            (
                "<f4",
                numbers
                    .iter()
                    .flat_map(|&n| (n as f32).to_le_bytes())
                    .collect(),
            ),
            (
                ">f8",
                numbers
                    .iter()
                    .flat_map(|&n| (n as f64).to_be_bytes())
                    .collect(),
            ),
            (
                "<u2",
                numbers
                    .iter()
                    .flat_map(|&n| (n as u16).to_le_bytes())
                    .collect(),
            ),
        ];
        for (descr, values) in cases {
            let labels = parsed(&render(descr, &[3, 1], &values))
                .unwrap()
                .labels
                .unwrap();
            assert_eq!(labels.values, ["3", "0", "1"], "{descr}");
            let block = parsed(&render(descr, &[1, 3], &values))
                .unwrap()
                .features
                .unwrap();
            assert_eq!(block.values, Values::Bytes(vec![3, 0, 1]), "{descr}");
        }
        let cats: Vec<u8> = ["cat", "ox", "cat"]
            .iter()
            .flat_map(|text| format!("{text:\0<4}").into_bytes())
            .flat_map(|byte| [0, 0, 0, byte])
            .collect();
        let texts = parsed(&render(">U4", &[3], &cats)).unwrap();
        let texts = texts.labels.unwrap();
        assert_eq!(
            (&texts.values[..], &texts.codes[..]),
            (&["cat".to_owned(), "ox".to_owned()][..], &[0, 1, 0][..])
        );
        let negative = render("<i2", &[2], &[0xff, 0xff, 1, 0]);
        assert_eq!(
            parsed(&negative).unwrap().labels.unwrap().values,
            ["-1", "1"]
        );
    }

    #[test]
    fn images_have_two_dimensions_or_three() {
        let shape = |dims: &[usize]| {
            let n = dims.iter().product();
            parsed(&render("|u1", dims, &vec![1; n])).map(|piece| piece.features.unwrap().shape)
        };
        assert_eq!(shape(&[2, 3, 4]), Ok(Shape::grey(3, 4)));
        assert_eq!(shape(&[2, 3, 4, 3]).unwrap().image(), Some([3, 4, 3]));
        assert_eq!(shape(&[2, 5]), Ok(Shape::Table { n_features: 5 }));
        assert!(
            shape(&[2, 3, 4, 2])
                .unwrap_err()
                .contains("an array of shape [2, 3, 4, 2]")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = render("|u1", &[2, 2], &[1, 2, 3, 4]);
        assert!(
            parsed(&good[..good.len() - 1])
                .unwrap_err()
                .contains("found only 3")
        );
        assert!(
            parsed(&[&good[..], &[0]].concat())
                .unwrap_err()
                .contains("trailing bytes")
        );
        assert!(parsed(&good[..9]).unwrap_err().contains("header"));
        let huge = render("|u1", &[usize::MAX, 2], &[]);
        assert!(
            parsed(&huge)
                .unwrap_err()
                .contains("1 to 1073741824 values")
        );
        let objects = render("|O", &[2], &[]);
        assert!(
            parsed(&objects)
                .unwrap_err()
                .contains("Python objects, which may run any code")
        );
        let one_hot = render("|u1", &[2, 2], &[1, 0, 0, 1]);
        let error = parse(
            &mut &one_hot[..],
            Path::new("a.npz/y_train.npy"),
            &ReadOptions::default(),
        );
        assert!(error.unwrap_err().to_string().contains("argmax"));
        let nan = render(
            "<f8",
            &[1, 2],
            &[f64::NAN.to_le_bytes(), 1_f64.to_le_bytes()].concat(),
        );
        assert!(parsed(&nan).unwrap_err().contains("found NaN as value 1"));
        let half = render("<f8", &[1], &0.5_f64.to_le_bytes());
        assert!(parsed(&half).unwrap_err().contains("0.5 in row 1"));
    }
}
