//! The IDX format of MNIST's files: a magic number, the dimensions, the bytes.
//!
//! The header is not trusted: sizes are checked against what is plausible before anything is kept,
//! and memory grows only with bytes that are really there.

use std::io::Read;
use std::path::Path;

use super::digest::read_error;
use super::error::DatasetError;
use super::read::{describe_start, fill};
use super::shape::MAX_SIDE;

/// Most bytes a file may hold: 1 GiB, over a million images of 28 × 28.
pub const MAX_BYTES: usize = 1 << 30;

/// IDX's code for unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// Images as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Number of images.
    pub n_samples: usize,
    /// Pixel rows of an image.
    pub height: usize,
    /// Pixel columns of an image.
    pub width: usize,
    /// Grey values (`n_samples` × `height` × `width`).
    pub pixels: Vec<u8>,
}

/// Reads an `idx3-ubyte` file to its end; `path` is for errors.
///
/// # Errors
/// [`DatasetError::Format`] for anything but one or more images of unsigned bytes, no byte
/// missing and none left over.
pub fn parse_images(reader: &mut dyn Read, path: &Path) -> Result<Images, DatasetError> {
    let [n_samples, height, width] = read_dims(reader, path, "images")?;
    let is_plausible = |side: usize| (1..=MAX_SIDE).contains(&side);
    if !is_plausible(height) || !is_plausible(width) {
        return Err(DatasetError::format(
            path,
            format!("images of 1 to {MAX_SIDE} pixels a side"),
            format!("{height} x {width} in the header"),
        ));
    }
    let pixels = read_body(reader, path, n_samples, height * width)?;
    Ok(Images {
        n_samples,
        height,
        width,
        pixels,
    })
}

/// Reads an `idx1-ubyte` file to its end; `path` is for errors.
///
/// # Errors
/// [`DatasetError::Format`] for anything but one or more labels below `n_classes`, no byte
/// missing and none left over.
pub fn parse_labels(
    reader: &mut dyn Read,
    path: &Path,
    n_classes: usize,
) -> Result<Vec<u8>, DatasetError> {
    let [n_samples] = read_dims(reader, path, "labels")?;
    let labels = read_body(reader, path, n_samples, 1)?;
    check_labels(&labels, path, n_classes)?;
    Ok(labels)
}

/// Checks that every label is below `n_classes`.
///
/// # Errors
/// [`DatasetError::Format`] naming the first label that is not.
pub fn check_labels(labels: &[u8], path: &Path, n_classes: usize) -> Result<(), DatasetError> {
    match labels
        .iter()
        .position(|&label| usize::from(label) >= n_classes)
    {
        None => Ok(()),
        Some(sample_idx) => Err(DatasetError::format(
            path,
            format!("labels from 0 to {}", n_classes - 1),
            format!("{} at position {sample_idx}", labels[sample_idx]),
        )),
    }
}

/// Returns the header that [`parse_images`] or, with one dimension, [`parse_labels`] accepts.
#[must_use]
pub fn render_header(dims: &[usize]) -> Vec<u8> {
    let mut header = vec![0, 0, UNSIGNED_BYTE, u8::try_from(dims.len()).unwrap_or(0)];
    for &dim in dims {
        let dim = u32::try_from(dim).unwrap_or(u32::MAX);
        header.extend(dim.to_be_bytes());
    }
    header
}

/// Returns how many bytes a file has whose content begins with `head`, if that is a header of
/// unsigned bytes.
pub fn announced_len(head: &[u8]) -> Option<u64> {
    let [0, 0, UNSIGNED_BYTE, n_dims] = *head.first_chunk()? else {
        return None;
    };
    let header_len = 4 * (usize::from(n_dims) + 1);
    let (dims, _) = head.get(4..header_len)?.as_chunks::<4>();
    let n_values = dims
        .iter()
        .map(|dim| u64::from(u32::from_be_bytes(*dim)))
        .try_fold(1_u64, u64::checked_mul)?;
    n_values.checked_add(header_len as u64)
}

/// The header of an IDX file.
pub(crate) struct Header {
    /// The code of the type of its values.
    pub kind: u8,
    /// Its dimensions, at least one.
    pub dims: Vec<usize>,
}

/// Reads a header of any type; `magic` describes, in the error, the four bytes that are expected.
///
/// # Errors
/// [`DatasetError::Format`] for another start than that of IDX, and for a header cut short.
pub(crate) fn read_header(
    reader: &mut dyn Read,
    path: &Path,
    magic: &str,
) -> Result<Header, DatasetError> {
    let failed = |error| read_error(path, error);
    let mut start = [0; 4];
    let n_read = fill(reader, &mut start).map_err(failed)?;
    let [0, 0, kind, n_dims @ 1..=u8::MAX] = start else {
        return Err(DatasetError::format(
            path,
            magic,
            describe_start(&start[..n_read]),
        ));
    };
    let mut bytes = vec![0; 4 * usize::from(n_dims)];
    if fill(reader, &mut bytes).map_err(failed)? < bytes.len() {
        let expected = format!("a header of {} bytes", 4 + bytes.len());
        return Err(DatasetError::format(path, expected, "the end of the file"));
    }
    let (dims, _) = bytes.as_chunks::<4>();
    let dims = dims.iter().map(|dim| u32::from_be_bytes(*dim) as usize);
    Ok(Header {
        kind,
        dims: dims.collect(),
    })
}

/// Reads the header of unsigned bytes in `N` dimensions.
fn read_dims<const N: usize>(
    reader: &mut dyn Read,
    path: &Path,
    what: &str,
) -> Result<[usize; N], DatasetError> {
    let magic = format!("the magic number 0x0000080{N} of IDX {what}");
    let Header { kind, dims } = read_header(reader, path, &magic)?;
    if kind != UNSIGNED_BYTE {
        return Err(DatasetError::format(
            path,
            "IDX values of type 0x08 (unsigned bytes)",
            format!("type 0x{kind:02x}"),
        ));
    }
    dims.try_into().map_err(|dims: Vec<_>| {
        DatasetError::format(
            path,
            format!("{what} ({N} dimension{})", if N == 1 { "" } else { "s" }),
            match dims.len() {
                1 => "labels (1 dimension)".to_owned(),
                3 => "images (3 dimensions)".to_owned(),
                n => format!("{n} dimensions"),
            },
        )
    })
}

/// Reads `n_samples` × `sample_len` bytes and makes sure that the content ends there.
fn read_body(
    reader: &mut dyn Read,
    path: &Path,
    n_samples: usize,
    sample_len: usize,
) -> Result<Vec<u8>, DatasetError> {
    let n_bytes = n_samples
        .checked_mul(sample_len)
        .filter(|n_bytes| (1..=MAX_BYTES).contains(n_bytes))
        .ok_or_else(|| {
            DatasetError::format(
                path,
                format!("1 to {MAX_BYTES} bytes of data"),
                format!("{n_samples} samples of {sample_len} in the header"),
            )
        })?;
    // Grows with what is really read, whatever the header says.
    let mut body = Vec::new();
    reader
        .take(n_bytes as u64)
        .read_to_end(&mut body)
        .map_err(|error| read_error(path, error))?;
    if body.len() < n_bytes {
        return Err(DatasetError::format(
            path,
            format!("{n_samples} samples of {sample_len} bytes, {n_bytes} in all"),
            format!("only {} bytes", body.len()),
        ));
    }
    match fill(reader, &mut [0]) {
        Ok(0) => Ok(body),
        Ok(_) => Err(DatasetError::format(
            path,
            format!("{n_samples} samples of {sample_len} bytes and nothing after them"),
            "trailing bytes",
        )),
        Err(error) => Err(read_error(path, error)),
    }
}

#[cfg(test)]
mod tests;
