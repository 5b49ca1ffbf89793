//! What a reader reads from: a file, or the content of one that is packed.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use crate::digest::read_error;
use crate::error::DatasetError;

/// Most values that a split may have: over a million images of 28 × 28 pixels.
pub const MAX_VALUES: usize = 1 << 30;
/// Most bytes that a packed file which cannot be read in one go may have.
const MAX_UNPACKED: u64 = 1 << 31;

/// A file to read.
pub struct Input<'a> {
    /// Where it lies; an entry of an archive lies below it.
    pub path: &'a Path,
    /// Its content, unpacked.
    pub content: Content<'a>,
}

/// The content of a file.
pub enum Content<'a> {
    /// The file itself.
    Plain(File),
    /// What a gzip file or an entry of an archive holds.
    Unpacked(Box<dyn Read + 'a>),
}

impl<'a> Input<'a> {
    /// Returns a reader from the first byte to the last.
    pub fn stream(self) -> Box<dyn Read + 'a> {
        match self.content {
            Content::Plain(file) => Box::new(io::BufReader::with_capacity(1 << 16, file)),
            Content::Unpacked(reader) => reader,
        }
    }

    /// Returns a file that can be read from anywhere; a packed one is unpacked into a temporary file.
    ///
    /// # Errors
    /// [`DatasetError::Format`] for a packed file that is too large for that.
    pub fn file(self) -> Result<File, DatasetError> {
        let reader = match self.content {
            Content::Plain(file) => return Ok(file),
            Content::Unpacked(reader) => reader,
        };
        let mut file = tempfile::tempfile()
            .map_err(DatasetError::io("create a file in", &std::env::temp_dir()))?;
        let n_bytes = io::copy(&mut reader.take(MAX_UNPACKED + 1), &mut file)
            .map_err(|error| read_error(self.path, error))?;
        if n_bytes > MAX_UNPACKED {
            let expected =
                format!("at most {MAX_UNPACKED} bytes; unpack it and name what is in it");
            return Err(DatasetError::format(self.path, expected, "more"));
        }
        file.rewind().map_err(DatasetError::io("read", self.path))?;
        Ok(file)
    }
}

/// Fills `buffer` as far as the content goes and returns the number of bytes read.
pub fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n_read = 0;
    while n_read < buffer.len() {
        match reader.read(&mut buffer[n_read..]) {
            Ok(0) => break,
            Ok(n_bytes) => n_read += n_bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_read)
}
