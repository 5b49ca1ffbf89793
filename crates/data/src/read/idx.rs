//! IDX files of any type: images, colour images, labels, and QMNIST's labels, whose column 0 is the
//! class.

use std::path::Path;

use super::columns::Columns;
use super::input::{Input, MAX_VALUES, fill};
use super::labels::Labels;
use super::piece::{Block, Piece, SplitName};
use super::reader::{ReadOptions, Reader, Start};
use crate::digest::read_error;
use crate::error::DatasetError;
use crate::idx::{Header, read_header};
use crate::shape::Shape;

/// The most dimensions: rows, height, width, channels.
const MAX_DIMS: usize = 4;

/// Reads IDX.
pub struct IdxReader;

impl Reader for IdxReader {
    fn format(&self) -> &'static str {
        "IDX (…-ubyte)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        matches!(start.head, [0, 0, 0x08..=0x0e, 1..=4, ..])
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        let mut reader = input.stream();
        let reader = reader.as_mut();
        let failed = |error| read_error(path, error);
        let Header { kind, dims } = read_header(reader, path, "a magic number of IDX")?;
        let width = match kind {
            0x08 | 0x09 => 1,
            0x0b => 2,
            0x0c | 0x0d => 4,
            0x0e => 8,
            _ => {
                let expected = "a type of IDX, 0x08, 0x09 or 0x0b to 0x0e";
                let found = format!("type 0x{kind:02x}");
                return Err(DatasetError::format(path, expected, found));
            }
        };
        if dims.len() > MAX_DIMS {
            let expected = format!("at most {MAX_DIMS} dimensions");
            return Err(DatasetError::format(path, expected, dims.len().to_string()));
        }
        let n_values = dims.iter().try_fold(1_usize, |n, &dim| n.checked_mul(dim));
        let n_values = n_values
            .filter(|n| (1..=MAX_VALUES).contains(n))
            .ok_or_else(|| {
                let expected = format!("1 to {MAX_VALUES} values");
                DatasetError::format(path, expected, format!("dimensions {dims:?} in the header"))
            })?;
        let mut columns = Columns::default();
        let mut rest = vec![0; width << 14];
        let mut n_done = 0;
        while n_done < n_values {
            let wanted = (n_values - n_done).min(1 << 14) * width;
            let n_read = fill(reader, &mut rest[..wanted]).map_err(failed)?;
            if kind == 0x08 {
                columns.extend(&rest[..n_read]);
            } else {
                for bytes in rest[..n_read].chunks_exact(width) {
                    columns.push(decode(kind, bytes));
                }
            }
            n_done += n_read / width;
            if n_read < wanted {
                return Err(DatasetError::format(
                    path,
                    format!("{n_values} values of {width} bytes"),
                    format!("only {n_done}"),
                ));
            }
        }
        if fill(reader, &mut [0]).map_err(failed)? > 0 {
            return Err(DatasetError::format(
                path,
                "nothing after the values",
                "trailing bytes",
            ));
        }
        piece(columns, kind, &dims, path, options)
    }
}

fn decode(kind: u8, bytes: &[u8]) -> f64 {
    match (kind, bytes) {
        (0x09, &[byte]) => f64::from(byte.cast_signed()),
        (0x0b, &[a, b]) => f64::from(i16::from_be_bytes([a, b])),
        (0x0c, &[a, b, c, d]) => f64::from(i32::from_be_bytes([a, b, c, d])),
        (0x0d, &[a, b, c, d]) => f64::from(f32::from_be_bytes([a, b, c, d])),
        (_, &[a, b, c, d, e, f, g, h]) => f64::from_be_bytes([a, b, c, d, e, f, g, h]),
        _ => f64::NAN,
    }
}

fn piece(
    columns: Columns,
    kind: u8,
    dims: &[usize],
    path: &Path,
    options: &ReadOptions,
) -> Result<Vec<Piece>, DatasetError> {
    let split = path
        .file_name()
        .and_then(|name| SplitName::of_name(&name.to_string_lossy()));
    let values = columns.into_values();
    let (n_rows, row_dims) = (dims[0], &dims[1..]);
    let n_columns = values.len() / n_rows;
    // QMNIST's labels are a table of whole numbers: class, source, writer, ….
    let is_label_table = kind == 0x0c && row_dims.len() == 1;
    if row_dims.is_empty() || is_label_table {
        if !matches!(kind, 0x08..=0x0c) {
            return Err(DatasetError::format(
                path,
                "whole numbers as labels",
                "numbers with fractions",
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "they were whole numbers")]
        let numbers = (0..n_rows).map(|row| values.at(row * n_columns) as i64);
        return Ok(vec![Piece {
            split,
            labels: Some(Labels::of_numbers(numbers, path)?),
            ..Piece::default()
        }]);
    }
    if let Some(place) = (0..values.len()).find(|&place| !values.at(place).is_finite()) {
        let found = format!("{} as value {}", values.at(place), place + 1);
        return Err(DatasetError::format(path, "finite numbers", found));
    }
    let shape = match options.shape {
        Some(shape) if shape.n_features() == n_columns => Some(shape),
        _ => Shape::of_dims(row_dims),
    };
    let shape = shape.ok_or_else(|| {
        let expected = "images of 1 to 1024 pixels a side and 1 or 3 channels, or rows of a table";
        DatasetError::format(path, expected, format!("dimensions {dims:?} in the header"))
    })?;
    Ok(vec![Piece {
        split,
        features: Some(Block { shape, values }),
        ..Piece::default()
    }])
}
