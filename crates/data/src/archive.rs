//! Zip archives: what lies in them, and reading it no farther than the archive declares.

use std::io::{self, Read};
use std::path::Path;

use zip::read::ZipFile;
use zip::result::ZipError;

use super::digest::Misfit;
use super::error::DatasetError;

/// The most entries of an archive.
pub const MAX_ENTRIES: usize = 5_000_000;

/// An entry that is read to its declared size and not beyond.
pub struct Entry<'a, R: Read> {
    file: ZipFile<'a, R>,
    left: u64,
}

impl<'a, R: Read> Entry<'a, R> {
    /// Reads `file`.
    pub fn new(file: ZipFile<'a, R>) -> Self {
        let left = file.size();
        Self { file, left }
    }
}

impl<R: Read> Read for Entry<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => Misfit::error(
                "a whole entry of a zip archive".to_owned(),
                error.to_string(),
            ),
            _ => error,
        })?;
        if n_read as u64 > self.left {
            let expected = format!(
                "an entry of {} bytes, as the archive says",
                self.file.size()
            );
            return Err(Misfit::error(expected, "more"));
        }
        self.left -= n_read as u64;
        Ok(n_read)
    }
}

/// Returns what an error of the archive at `path` means.
pub fn zip_error(path: &Path, error: ZipError) -> DatasetError {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            super::digest::read_error(path, error)
        }
        error => DatasetError::format(path, "a zip archive", error.to_string()),
    }
}
