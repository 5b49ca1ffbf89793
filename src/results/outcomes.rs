//! Image by image: which test images a repeat got right, and what it took the others for.
//!
//! A row says it in two strings: `correct`, one bit per image, and `wrong_labels`, one deflated
//! byte per image that is not right. Together they are the predicted labels at a fifth of their size,
//! as most are right.

use std::io::{Read, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::record::Repeat;

/// The two strings of a [`Repeat`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// [`Repeat::correct`].
    pub correct: String,
    /// [`Repeat::wrong_labels`].
    pub wrong_labels: String,
}

/// What a repeat did not get right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// Index of each test image that was not right, ascending.
    pub wrong: Vec<usize>,
    /// The label predicted for each of `wrong`; absent in rows of schema 1.
    pub labels: Option<Vec<u16>>,
}

/// Why the strings of a row cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutcomesError {
    /// The row holds scores alone.
    #[error("the row holds no predictions")]
    Absent,
    /// Not base64.
    #[error("`{field}` is not base64: {source}")]
    NotBase64 {
        /// The field.
        field: &'static str,
        /// Where and what.
        source: base64::DecodeError,
    },
    /// A bitmap of another number of images.
    #[error("expected {expected} bytes in `correct`, got {found}")]
    BitmapSize {
        /// One bit per image.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// Not what deflate writes.
    #[error("`wrong_labels` cannot be inflated: {0}")]
    NotDeflated(std::io::Error),
    /// Other than one label for each image that is not right.
    #[error("expected {expected} labels in `wrong_labels`, got {found}")]
    LabelCount {
        /// Images that are not right.
        expected: usize,
        /// Labels found.
        found: usize,
    },
    /// A row of schema 1.
    #[error("the row does not say what wrong images were taken for: it is of schema 1")]
    NoLabels,
    /// Labels other than those that were hashed.
    #[error("the labels do not have the hash that the row gives for its predictions")]
    OtherHash,
}

/// The most classes whose labels take a byte each.
const BYTE_CLASSES: usize = 256;

/// Returns the bytes that stand for a label among `n_classes`: one, or two with more than 256
/// classes, the lower first.
fn label_bytes(label: u16, n_classes: usize) -> impl Iterator<Item = u8> {
    let n_bytes = if n_classes > BYTE_CLASSES { 2 } else { 1 };
    label.to_le_bytes().into_iter().take(n_bytes)
}

/// Packs what was predicted of `n_classes`: nothing for an image that is right, else the predicted
/// label.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn pack(wrong: &[Option<u16>], n_classes: usize) -> Packed {
    let mut bitmap = vec![0_u8; wrong.len().div_ceil(8)];
    let mut labels = DeflateEncoder::new(Vec::new(), Compression::best());
    for (image_idx, label) in wrong.iter().enumerate() {
        match label {
            None => bitmap[image_idx / 8] |= 1 << (image_idx % 8),
            Some(label) => {
                let bytes: Vec<u8> = label_bytes(*label, n_classes).collect();
                labels
                    .write_all(&bytes)
                    .expect("writing to memory does not fail");
            }
        }
    }
    let labels = labels.finish().expect("writing to memory does not fail");
    Packed {
        correct: BASE64_STANDARD.encode(bitmap),
        wrong_labels: BASE64_STANDARD.encode(labels),
    }
}

/// Returns the SHA-256, in hex, of predicted labels: a byte each, or two with more than 256 classes.
#[must_use]
pub fn predictions_sha256(labels: impl IntoIterator<Item = u16>, n_classes: usize) -> String {
    let mut hasher = Sha256::new();
    for label in labels {
        for byte in label_bytes(label, n_classes) {
            hasher.update([byte]);
        }
    }
    hex::encode(hasher.finalize())
}

/// Reads what `repeat` predicted for the `n_test` images of the test split.
///
/// # Errors
/// [`OutcomesError`] if its strings are not what [`pack`] makes of `n_test` images.
pub fn unpack(repeat: &Repeat, n_test: usize) -> Result<Outcomes, OutcomesError> {
    let correct = repeat.correct.as_deref().ok_or(OutcomesError::Absent)?;
    let bitmap = decode("correct", correct)?;
    if bitmap.len() != n_test.div_ceil(8) {
        return Err(OutcomesError::BitmapSize {
            expected: n_test.div_ceil(8),
            found: bitmap.len(),
        });
    }
    let is_wrong = |&image_idx: &usize| bitmap[image_idx / 8] >> (image_idx % 8) & 1 == 0;
    let wrong: Vec<usize> = (0..n_test).filter(is_wrong).collect();
    let Some(packed) = &repeat.wrong_labels else {
        let labels = None;
        return Ok(Outcomes { wrong, labels });
    };
    let n_bytes = if repeat.confusion.len() > BYTE_CLASSES {
        2
    } else {
        1
    };
    let mut bytes = Vec::new();
    // More labels than images are too many, however many more they are.
    DeflateDecoder::new(decode("wrong_labels", packed)?.as_slice())
        .take(n_bytes as u64 * (n_test as u64 + 1))
        .read_to_end(&mut bytes)
        .map_err(OutcomesError::NotDeflated)?;
    let labels: Vec<u16> = bytes
        .chunks(n_bytes)
        .map(|bytes| {
            bytes
                .iter()
                .rev()
                .fold(0, |label, &byte| label << 8 | u16::from(byte))
        })
        .collect();
    if labels.len() != wrong.len() {
        return Err(OutcomesError::LabelCount {
            expected: wrong.len(),
            found: labels.len(),
        });
    }
    let labels = Some(labels);
    Ok(Outcomes { wrong, labels })
}

/// Returns the labels that `repeat` predicted for the test split, whose true labels are `truth`.
///
/// # Errors
/// As [`unpack`]; and if the row has no labels, or others than it has the hash of.
pub fn predicted(repeat: &Repeat, truth: &[u16]) -> Result<Vec<u16>, OutcomesError> {
    let mut labels = truth.to_vec();
    let outcomes = unpack(repeat, labels.len())?;
    let others = outcomes.labels.ok_or(OutcomesError::NoLabels)?;
    for (image, label) in outcomes.wrong.into_iter().zip(others) {
        labels[image] = label;
    }
    let hash = predictions_sha256(labels.iter().copied(), repeat.confusion.len());
    if repeat.predictions_sha256.as_deref() != Some(hash.as_str()) {
        return Err(OutcomesError::OtherHash);
    }
    Ok(labels)
}

fn decode(field: &'static str, text: &str) -> Result<Vec<u8>, OutcomesError> {
    BASE64_STANDARD
        .decode(text)
        .map_err(|source| OutcomesError::NotBase64 { field, source })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;
    use crate::results::fixture::record;

    fn repeat(packed: Packed) -> Repeat {
        let mut repeat = record("GaussianNB", &[0.5]).repeats.remove(0);
        repeat.correct = Some(packed.correct);
        repeat.wrong_labels = Some(packed.wrong_labels);
        repeat
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(wrong in vec(of(0_u16..1000), 0..70)) {
            let mut packed = repeat(pack(&wrong, 1000));
            packed.confusion = vec![Vec::new(); 1000];
            let outcomes = unpack(&packed, wrong.len()).unwrap();
            let mut found = vec![None; wrong.len()];
            for (&image_idx, label) in outcomes.wrong.iter().zip(outcomes.labels.unwrap()) {
                found[image_idx] = Some(label);
            }
            prop_assert_eq!(found, wrong);
        }
    }

    #[test]
    fn a_row_without_labels_still_tells_what_is_wrong() {
        let mut old = repeat(pack(&[None, Some(3), None], 10));
        old.wrong_labels = None;
        let outcomes = unpack(&old, 3).unwrap();
        assert_eq!((outcomes.wrong, outcomes.labels), (vec![1], None));
    }

    #[test]
    fn strings_that_say_something_else_are_refused() {
        let good = repeat(pack(&[None, Some(3), Some(4)], 10));
        type Break = (&'static str, usize, fn(&mut Repeat));
        let broken: [Break; 6] = [
            ("the row holds no predictions", 3, |row| row.correct = None),
            ("`correct` is not base64: ", 3, |row| {
                row.correct = Some("!".to_owned());
            }),
            ("expected 2 bytes in `correct`, got 1", 9, |_| {}),
            ("`wrong_labels` is not base64: ", 3, |row| {
                row.wrong_labels = Some("!".to_owned());
            }),
            ("`wrong_labels` cannot be inflated: ", 3, |row| {
                row.wrong_labels = Some(BASE64_STANDARD.encode([0xff, 0xff]));
            }),
            ("expected 2 labels in `wrong_labels`, got 4", 3, |row| {
                row.wrong_labels = Some(pack(&[Some(0); 100], 10).wrong_labels);
            }),
        ];
        for (expected, n_test, break_it) in broken {
            let mut row = good.clone();
            break_it(&mut row);
            let error = unpack(&row, n_test).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
