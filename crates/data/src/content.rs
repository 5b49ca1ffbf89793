//! The identity of data by their content, whatever container they came in.
//!
//! Features and labels are hashed as the IDX files that they would be, so that Keras's `mnist.npz`,
//! OpenML's ARFF and the original four files are the same data.

use sha2::{Digest, Sha256};

use super::idx;
use super::raw::Values;
use super::read::Block;

/// IDX's code for doubles.
const DOUBLE: u8 = 0x0e;

/// Returns the SHA-256 of features.
pub fn features_sha256(block: &Block) -> String {
    let mut header = idx::render_header(&block.shape.dims(block.n_rows()));
    let mut hasher = Sha256::new();
    match &block.values {
        Values::Bytes(values) => {
            hasher.update(header);
            hasher.update(values);
        }
        Values::Floats(values) => {
            header[2] = DOUBLE;
            hasher.update(header);
            for value in values {
                hasher.update(value.to_be_bytes());
            }
        }
    }
    hex::encode(hasher.finalize())
}

/// Returns the SHA-256 of labels: bytes if all are whole numbers from 0 to 255, else lines of text.
pub fn labels_sha256<'a>(n_rows: usize, value_of: impl Fn(usize) -> &'a str) -> String {
    let mut hasher = Sha256::new();
    let bytes: Option<Vec<u8>> = (0..n_rows).map(|row| value_of(row).parse().ok()).collect();
    if let Some(bytes) = bytes {
        hasher.update(idx::render_header(&[n_rows]));
        hasher.update(bytes);
    } else {
        hasher.update(b"labels\n");
        for row in 0..n_rows {
            hasher.update(value_of(row));
            hasher.update(b"\n");
        }
    }
    hex::encode(hasher.finalize())
}
