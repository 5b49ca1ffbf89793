//! Writing a data set in another container.

use std::fs;
use std::io::{self, BufWriter, Cursor, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::cache::share;
use super::classes::label_numbers;
use super::error::DatasetError;
use super::file_names::FILE_NAMES;
use super::idx::render_header;
use super::npy::render as render_npy;
use super::raw::{RawDataset, RawSplit, Values};

/// A container that data can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvertFormat {
    /// One NPZ file with `x_train`, `y_train`, `x_test` and `y_test`.
    Npz,
    /// `train.csv` and `test.csv`, the label first.
    Csv,
    /// The four files of MNIST.
    Idx,
}

impl FromStr for ConvertFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "npz" => Ok(Self::Npz),
            "csv" => Ok(Self::Csv),
            "idx" => Ok(Self::Idx),
            _ => Err(format!(
                "the format must be npz, csv or idx, got \"{text}\""
            )),
        }
    }
}

/// Writes `raw` to the folder `dir`, which is made if need be, and returns the files. Nothing that is
/// there is replaced.
///
/// Labels are written as the files had them, so that the data stay the same.
///
/// # Errors
/// [`DatasetError::Exists`] if one of the files is there, [`DatasetError::Unwritable`] for IDX of
/// numbers or labels that are no bytes, [`DatasetError::Io`] if it cannot be
/// written.
pub fn convert(
    raw: &RawDataset,
    format: ConvertFormat,
    dir: &Path,
) -> Result<Vec<PathBuf>, DatasetError> {
    let files: Vec<(String, Writer)> = match format {
        ConvertFormat::Npz => vec![("data.npz".to_owned(), Box::new(|out| write_npz(raw, out)))],
        ConvertFormat::Csv => [("train.csv", &raw.train), ("test.csv", &raw.test)]
            .into_iter()
            .map(|(name, split)| {
                let write: Writer = Box::new(move |out| write_csv(raw, split, out));
                (name.to_owned(), write)
            })
            .collect(),
        ConvertFormat::Idx => idx_files(raw)?,
    };
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| dir.join(name)).collect();
    if let Some(path) = paths.iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        return Err(DatasetError::Exists { path: path.clone() });
    }
    fs::create_dir_all(dir).map_err(DatasetError::io("create", dir))?;
    for ((_, write), path) in files.into_iter().zip(&paths) {
        let temp = NamedTempFile::new_in(dir).map_err(DatasetError::io("create a file in", dir))?;
        let mut out = BufWriter::with_capacity(1 << 20, temp.as_file());
        write(&mut out)
            .and_then(|()| out.flush())
            .map_err(DatasetError::io("write to", path))?;
        drop(out);
        share(temp.as_file(), 0o644).map_err(DatasetError::io("create", path))?;
        temp.persist_noclobber(path)
            .map_err(|error| DatasetError::io("create", path)(error.error))?;
    }
    Ok(paths)
}

type Writer<'a> = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + 'a>;

fn write_npz(raw: &RawDataset, out: &mut dyn Write) -> io::Result<()> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (split, suffix) in [(&raw.train, "train"), (&raw.test, "test")] {
        let dims = split.shape.dims(split.n_samples());
        let values = match &split.values {
            Values::Bytes(values) => render_npy("|u1", &dims, values),
            Values::Floats(values) => {
                let bytes: Vec<u8> = values
                    .iter()
                    .flat_map(|value| value.to_le_bytes())
                    .collect();
                render_npy("<f8", &dims, &bytes)
            }
        };
        let labels = render_labels(split.labels.iter().copied(), &raw.labels);
        for (prefix, content) in [("x", values), ("y", labels)] {
            archive
                .start_file(format!("{prefix}_{suffix}.npy"), options)
                .map_err(io::Error::other)?;
            archive.write_all(&content)?;
        }
    }
    let packed = archive.finish().map_err(io::Error::other)?;
    out.write_all(packed.get_ref())
}

/// Returns an NPY file of labels: `codes` are places in `labels`. They are 64-bit integers if all
/// labels are whole numbers, else texts.
pub fn render_labels(codes: impl ExactSizeIterator<Item = u16>, labels: &[String]) -> Vec<u8> {
    let n_rows = codes.len();
    let (descr, each): (String, Vec<Vec<u8>>) = match label_numbers(labels) {
        Some(numbers) => {
            let bytes = numbers.iter().map(|number| number.to_le_bytes().to_vec());
            ("<i8".to_owned(), bytes.collect())
        }
        None => {
            let longest = labels.iter().map(|label| label.chars().count()).max();
            let longest = longest.unwrap_or_default().max(1);
            let bytes = labels.iter().map(|label| {
                let padded = label.chars().chain(std::iter::repeat('\0')).take(longest);
                padded.flat_map(|c| u32::from(c).to_le_bytes()).collect()
            });
            (format!("<U{longest}"), bytes.collect())
        }
    };
    let mut values = Vec::new();
    for code in codes {
        values.extend_from_slice(&each[usize::from(code)]);
    }
    render_npy(&descr, &[n_rows], &values)
}

fn write_csv(raw: &RawDataset, split: &RawSplit, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let names = match (raw.feature_names.is_empty(), split.shape.image()) {
        (false, _) => raw.feature_names.clone(),
        (true, Some([height, width, 1])) => (1..=height)
            .flat_map(|row| (1..=width).map(move |column| format!("{row}x{column}")))
            .collect(),
        (true, _) => (0..split.n_features())
            .map(|feature| format!("feature{feature}"))
            .collect(),
    };
    csv.write_field("label")?;
    csv.write_record(&names)?;
    for row in 0..split.n_samples() {
        csv.write_field(&raw.labels[usize::from(split.labels[row])])?;
        csv.write_record(split.row(row).map(|value| value.to_string()))?;
    }
    csv.flush()
}

fn idx_files(raw: &RawDataset) -> Result<Vec<(String, Writer<'_>)>, DatasetError> {
    let unwritable = |what| DatasetError::Unwritable {
        what,
        format: "IDX",
        fix: "npz and csv take them",
    };
    let mut files: Vec<(String, Writer<'_>)> = Vec::new();
    let mut names = FILE_NAMES.iter().map(|name| (*name).to_owned());
    for split in [&raw.train, &raw.test] {
        let Values::Bytes(values) = &split.values else {
            return Err(unwritable("numbers that are no bytes"));
        };
        if !split.shape.is_image() {
            return Err(unwritable("a table"));
        }
        let bytes: Option<Vec<u8>> = raw.labels.iter().map(|label| label.parse().ok()).collect();
        let bytes = bytes.ok_or_else(|| unwritable("labels that are no bytes"))?;
        let labels = split.labels.iter().map(|&code| bytes[usize::from(code)]);
        let labels: Vec<u8> = labels.collect();
        let header = render_header(&split.shape.dims(split.n_samples()));
        let labels_header = render_header(&[split.n_samples()]);
        let images: Writer<'_> = Box::new(move |out| {
            out.write_all(&header)?;
            out.write_all(values)
        });
        let labels: Writer<'_> = Box::new(move |out| {
            out.write_all(&labels_header)?;
            out.write_all(&labels)
        });
        files.extend(names.next().map(|name| (name, images)));
        files.extend(names.next().map(|name| (name, labels)));
    }
    Ok(files)
}
