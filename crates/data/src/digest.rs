//! Files read once and hashed on the way: as they lie on disk, and as they are decompressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::error::DatasetError;

/// A file that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested<T> {
    /// Where it was read from.
    pub path: PathBuf,
    /// MD5 of the file as it lies on disk, in hex.
    pub md5: String,
    /// SHA-256 of the content, decompressed, in hex.
    pub sha256: String,
    /// What the content was parsed to.
    pub content: T,
}

/// Reads `path`, plain or gzip (as its first bytes say, not its name), through `parse`.
///
/// `parse` must read the content to its end.
pub fn load<T>(
    path: &Path,
    parse: impl FnOnce(&mut dyn Read) -> Result<T, DatasetError>,
) -> Result<Digested<T>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let mut raw = Hashing::<_, Md5>::new(file);
    let (content, sha256) = {
        let content = decompressed(&mut raw).map_err(DatasetError::io("read", path))?;
        let content = once_packed(content).map_err(|error| read_error(path, error))?;
        let mut hashing = Hashing::<_, Sha256>::new(content);
        (parse(&mut hashing)?, hashing.finish())
    };
    io::copy(&mut raw, &mut io::sink()).map_err(DatasetError::io("read", path))?;
    Ok(Digested {
        path: path.to_owned(),
        md5: raw.finish(),
        sha256,
        content,
    })
}

/// Returns the MD5 of `path` as it lies on disk, in hex.
pub fn md5_of(path: &Path) -> io::Result<String> {
    let mut hasher = Md5::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hex::encode(hasher.finalize()))
}

/// Returns the SHA-256 of the decompressed content of `path`, in hex.
pub fn sha256_of_content(path: &Path) -> Result<String, DatasetError> {
    let drain = |reader: &mut dyn Read| {
        io::copy(reader, &mut io::sink()).map_err(|error| read_error(path, error))
    };
    Ok(load(path, drain)?.sha256)
}

/// Returns the SHA-256 of `bytes`, in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What a file holds as far as it can be decompressed.
#[derive(Debug)]
pub struct Skimmed {
    /// The first bytes of the content.
    pub head: Vec<u8>,
    /// Bytes of the content that could be read.
    pub n_bytes: u64,
    /// SHA-256 of these bytes, in hex.
    pub sha256: String,
    /// Whether the file was read to its end without a fault in its gzip stream.
    pub is_whole: bool,
}

/// Reads `path`, plain or gzip, as far as it goes; keeps the first `head_len` bytes of the content
/// and gives up after `max_bytes` of it, which counts as whole.
///
/// # Errors
/// [`DatasetError::Io`] if the system cannot read the file; a damaged stream is no error.
pub fn skim(path: &Path, head_len: usize, max_bytes: u64) -> Result<Skimmed, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let mut reader = decompressed(file).map_err(DatasetError::io("read", path))?;
    let (mut head, mut n_bytes, mut hasher) = (Vec::new(), 0, Sha256::new());
    let mut buffer = vec![0; 1 << 16];
    let is_whole = loop {
        let n_read = match reader.read(&mut buffer) {
            Ok(0) => break true,
            Ok(n_read) => n_read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => match read_error(path, error) {
                DatasetError::Format { .. } => break false,
                error => return Err(error),
            },
        };
        let bytes = &buffer[..n_read];
        head.extend(&bytes[..n_read.min(head_len - head.len())]);
        hasher.update(bytes);
        n_bytes += n_read as u64;
        if n_bytes > max_bytes {
            break true;
        }
    };
    Ok(Skimmed {
        head,
        n_bytes,
        sha256: hex::encode(hasher.finalize()),
        is_whole,
    })
}

/// Returns a reader of the content of `raw`, decompressed if its first bytes are gzip's.
pub fn decompressed<'a>(raw: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut buffered = BufReader::with_capacity(1 << 16, raw);
    let is_gzip = buffered.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(buffered))
    } else {
        Box::new(buffered)
    })
}

/// Passes the content of a file on, unless it is a gzip file again.
pub fn once_packed<'a>(content: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut buffered = BufReader::with_capacity(1 << 16, content);
    if buffered.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        return Err(Misfit::error(
            "a file packed once".to_owned(),
            "a gzip file inside a gzip file: it was packed twice; run gunzip on it once",
        ));
    }
    Ok(Box::new(buffered))
}

/// The content of a file is wrong. A reader passes it on inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct Misfit {
    expected: String,
    found: String,
}

impl Misfit {
    /// Returns an error that [`read_error`] turns into [`DatasetError::Format`].
    pub fn error(expected: String, found: impl Into<String>) -> io::Error {
        let found = found.into();
        io::Error::new(io::ErrorKind::InvalidData, Self { expected, found })
    }
}

/// Returns what an error while reading `path` means: a broken gzip stream is a finding about the
/// file, anything else is the operating system's.
pub fn read_error(path: &Path, error: io::Error) -> DatasetError {
    if let Some(Misfit { expected, found }) = error.get_ref().and_then(|cause| cause.downcast_ref())
    {
        return DatasetError::format(path, expected, found);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DatasetError::format(
            path,
            "a whole gzip stream",
            "the end of the file in the middle of it",
        ),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => DatasetError::format(
            path,
            "a whole gzip stream and nothing after it",
            error.to_string(),
        ),
        _ => DatasetError::io("read", path)(error),
    }
}

/// A reader that hashes what it passes on.
pub struct Hashing<R, D> {
    inner: R,
    hasher: D,
}

impl<R, D: Digest> Hashing<R, D> {
    /// Hashes what is read from `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: D::new(),
        }
    }

    /// Returns the hash in hex.
    pub fn finish(self) -> String {
        hex::encode(self.hasher.finalize())
    }
}

impl<R: Read, D: Digest> Read for Hashing<R, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n_bytes]);
        Ok(n_bytes)
    }
}
