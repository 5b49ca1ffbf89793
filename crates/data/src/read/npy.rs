//! NPY, numpy's format of one array.

use std::io::Read;
use std::path::Path;

use super::columns::Columns;
use super::input::{Input, MAX_VALUES, fill};
use super::labels::Labels;
use super::piece::{Block, Piece, SplitName};
use super::reader::{ReadOptions, Reader, Start, describe_start};
use crate::digest::read_error;
use crate::error::DatasetError;
use crate::raw::Values;
use crate::shape::{MAX_SIDE, Shape};

/// The first bytes of a file.
const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The longest header.
const MAX_HEADER: usize = 1 << 16;
/// Values read at a time.
const CHUNK: usize = 1 << 14;

/// Reads NPY.
pub struct NpyReader;

impl Reader for NpyReader {
    fn format(&self) -> &'static str {
        "NPY (.npy)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        start.head.starts_with(MAGIC)
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        Ok(vec![parse(input.stream().as_mut(), path, options)?])
    }
}

/// What a header says of an array.
#[derive(Debug, Clone, PartialEq)]
struct Header {
    kind: Kind,
    is_big_endian: bool,
    shape: Vec<usize>,
}

/// The type of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Unsigned(usize),
    Signed(usize),
    Float(usize),
}

impl Kind {
    fn n_bytes(self) -> usize {
        match self {
            Self::Unsigned(n) | Self::Signed(n) | Self::Float(n) => n,
        }
    }
}

/// Reads an array to its end: labels if it has one column, else features.
///
/// # Errors
/// [`DatasetError::Format`] for objects, texts, arrays in Fortran's order, and whatever else cannot
/// be rows of a data set.
pub fn parse(
    reader: &mut dyn Read,
    path: &Path,
    options: &ReadOptions,
) -> Result<Piece, DatasetError> {
    let header = read_header(reader, path)?;
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
        let numbers = read_numbers(reader, path, &header, n_rows)?;
        let is_whole = |number: &f64| number.fract() == 0.0 && number.abs() < 1e15;
        if let Some(row) = numbers.iter().position(|number| !is_whole(number)) {
            return Err(DatasetError::format(
                path,
                "whole numbers as labels",
                format!("{} in row {}", numbers[row], row + 1),
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers below 1e15")]
        let numbers = numbers.into_iter().map(|number| number as i64);
        let labels = Labels::of_numbers(numbers, path)?;
        return Ok(Piece {
            split,
            labels: Some(labels),
            ..Piece::default()
        });
    }
    let shape = match options.shape {
        Some(shape) if shape.n_features() == n_values / n_rows => Some(shape),
        _ if dims.iter().skip(1).any(|&dim| dim > MAX_SIDE) => None,
        _ => Shape::of_dims(dims),
    };
    let shape = shape.ok_or_else(|| DatasetError::format(path, expected, described()))?;
    let values = match header.kind {
        Kind::Unsigned(1) => Values::Bytes(read_bytes(reader, path, n_values)?),
        _ => {
            let mut columns = Columns::default();
            read_each(reader, path, &header, n_values, |number| {
                columns.push(number)
            })?;
            columns.into_values()
        }
    };
    check_end(reader, path)?;
    Ok(Piece {
        split,
        features: Some(Block { shape, values }),
        ..Piece::default()
    })
}

fn read_header(reader: &mut dyn Read, path: &Path) -> Result<Header, DatasetError> {
    let failed = |error| read_error(path, error);
    let mut start = [0; 8];
    let n_read = fill(reader, &mut start).map_err(failed)?;
    if n_read < start.len() || !start.starts_with(MAGIC) {
        let found = describe_start(&start[..n_read]);
        return Err(DatasetError::format(
            path,
            "the start of an NPY file",
            found,
        ));
    }
    let mut len = [0; 4];
    let n_len = if start[6] == 1 { 2 } else { 4 };
    let n_read = fill(reader, &mut len[..n_len]).map_err(failed)?;
    let len = u32::from_le_bytes(len) as usize;
    if n_read < n_len || !(1..=3).contains(&start[6]) || len > MAX_HEADER {
        let expected = format!("a header of at most {MAX_HEADER} bytes in format 1 to 3");
        let found = format!("{len} bytes in format {}", start[6]);
        return Err(DatasetError::format(path, expected, found));
    }
    let mut text = vec![0; len];
    let n_read = fill(reader, &mut text).map_err(failed)?;
    if n_read < len {
        return Err(DatasetError::format(
            path,
            "a whole header",
            "the end of the file",
        ));
    }
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    parse_header(&text).map_err(|expected| DatasetError::format(path, expected, text))
}

/// Parses `{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }`.
fn parse_header(text: &str) -> Result<Header, &'static str> {
    let value_of = |key: &str| {
        let place = text.find(&format!("'{key}'"))?;
        let rest = text[place + key.len() + 2..]
            .trim_start()
            .strip_prefix(':')?;
        Some(rest.trim_start())
    };
    let bad = "the header of an array of numbers";
    let descr = value_of("descr").and_then(|rest| rest.strip_prefix('\''));
    let descr = descr.and_then(|rest| rest.split('\'').next()).ok_or(bad)?;
    let order = descr.chars().next().ok_or(bad)?;
    let kind = &descr[order.len_utf8()..];
    let n_bytes = kind
        .get(1..)
        .and_then(|digits| digits.parse().ok())
        .ok_or(bad)?;
    let kind = match (kind.as_bytes()[0], n_bytes) {
        (b'u', 1 | 2 | 4 | 8) => Kind::Unsigned(n_bytes),
        (b'b', 1) => Kind::Unsigned(1),
        (b'i', 1 | 2 | 4 | 8) => Kind::Signed(n_bytes),
        (b'f', 4 | 8) => Kind::Float(n_bytes),
        _ => return Err(bad),
    };
    if !matches!(order, '<' | '>' | '|' | '=') {
        return Err(bad);
    }
    let shape = value_of("shape").and_then(|rest| rest.strip_prefix('('));
    let shape = shape.and_then(|rest| rest.split_once(')')).ok_or(bad)?.0;
    let shape: Option<Vec<usize>> = shape
        .split(',')
        .map(str::trim)
        .filter(|dim| !dim.is_empty())
        .map(|dim| dim.parse().ok())
        .collect();
    let shape = shape.ok_or(bad)?;
    let is_fortran = value_of("fortran_order").ok_or(bad)?.starts_with("True");
    if is_fortran && shape.len() > 1 {
        return Err("an array in C order; save it with numpy.ascontiguousarray");
    }
    Ok(Header {
        kind,
        is_big_endian: order == '>',
        shape,
    })
}

/// Reads `n` bytes; the memory grows with what is really there.
fn read_bytes(reader: &mut dyn Read, path: &Path, n: usize) -> Result<Vec<u8>, DatasetError> {
    let mut bytes = Vec::new();
    reader
        .take(n as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| read_error(path, error))?;
    if bytes.len() < n {
        return Err(too_short(path, n, bytes.len()));
    }
    Ok(bytes)
}

fn read_numbers(
    reader: &mut dyn Read,
    path: &Path,
    header: &Header,
    n: usize,
) -> Result<Vec<f64>, DatasetError> {
    let mut numbers = Vec::new();
    read_each(reader, path, header, n, |number| numbers.push(number))?;
    check_end(reader, path)?;
    Ok(numbers)
}

fn read_each(
    reader: &mut dyn Read,
    path: &Path,
    header: &Header,
    n: usize,
    mut on_number: impl FnMut(f64),
) -> Result<(), DatasetError> {
    let width = header.kind.n_bytes();
    let mut buffer = vec![0; CHUNK * width];
    let mut n_done = 0;
    while n_done < n {
        let wanted = (n - n_done).min(CHUNK);
        let n_read =
            fill(reader, &mut buffer[..wanted * width]).map_err(|error| read_error(path, error))?;
        for bytes in buffer[..n_read].chunks_exact(width) {
            let number = decode(header, bytes);
            if !number.is_finite() {
                return Err(DatasetError::format(
                    path,
                    "finite numbers",
                    format!("{number} as value {}", n_done + 1),
                ));
            }
            on_number(number);
            n_done += 1;
        }
        if n_read < wanted * width {
            return Err(too_short(path, n * width, n_done * width + n_read % width));
        }
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no label or feature is that large"
)]
fn decode(header: &Header, bytes: &[u8]) -> f64 {
    let mut word = [0; 8];
    for (place, &byte) in bytes.iter().enumerate() {
        let place = if header.is_big_endian {
            bytes.len() - 1 - place
        } else {
            place
        };
        word[place] = byte;
    }
    let bits = u64::from_le_bytes(word);
    match header.kind {
        Kind::Unsigned(_) => bits as f64,
        Kind::Signed(n_bytes) => {
            let shift = 64 - 8 * n_bytes;
            ((bits << shift).cast_signed() >> shift) as f64
        }
        Kind::Float(4) => f64::from(f32::from_bits((bits & u64::from(u32::MAX)) as u32)),
        Kind::Float(_) => f64::from_bits(bits),
    }
}

fn too_short(path: &Path, n_bytes: usize, found: usize) -> DatasetError {
    DatasetError::format(
        path,
        format!("{n_bytes} bytes of values"),
        format!("only {found}"),
    )
}

fn check_end(reader: &mut dyn Read, path: &Path) -> Result<(), DatasetError> {
    match fill(reader, &mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(DatasetError::format(
            path,
            "nothing after the values",
            "trailing bytes",
        )),
        Err(error) => Err(read_error(path, error)),
    }
}

/// Returns an NPY file of bytes or of other numbers, little-endian: `descr` is numpy's name of the
/// type.
pub fn render(descr: &str, shape: &[usize], values: &[u8]) -> Vec<u8> {
    let dims: Vec<_> = shape.iter().map(|dim| format!("{dim},")).collect();
    let mut header = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
        dims.join(" ")
    );
    // The values begin at a multiple of 64 bytes, as numpy has it.
    let n_blanks = (64 - (MAGIC.len() + 4 + header.len() + 1) % 64) % 64;
    header.push_str(&" ".repeat(n_blanks));
    header.push('\n');
    let len = u16::try_from(header.len()).unwrap_or(u16::MAX);
    [
        &MAGIC[..],
        &[1, 0],
        &len.to_le_bytes(),
        header.as_bytes(),
        values,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

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
                .contains("an array of numbers")
        );
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
