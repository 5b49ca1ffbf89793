//! Read-only memory maps of `f32` values. Where the values come from is left to others.

use std::fs::File;
use std::io;
use std::mem::{align_of, size_of};

use memmap2::{Mmap, MmapOptions};

/// A read-only memory map of `f32` values in native byte order.
///
/// The pages are shared by every process that maps the same file and are read on first use.
///
/// The file must not be changed while it is mapped. One that is only ever replaced by a rename
/// never is. If somebody makes the file shorter, the process ends with a bus error.
#[derive(Debug)]
pub struct MappedFloats {
    map: Mmap,
}

impl MappedFloats {
    /// Maps `len` values of `file` from byte `offset` on.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] if `offset` is not a multiple of 4,
    /// [`io::ErrorKind::UnexpectedEof`] if the file ends before `len` values, and whatever the
    /// operating system reports.
    #[expect(unsafe_code, reason = "mapping a file")]
    pub fn open(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        let n_bytes = len
            .checked_mul(size_of::<f32>())
            .filter(|n_bytes| isize::try_from(*n_bytes).is_ok())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "map is too large"))?;
        if !offset.is_multiple_of(align_of::<f32>() as u64) {
            let message = format!("offset {offset} is no multiple of {}", align_of::<f32>());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let file_len = file.metadata()?.len();
        let end = offset.checked_add(n_bytes as u64);
        if end.is_none_or(|end| end > file_len) {
            let message =
                format!("{n_bytes} bytes from byte {offset} on, but the file has {file_len} bytes");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        // SAFETY: the map is read-only and lies within the file, as checked above. That nobody
        // changes the file meanwhile is the documented condition of this type; the one file that
        // this workspace maps is written under another name, made read-only, and renamed.
        let map = unsafe { MmapOptions::new().offset(offset).len(n_bytes).map(file)? };
        debug_assert_eq!(map.len(), n_bytes);
        Ok(Self { map })
    }

    /// Returns the values.
    #[must_use]
    #[expect(unsafe_code, reason = "bytes read as f32")]
    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: every bit pattern is an `f32`, the bytes are read-only and live as long as
        // `self`; `align_to` itself takes care of alignment and length.
        let (head, values, tail) = unsafe { self.map.align_to::<f32>() };
        // A map starts at a page plus `offset`, a multiple of 4, and is a multiple of 4 long.
        assert!(
            head.is_empty() && tail.is_empty(),
            "the map is aligned and whole"
        );
        values
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn values_are_those_of_a_plain_read() {
        for len in [0, 1, 2, 1023, 5000] {
            let values: Vec<f32> = (0..len).map(|i| i as f32 * 0.5 - 7.0).collect();
            let mut bytes = b"head".to_vec();
            bytes.extend(values.iter().flat_map(|value| value.to_ne_bytes()));
            let file = file_of(&bytes);
            let mapped = MappedFloats::open(&file, 4, values.len()).unwrap();
            assert_eq!(mapped.as_slice(), values);
        }
    }

    #[test]
    fn an_offset_between_values_is_refused() {
        let error = MappedFloats::open(&file_of(&[0; 64]), 2, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_file_too_short_is_refused() {
        for (offset, len) in [(0, 17), (64, 1), (u64::MAX - 3, 1), (4, 16)] {
            let error = MappedFloats::open(&file_of(&[0; 64]), offset, len).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{offset} {len}");
        }
        let error = MappedFloats::open(&file_of(&[0; 64]), 0, usize::MAX / 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
