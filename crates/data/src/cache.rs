//! The cache file of prepared data: a header that says what it is, then the values.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | magic with the version of the format |
//! | 4 | 0x01020304 in native byte order |
//! | 4 | length of the JSON header |
//! | 32 | SHA-256 of the JSON header |
//! | … | JSON header: [`Header`] |
//! | … | zeros up to a multiple of 64 |
//! | 4 × … | train features, then test features: `f32`, native byte order, row by row |
//! | … | train labels, then test labels: two bytes each, native byte order |
//!
//! The file is written under another name, synced, made read-only and renamed, so that a process
//! that opens it sees all of it, and one that has mapped it keeps the old file when a new one is
//! written.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::error::DatasetError;
use super::identity::DatasetIdentity;

const MAGIC: &[u8; 16] = b"fashion-bench 2\n";
const BYTE_ORDER: u32 = 0x0102_0304;
const FIXED_LEN: u64 = 16 + 4 + 4 + 32;
/// Longest JSON header: names and hashes of four files, the names of 1,000 classes and of a million
/// features.
const MAX_HEADER_LEN: u32 = 1 << 26;
const ALIGNMENT: u64 = 64;

/// What a cache file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Which data it holds.
    pub identity: DatasetIdentity,
    /// Name of each class.
    pub class_names: Vec<String>,
    /// Label of each class as the files write it.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Columns of the features.
    pub n_features: usize,
}

impl Header {
    /// Returns the number of `f32` values of the train split.
    pub fn n_train_values(&self) -> usize {
        self.identity.n_train * self.n_features
    }

    /// Returns the number of `f32` values of the test split.
    pub fn n_test_values(&self) -> usize {
        self.identity.n_test * self.n_features
    }

    /// Returns the bytes of values and of labels; `None` if no file could be that long.
    fn body_lens(&self) -> Option<(u64, usize)> {
        let n_labels = self.identity.n_train.checked_add(self.identity.n_test)?;
        let n_values = n_labels.checked_mul(self.n_features)?;
        Some(((n_values as u64).checked_mul(4)?, n_labels))
    }
}

/// A cache file that was opened and checked.
#[derive(Debug)]
pub struct CacheFile {
    /// The file.
    pub file: File,
    /// Its header.
    pub header: Header,
    /// Byte at which the features start.
    pub values_offset: u64,
    /// Train labels, then test labels.
    pub labels: Vec<u16>,
}

/// Returns the directory of cache files, `fashion-bench` under the user's cache directory, or
/// `None` if the environment names none. A folder that all users share will not do: whoever made it
/// first could put other values there.
#[must_use]
pub fn default_cache_dir() -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .map(|dir| dir.join("fashion-bench"))
}

/// Opens `path` and checks its header, its length and its labels.
pub fn open(path: &Path) -> Result<CacheFile, DatasetError> {
    let mut file = File::open(path).map_err(DatasetError::io("open", path))?;
    let (header, header_len) = read_header(&mut file, path)?;
    let values_offset = (FIXED_LEN + header_len).next_multiple_of(ALIGNMENT);
    let found = file
        .metadata()
        .map_err(DatasetError::io("read", path))?
        .len();
    let expected = header.body_lens().and_then(|(n_value_bytes, n_labels)| {
        let labels_offset = values_offset.checked_add(n_value_bytes)?;
        Some((
            labels_offset,
            n_labels,
            labels_offset.checked_add((n_labels as u64).checked_mul(2)?)?,
        ))
    });
    let Some((labels_offset, n_labels, expected)) = expected else {
        return Err(unusable(path, "sizes that a file can have", "larger ones"));
    };
    if found != expected {
        let (expected, found) = (format!("{expected} bytes"), format!("{found} bytes"));
        return Err(unusable(path, expected, found));
    }
    let mut bytes = vec![0; 2 * n_labels];
    read_at(&file, &mut bytes, labels_offset).map_err(DatasetError::io("read", path))?;
    let (pairs, _) = bytes.as_chunks::<2>();
    let labels: Vec<u16> = pairs.iter().map(|pair| u16::from_ne_bytes(*pair)).collect();
    let n_classes = header.class_names.len();
    if let Some(label) = labels
        .iter()
        .find(|&&label| usize::from(label) >= n_classes)
    {
        let expected = format!("labels below {n_classes}");
        return Err(unusable(path, expected, label.to_string()));
    }
    Ok(CacheFile {
        file,
        header,
        values_offset,
        labels,
    })
}

fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

fn read_header(file: &mut File, path: &Path) -> Result<(Header, u64), DatasetError> {
    let truncated = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => unusable(path, "a whole header", "the end of the file"),
        _ => DatasetError::io("read", path)(error),
    };
    let mut fixed = [0; FIXED_LEN as usize];
    file.read_exact(&mut fixed).map_err(truncated)?;
    let (magic, rest) = fixed.split_at(16);
    let (byte_order, rest) = rest.split_at(4);
    let (len, sha256) = rest.split_at(4);
    if magic != MAGIC || byte_order != BYTE_ORDER.to_ne_bytes() {
        let found = format!("\"{}\"", magic.escape_ascii());
        return Err(unusable(path, "a cache file of this version", found));
    }
    let len = len
        .iter()
        .rev()
        .fold(0, |len, &byte| len << 8 | u32::from(byte));
    if len > MAX_HEADER_LEN {
        let expected = format!("a header of at most {MAX_HEADER_LEN} bytes");
        return Err(unusable(path, expected, format!("{len} bytes")));
    }
    let mut json = vec![0; len as usize];
    file.read_exact(&mut json).map_err(truncated)?;
    if Sha256::digest(&json).as_slice() != sha256 {
        return Err(unusable(path, "an undamaged header", "another checksum"));
    }
    let header = serde_json::from_slice(&json)
        .map_err(|error| unusable(path, "a header of this version", error.to_string()))?;
    Ok((header, u64::from(len)))
}

fn unusable(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> DatasetError {
    DatasetError::Cache {
        path: path.to_owned(),
        expected: expected.into(),
        found: found.into(),
    }
}

/// Writes a cache file to `path`, replacing what is there.
pub fn write(
    path: &Path,
    header: &Header,
    features: [&Array2<f32>; 2],
    labels: [&[u16]; 2],
) -> Result<(), DatasetError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(DatasetError::io("create", dir))?;
    let temp = NamedTempFile::new_in(dir).map_err(DatasetError::io("create a file in", dir))?;
    let fill = || -> io::Result<()> {
        let json = serde_json::to_vec(header)?;
        let mut writer = BufWriter::with_capacity(1 << 20, temp.as_file());
        let len = u32::try_from(json.len()).map_err(io::Error::other)?;
        writer.write_all(MAGIC)?;
        writer.write_all(&BYTE_ORDER.to_ne_bytes())?;
        writer.write_all(&len.to_le_bytes())?;
        writer.write_all(&Sha256::digest(&json))?;
        writer.write_all(&json)?;
        let end = FIXED_LEN + u64::from(len);
        let n_zeros = end.next_multiple_of(ALIGNMENT) - end;
        writer.write_all(&[0; ALIGNMENT as usize][..n_zeros as usize])?;
        for value in features.into_iter().flatten() {
            writer.write_all(&value.to_ne_bytes())?;
        }
        for label in labels.into_iter().flatten() {
            writer.write_all(&label.to_ne_bytes())?;
        }
        writer.flush()?;
        drop(writer);
        share(temp.as_file(), 0o444)?;
        temp.as_file().sync_all()
    };
    fill().map_err(DatasetError::io("write to", temp.path()))?;
    temp.persist(path)
        .map_err(|error| DatasetError::io("create", path)(error.error))?;
    Ok(())
}

/// Moves a finished temporary file to its place, readable by everybody.
pub fn publish(temp: NamedTempFile, path: &Path) -> Result<(), DatasetError> {
    share(temp.as_file(), 0o644).map_err(DatasetError::io("create", path))?;
    temp.persist(path)
        .map_err(|error| DatasetError::io("create", path)(error.error))?;
    Ok(())
}

/// Gives a temporary file, which is made for its owner alone, its final permissions.
pub fn share(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}
