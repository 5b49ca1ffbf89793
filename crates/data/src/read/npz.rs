//! NPZ, numpy's archive of arrays: Keras's `mnist.npz`, Kuzushiji-MNIST's pairs, MedMNIST's file.

use zip::ZipArchive;

use super::input::Input;
use super::npy;
use super::piece::Piece;
use super::reader::{ReadOptions, Reader, Start};
use crate::archive::{Entry, MAX_ENTRIES, zip_error};
use crate::error::DatasetError;

/// Reads NPZ.
pub struct NpzReader;

impl Reader for NpzReader {
    fn format(&self) -> &'static str {
        "NPZ (.npz)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        start.head.starts_with(b"PK\x03\x04") && start.ends_in(&[".npz"])
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        let file = input.file()?;
        let mut archive = ZipArchive::new(file).map_err(|error| zip_error(path, error))?;
        if archive.len() > MAX_ENTRIES {
            let expected = format!("at most {MAX_ENTRIES} arrays");
            return Err(DatasetError::format(
                path,
                expected,
                archive.len().to_string(),
            ));
        }
        let mut pieces = Vec::new();
        for entry_idx in 0..archive.len() {
            let entry = archive
                .by_index(entry_idx)
                .map_err(|error| zip_error(path, error))?;
            let name = entry.name().map_err(|error| zip_error(path, error))?;
            let place = path.join(name.as_ref());
            let mut entry = Entry::new(entry);
            pieces.push(npy::parse(&mut entry, &place, options)?);
        }
        Ok(pieces)
    }
}
