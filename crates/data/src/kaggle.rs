//! The CSV form of Fashion-MNIST known from Kaggle: `label,pixel1,…,pixel784`, one line per image.
//!
//! Each of its two files stands for a pair of IDX files: the content hashes are those of the same
//! images and labels written as IDX, so that the labels identify the revision (v2).

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use sha2::{Digest, Sha256};

use super::digest;
use super::error::DatasetError;
use super::file_names::last_part;
use super::identity::FileIdentity;
use super::idx;
use super::raw::RawSplit;
use super::source::{SourceFile, SplitFiles};

/// Reads one split.
pub fn load(path: &Path, n_classes: usize) -> Result<(RawSplit, SplitFiles), DatasetError> {
    let file = digest::load(path, |reader| parse(reader, path))?;
    let split = file.content;
    idx::check_labels(&split.labels, path, n_classes)?;
    let name = last_part(path);
    let part = |what: &str, dims: &[usize], values: &[u8]| SourceFile {
        path: path.to_owned(),
        identity: FileIdentity {
            name: format!("{name} ({what})"),
            md5: Some(file.md5.clone()),
            sha256: sha256_as_idx(dims, values),
        },
    };
    let n_samples = split.n_samples();
    let dims = [n_samples, split.height, split.width];
    let files = [
        part("images", &dims, &split.pixels),
        part("labels", &[n_samples], &split.labels),
    ];
    Ok((split, files))
}

fn sha256_as_idx(dims: &[usize], values: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(idx::render_header(dims));
    hasher.update(values);
    hex::encode(hasher.finalize())
}

fn parse(reader: &mut dyn std::io::Read, path: &Path) -> Result<RawSplit, DatasetError> {
    let mut csv = ReaderBuilder::new().flexible(true).from_reader(reader);
    let header = csv.byte_headers().map_err(|error| csv_error(path, error))?;
    let n_features = check_header(header, path)?;
    let side = n_features.isqrt();
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let mut record = ByteRecord::new();
    while csv
        .read_byte_record(&mut record)
        .map_err(|error| csv_error(path, error))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != n_features + 1 {
            return Err(DatasetError::format(
                path,
                format!("{} values in line {line}", n_features + 1),
                record.len().to_string(),
            ));
        }
        if pixels.len() + n_features > idx::MAX_BYTES {
            let expected = format!("at most {} pixels", idx::MAX_BYTES);
            return Err(DatasetError::format(path, expected, "more"));
        }
        let mut values = record
            .iter()
            .enumerate()
            .map(|(column, field)| parse_byte(field, path, line, column));
        labels.extend(values.next().transpose()?);
        for value in values {
            pixels.push(value?);
        }
    }
    if labels.is_empty() {
        let expected = "at least one line below the header";
        return Err(DatasetError::format(path, expected, "none"));
    }
    Ok(RawSplit {
        height: side,
        width: side,
        pixels,
        labels,
    })
}

/// Returns the number of pixels that the header announces.
fn check_header(header: &ByteRecord, path: &Path) -> Result<usize, DatasetError> {
    let names = header
        .iter()
        .map(<[u8]>::trim_ascii)
        .map(String::from_utf8_lossy);
    let is_expected = names.enumerate().all(|(column, name)| match column {
        0 => name == "label",
        _ => name == format!("pixel{column}"),
    });
    let n_features = header.len().saturating_sub(1);
    let is_square = n_features > 0 && n_features.isqrt().pow(2) == n_features;
    if is_expected && is_square && n_features.isqrt() <= idx::MAX_SIDE {
        return Ok(n_features);
    }
    let start: Vec<_> = header.iter().take(3).map(String::from_utf8_lossy).collect();
    Err(DatasetError::format(
        path,
        "a header `label,pixel1,...` with the pixels of a square image",
        format!("`{},...` ({} columns)", start.join(","), header.len()),
    ))
}

fn parse_byte(field: &[u8], path: &Path, line: u64, column: usize) -> Result<u8, DatasetError> {
    let field = field.trim_ascii();
    std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse::<u8>().ok())
        .ok_or_else(|| {
            DatasetError::format(
                path,
                format!(
                    "a whole number from 0 to 255 in line {line}, column {}",
                    column + 1
                ),
                format!("\"{}\"", field.escape_ascii()),
            )
        })
}

fn csv_error(path: &Path, error: csv::Error) -> DatasetError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => digest::read_error(path, source),
        _ => DatasetError::format(path, "a CSV file", text),
    }
}
