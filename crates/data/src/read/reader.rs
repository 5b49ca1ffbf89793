//! The list of readers.

use super::arff::ArffReader;
use super::csv::CsvReader;
use super::dialect::LabelAt;
use super::idx::IdxReader;
use super::input::Input;
use super::npy::NpyReader;
use super::npz::NpzReader;
#[cfg(feature = "parquet")]
use super::parquet::ParquetReader;
use super::piece::Piece;
use crate::error::DatasetError;
use crate::shape::Shape;

/// What the user says about files that do not say it themselves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadOptions {
    /// The column of the labels in a table.
    pub label: Option<LabelAt>,
    /// The shape of a row.
    pub shape: Option<Shape>,
}

/// What tells a file's format.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// The last part of its name in lower case, without `.gz`.
    pub name: &'a str,
    /// The first bytes of its content, unpacked; up to 512.
    pub head: &'a [u8],
}

impl Start<'_> {
    /// Whether the name ends in one of `endings`.
    pub fn ends_in(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.name.ends_with(ending))
    }
}

/// A reader of one format.
pub trait Reader: Sync {
    /// Names the format with the endings of its files, for the list of what can be read.
    fn format(&self) -> &'static str;

    /// Whether a file that begins so is of this format.
    fn is_for(&self, start: &Start<'_>) -> bool;

    /// Reads a file to its end.
    ///
    /// # Errors
    /// [`DatasetError::Format`] with the place of what is not as the format has it.
    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError>;
}

/// Every reader; the first one that is for a file reads it.
pub static READERS: &[&dyn Reader] = &[
    &IdxReader,
    &NpyReader,
    &NpzReader,
    #[cfg(feature = "parquet")]
    &ParquetReader,
    &ArffReader,
    &CsvReader,
];

/// Reads a file that begins as `start` says.
///
/// # Errors
/// [`DatasetError::Unreadable`] for a file of no format that is known, else the reader's.
pub fn read(
    start: &Start<'_>,
    input: Input<'_>,
    options: &ReadOptions,
) -> Result<Vec<Piece>, DatasetError> {
    match READERS.iter().find(|reader| reader.is_for(start)) {
        Some(reader) => reader.read(input, options),
        None => Err(DatasetError::Unreadable {
            path: input.path.to_owned(),
            start: describe_start(start.head),
        }),
    }
}

/// Lists the formats that can be read.
pub fn formats() -> String {
    let formats = READERS.iter().map(|reader| reader.format());
    let formats: Vec<_> = formats.collect();
    format!(
        "{}, folders of PNG or JPEG images by class, and zip archives of these",
        formats.join(", ")
    )
}

/// Describes the first bytes of a file for a message.
pub fn describe_start(head: &[u8]) -> String {
    let head = &head[..head.len().min(4)];
    if head.is_empty() {
        return "an empty file".to_owned();
    }
    let hint = match head {
        [b'<', ..] => ", the start of a web page",
        b"vers" => ", the start of a Git LFS pointer",
        b"PAR1" => ", a Parquet file, which this build cannot read",
        [0x89, b'H', b'D', b'F'] => ", an HDF5 file",
        [0x80, 2..=5, ..] => ", the start of a pickle, which may run any code and is not read",
        [0x1f, 0x8b, ..] => ", a gzip file inside a gzip file: it was packed twice",
        [b'7', b'z', 0xbc, 0xaf] => ", a 7z archive; unpack it",
        [0xfd, b'7', b'z', b'X'] => ", an xz file; unpack it",
        [0x28, 0xb5, 0x2f, 0xfd] => ", a zstd file; unpack it",
        [b'B', b'Z', b'h', _] => ", a bzip2 file; unpack it",
        _ => "",
    };
    format!(
        "0x{} (\"{}\"{hint})",
        hex::encode(head),
        head.escape_ascii()
    )
}
