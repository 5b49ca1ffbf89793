//! NPY, numpy's format of one array: its header, its values in any order, and writing it.
//!
//! [`read_npy`] and [`write_npy`] are for arrays whose type and shape are known, such as those that
//! engines exchange, [`parse_npy`] for numbers of any type. The reader of data files, which has to
//! take what comes, uses the parts.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::digest::read_error;
use super::error::DatasetError;
use super::read::{describe_start, fill};

/// The first bytes of a file.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The longest header.
const MAX_HEADER: usize = 1 << 16;
/// Values read or written at a time.
const CHUNK: usize = 1 << 14;

/// What a header says of an array.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The type of the values.
    pub kind: Kind,
    is_big_endian: bool,
    /// Whether the first index varies fastest.
    is_fortran: bool,
    /// The length of each dimension.
    pub shape: Vec<usize>,
}

/// The type of the values, with its number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers from 0.
    Unsigned(usize),
    /// Whole numbers.
    Signed(usize),
    /// Numbers.
    Float(usize),
    /// Texts of so many bytes, four for each character.
    Text(usize),
}

impl Kind {
    fn n_bytes(self) -> usize {
        match self {
            Self::Unsigned(n) | Self::Signed(n) | Self::Float(n) | Self::Text(n) => n,
        }
    }
}

/// A type of the values of an array.
pub trait NpyElement: Copy {
    /// What a reader expects, in words.
    const EXPECTED: &'static str;
    /// numpy's name of the type, little-endian.
    const DESCR: &'static str;
    /// Its kind.
    #[doc(hidden)]
    const KIND: Kind;
    /// Makes a value of its bytes, little-endian.
    #[doc(hidden)]
    fn of_le_bytes(bytes: &[u8]) -> Self;
    /// Appends the bytes, little-endian.
    #[doc(hidden)]
    fn push_le_bytes(self, target: &mut Vec<u8>);
}

macro_rules! npy_element {
    ($type:ty, $kind:expr, $descr:literal, $expected:literal) => {
        impl NpyElement for $type {
            const EXPECTED: &'static str = $expected;
            const DESCR: &'static str = $descr;
            const KIND: Kind = $kind;

            fn of_le_bytes(bytes: &[u8]) -> Self {
                let mut word = [0; size_of::<Self>()];
                word.copy_from_slice(bytes);
                Self::from_le_bytes(word)
            }

            fn push_le_bytes(self, target: &mut Vec<u8>) {
                target.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

npy_element!(f32, Kind::Float(4), "<f4", "32-bit floats");
npy_element!(f64, Kind::Float(8), "<f8", "64-bit floats");
npy_element!(i64, Kind::Signed(8), "<i8", "64-bit integers");

/// Reads an array of shape `shape`, and returns its values row by row in whichever order the file has
/// them.
///
/// Memory is taken for `shape`, never for what the file claims.
///
/// # Errors
/// [`DatasetError::Io`] if the file cannot be read, [`DatasetError::Format`] if it is of another type
/// or shape, breaks off or goes on after the values.
pub fn read_npy<T: NpyElement>(path: &Path, shape: &[usize]) -> Result<Vec<T>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let header = Header::read(&mut reader, path)?;
    if header.kind != T::KIND {
        let found = header.kind.describe();
        return Err(DatasetError::format(path, T::EXPECTED, found));
    }
    if header.shape != shape {
        let expected = format!("{} values", shown(shape));
        return Err(DatasetError::format(path, expected, shown(&header.shape)));
    }
    let n = shape.iter().product();
    let mut values = Vec::with_capacity(n);
    header.each(&mut reader, path, n, |bytes| {
        values.push(T::of_le_bytes(bytes));
        Ok(())
    })?;
    check_end(&mut reader, path)?;
    Ok(header.row_by_row(values))
}

/// Whether the content of a file is NPY, whatever its name.
#[must_use]
pub fn is_npy(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Returns the shape and the values, row by row, of an array of whole numbers or floats of any size,
/// from the bytes of the file at `path`.
///
/// # Errors
/// [`DatasetError::Format`] if it holds texts, breaks off or goes on after the values.
pub fn parse_npy(bytes: &[u8], path: &Path) -> Result<(Vec<usize>, Vec<f64>), DatasetError> {
    let mut reader = bytes;
    let header = Header::read(&mut reader, path)?;
    if let Kind::Text(_) = header.kind {
        let found = header.kind.describe();
        return Err(DatasetError::format(path, "integers or floats", found));
    }
    let mut sizes = header.shape.iter();
    let n = sizes.try_fold(1_usize, |n, &size| n.checked_mul(size));
    let n = n.filter(|n| n.checked_mul(header.kind.n_bytes()).is_some());
    let n = n.ok_or_else(|| {
        let found = shown(&header.shape);
        DatasetError::format(path, "a shape that fits in memory", found)
    })?;
    let mut values = Vec::new();
    header.each(&mut reader, path, n, |bytes| {
        values.push(header.number(bytes));
        Ok(())
    })?;
    check_end(&mut reader, path)?;
    let values = header.row_by_row(values);
    Ok((header.shape, values))
}

/// Writes an array, row by row; a file that is there is replaced.
///
/// # Errors
/// [`DatasetError::Io`] if the file cannot be written.
pub fn write_npy<T: NpyElement>(
    path: &Path,
    shape: &[usize],
    values: impl IntoIterator<Item = T>,
) -> Result<(), DatasetError> {
    let file = File::create(path).map_err(DatasetError::io("create", path))?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    let write = || {
        file.write_all(&render_header(T::DESCR, shape))?;
        let mut bytes = Vec::with_capacity(CHUNK + size_of::<u64>());
        for value in values {
            value.push_le_bytes(&mut bytes);
            if bytes.len() >= CHUNK {
                file.write_all(&bytes)?;
                bytes.clear();
            }
        }
        file.write_all(&bytes)?;
        file.flush()
    };
    write().map_err(|error: io::Error| DatasetError::io("write", path)(error))
}

/// Returns an NPY file of bytes or of other numbers, little-endian: `descr` is numpy's name of the
/// type.
pub fn render(descr: &str, shape: &[usize], values: &[u8]) -> Vec<u8> {
    [&render_header(descr, shape), values].concat()
}

fn render_header(descr: &str, shape: &[usize]) -> Vec<u8> {
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
    [&MAGIC[..], &[1, 0], &len.to_le_bytes(), header.as_bytes()].concat()
}

/// Checks that nothing comes after the values.
///
/// # Errors
/// [`DatasetError::Format`] if something does.
pub fn check_end(reader: &mut dyn Read, path: &Path) -> Result<(), DatasetError> {
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

fn shown(shape: &[usize]) -> String {
    let sizes: Vec<_> = shape.iter().map(ToString::to_string).collect();
    match sizes.is_empty() {
        true => "one value".to_owned(),
        false => sizes.join(" × "),
    }
}

impl Kind {
    fn describe(self) -> String {
        match self {
            Self::Unsigned(n) => format!("{}-bit integers without a sign", 8 * n),
            Self::Signed(n) => format!("{}-bit integers", 8 * n),
            Self::Float(n) => format!("{}-bit floats", 8 * n),
            Self::Text(_) => "texts".to_owned(),
        }
    }
}

impl Header {
    /// Reads the header of an array.
    ///
    /// # Errors
    /// [`DatasetError::Format`] for arrays of objects, of structures and of complex numbers, and for
    /// what is no NPY.
    pub fn read(reader: &mut dyn Read, path: &Path) -> Result<Self, DatasetError> {
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
        Self::parse(&text).ok_or_else(|| {
            let found = match text.contains("|O'") {
                true => "Python objects, which may run any code and are not read; save numbers or \
                         texts: `array.astype(int)` or `array.astype(str)`"
                    .to_owned(),
                false => text,
            };
            DatasetError::format(path, "the header of an array of numbers", found)
        })
    }

    /// Parses `{'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }`.
    fn parse(text: &str) -> Option<Self> {
        let value_of = |key: &str| {
            let place = text.find(&format!("'{key}'"))?;
            let rest = text[place + key.len() + 2..]
                .trim_start()
                .strip_prefix(':')?;
            Some(rest.trim_start())
        };
        let descr = value_of("descr")?.strip_prefix('\'')?;
        let descr = descr.split('\'').next()?;
        let order = descr.chars().next()?;
        let kind = &descr[order.len_utf8()..];
        let n: usize = kind.get(1..)?.parse().ok()?;
        let kind = match (kind.as_bytes()[0], n) {
            (b'u', 1 | 2 | 4 | 8) => Kind::Unsigned(n),
            (b'b', 1) => Kind::Unsigned(1),
            (b'i', 1 | 2 | 4 | 8) => Kind::Signed(n),
            (b'f', 2 | 4 | 8) => Kind::Float(n),
            (b'U', 1..=256) => Kind::Text(4 * n),
            _ => return None,
        };
        if !matches!(order, '<' | '>' | '|' | '=') {
            return None;
        }
        let shape = value_of("shape")?.strip_prefix('(')?.split_once(')')?.0;
        let shape: Option<Vec<usize>> = shape
            .split(',')
            .map(str::trim)
            .filter(|dim| !dim.is_empty())
            .map(|dim| dim.parse().ok())
            .collect();
        Some(Self {
            kind,
            is_big_endian: order == '>',
            is_fortran: value_of("fortran_order")?.starts_with("True"),
            shape: shape?,
        })
    }

    /// Reads `n` values and hands the bytes of each, little-endian, to `on_value`.
    ///
    /// # Errors
    /// [`DatasetError::Format`] if the file breaks off before, and whatever `on_value` returns.
    pub fn each(
        &self,
        reader: &mut dyn Read,
        path: &Path,
        n: usize,
        mut on_value: impl FnMut(&[u8]) -> Result<(), DatasetError>,
    ) -> Result<(), DatasetError> {
        let width = self.kind.n_bytes();
        // Of a text, each character is a number of four bytes.
        let unit = match self.kind {
            Kind::Text(_) => 4,
            _ => width,
        };
        let mut buffer = vec![0; CHUNK.min(n.max(1)) * width];
        let mut n_done = 0;
        while n_done < n {
            let wanted = (n - n_done).min(CHUNK) * width;
            let n_read =
                fill(reader, &mut buffer[..wanted]).map_err(|error| read_error(path, error))?;
            let values = &mut buffer[..n_read];
            if self.is_big_endian {
                values.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
            }
            values.chunks_exact(width).try_for_each(&mut on_value)?;
            if n_read < wanted {
                let expected = format!("{} bytes of values", n * width);
                let found = format!("only {}", n_done * width + n_read);
                return Err(DatasetError::format(path, expected, found));
            }
            n_done += wanted / width;
        }
        Ok(())
    }

    /// Returns the number that the bytes are, little-endian; a text is none.
    #[expect(
        clippy::cast_precision_loss,
        reason = "no label or feature is that large"
    )]
    pub fn number(&self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        for (place, &byte) in word.iter_mut().zip(bytes) {
            *place = byte;
        }
        let bits = u64::from_le_bytes(word);
        match self.kind {
            Kind::Unsigned(_) => bits as f64,
            Kind::Signed(n_bytes) => {
                let shift = 64 - 8 * n_bytes;
                ((bits << shift).cast_signed() >> shift) as f64
            }
            Kind::Float(2) => half(bits),
            Kind::Float(4) => f64::from(f32::from_bits((bits & u64::from(u32::MAX)) as u32)),
            Kind::Float(_) => f64::from_bits(bits),
            Kind::Text(_) => f64::NAN,
        }
    }

    /// Returns the values row by row: those of an array in Fortran's order are rearranged.
    pub fn row_by_row<T: Copy>(&self, values: Vec<T>) -> Vec<T> {
        if !self.is_fortran || self.shape.len() < 2 {
            return values;
        }
        let mut strides = Vec::with_capacity(self.shape.len());
        let mut stride = 1;
        for &dim in &self.shape {
            strides.push(stride);
            stride *= dim;
        }
        let mut index = vec![0; self.shape.len()];
        let mut place = 0;
        let next = |_| {
            let value = values[place];
            // The last index varies fastest, like the digits of a counter.
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                place += strides[axis];
                if index[axis] < self.shape[axis] {
                    break;
                }
                place -= strides[axis] * self.shape[axis];
                index[axis] = 0;
            }
            value
        };
        (0..values.len()).map(next).collect()
    }
}

/// Returns the number that sixteen bits are: a sign, five bits of exponent, ten of fraction.
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = ((bits >> 10) & 0x1f, (bits & 0x3ff) as f64);
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent as i32 - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_survive_writing_and_reading() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.npy");
        let rows = [1.0_f32, -2.5, 3.0, 4.0, f32::MIN_POSITIVE, 6.0];
        write_npy(&path, &[2, 3], rows).unwrap();
        assert_eq!(read_npy::<f32>(&path, &[2, 3]).unwrap(), rows);
        write_npy(&path, &[2], [-3_i64, i64::MAX]).unwrap();
        assert_eq!(read_npy::<i64>(&path, &[2]).unwrap(), [-3, i64::MAX]);
        write_npy(&path, &[0, 7], [0.5_f64; 0]).unwrap();
        assert!(read_npy::<f64>(&path, &[0, 7]).unwrap().is_empty());
        // Longer than a chunk.
        let many: Vec<f64> = (0..40_001).map(f64::from).collect();
        write_npy(&path, &[40_001], many.iter().copied()).unwrap();
        assert_eq!(read_npy::<f64>(&path, &[40_001]).unwrap(), many);
    }

    #[test]
    fn either_order_of_values_and_of_bytes_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.npy");
        let values: Vec<u8> = [1.0_f32, 4.0, 2.0, 5.0, 3.0, 6.0]
            .iter()
            .flat_map(|value| value.to_be_bytes())
            .collect();
        let file = render(">f4", &[2, 3], &values);
        let text = String::from_utf8_lossy(&file[10..80]).replace("False", "True ");
        let file = [&file[..10], text.as_bytes(), &file[80..]].concat();
        std::fs::write(&path, file).unwrap();
        let read = read_npy::<f32>(&path, &[2, 3]).unwrap();
        assert_eq!(read, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn fortran_order_of_images_is_that_of_numpy() {
        // numpy.arange(24).reshape(2, 3, 4).ravel(order="F")
        let fortran = [
            0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23,
        ];
        let header = Header {
            kind: Kind::Unsigned(1),
            is_big_endian: false,
            is_fortran: true,
            shape: vec![2, 3, 4],
        };
        let rows = header.row_by_row(fortran.to_vec());
        assert_eq!(rows, (0..24).collect::<Vec<_>>());
    }

    #[test]
    fn other_types_shapes_and_files_that_break_off_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.npy");
        let missing = read_npy::<f32>(&path, &[1]).unwrap_err().to_string();
        assert!(missing.starts_with("cannot open "), "{missing}");
        write_npy(&path, &[1, 2], [1.0_f64, 2.0]).unwrap();
        let fault = |shape: &[usize]| read_npy::<f64>(&path, shape).unwrap_err().to_string();
        let shape = fault(&[2, 1]);
        assert!(
            shape.ends_with("expected 2 × 1 values, found 1 × 2"),
            "{shape}"
        );
        let kind = read_npy::<f32>(&path, &[1, 2]).unwrap_err().to_string();
        assert!(
            kind.ends_with("expected 32-bit floats, found 64-bit floats"),
            "{kind}"
        );
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let short = fault(&[1, 2]);
        assert!(
            short.ends_with("expected 16 bytes of values, found only 13"),
            "{short}"
        );
        std::fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
        let long = fault(&[1, 2]);
        assert!(long.ends_with("found trailing bytes"), "{long}");
    }

    #[test]
    fn half_floats_are_those_of_numpy() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_953_125),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x7bff, 65504.0),
            (0x8000, -0.0),
            (0x7c00, f64::INFINITY),
        ] {
            assert_eq!(half(bits).to_bits(), f64::to_bits(value), "{bits:x}");
        }
        assert!(half(0x7e00).is_nan());
    }
}
