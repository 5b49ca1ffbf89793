//! Parquet, as Hugging Face has it: a picture and a label per row, or a table of numbers.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::basic::{Compression, ConvertedType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::{Type, TypePtr};

use super::dialect::{LabelAt, label_by_name};
use super::images::Pictures;
use super::input::Input;
use super::label_column::Table;
use super::piece::{Piece, SplitName};
use super::reader::{ReadOptions, Reader, Start};
use crate::error::DatasetError;

/// Reads Parquet.
pub struct ParquetReader;

impl Reader for ParquetReader {
    fn format(&self) -> &'static str {
        "Parquet (.parquet)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        start.head.starts_with(b"PAR1")
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        let file = input.file()?;
        let split = path
            .file_name()
            .and_then(|name| SplitName::of_name(&name.to_string_lossy()));
        // A damaged file may make the library panic, which is no more than a finding about the file.
        let result = catch_unwind(AssertUnwindSafe(|| {
            let reader = SerializedFileReader::new(file).map_err(|error| bad(path, &error))?;
            check_codecs(&reader, path)?;
            parse(&reader, path, options)
        }));
        let piece = result.unwrap_or_else(|_| {
            Err(DatasetError::format(
                path,
                "a whole Parquet file",
                "a damaged one",
            ))
        })?;
        Ok(vec![Piece { split, ..piece }])
    }
}

/// Checks that the pages are packed in a way that can be unpacked.
fn check_codecs(
    reader: &SerializedFileReader<std::fs::File>,
    path: &Path,
) -> Result<(), DatasetError> {
    let groups = reader.metadata().row_groups();
    for column in groups.iter().flat_map(|group| group.columns()) {
        let codec = match column.compression() {
            Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => continue,
            codec => codec.to_string(),
        };
        let codec = codec.split('(').next().unwrap_or_default().to_lowercase();
        let expected = "pages that are plain or packed with snappy or gzip; rewrite the file, with \
                        pandas for example: \
                        `pandas.read_parquet(FILE).to_parquet(NEW, compression=\"snappy\")`";
        let found = format!(
            "pages packed with {codec} (column `{}`)",
            column.column_path().string()
        );
        return Err(DatasetError::format(path, expected, found));
    }
    Ok(())
}

fn bad(path: &Path, error: &ParquetError) -> DatasetError {
    DatasetError::format(path, "a whole Parquet file", error.to_string())
}

fn parse(
    reader: &SerializedFileReader<std::fs::File>,
    path: &Path,
    options: &ReadOptions,
) -> Result<Piece, DatasetError> {
    let metadata = reader.metadata().file_metadata();
    let root = metadata.schema_descr().root_schema();
    let names: Vec<String> = root
        .get_fields()
        .iter()
        .map(|field| field.name().to_owned())
        .collect();
    let picture = picture_column(root.get_fields());
    if picture.is_none() {
        check_columns(root.get_fields(), path)?;
    }
    let mut rows = reader
        .get_row_iter(None)
        .map_err(|error| bad(path, &error))?
        .enumerate();
    if let Some(picture) = picture {
        let label = label_of_pictures(&names, picture, options, path)?;
        let mut pictures = Pictures::default();
        for (row_idx, row) in rows {
            let row = row.map_err(|error| bad(path, &error))?;
            let place = path.join(format!("row {}", row_idx + 1));
            let bytes = picture_bytes(&row, picture)
                .ok_or_else(|| DatasetError::format(&place, "the bytes of a picture", "none"))?;
            let class = field_text(field(&row, label)).ok_or_else(|| {
                DatasetError::format(&place, format!("a label in `{}`", names[label]), "none")
            })?;
            pictures.push(bytes, &class, &place)?;
        }
        pictures.name_labels(class_titles(reader, &names[label]));
        let piece = pictures.finish(options);
        return piece.ok_or_else(|| DatasetError::format(path, "at least one row", "none"));
    }
    let titles = |piece: &Piece| match &piece.label_at {
        Some(LabelAt::Named(name)) => class_titles(reader, name),
        _ => Vec::new(),
    };
    let n_columns = names.len();
    let mut table = Table::new(path, Some(names), n_columns, options)?.of_rows();
    rows.try_for_each(|(row_idx, row)| {
        let row = row.map_err(|error| bad(path, &error))?;
        let fields: Vec<Cow<'_, str>> = row
            .get_column_iter()
            .map(|(_, field)| field_text(Some(field)).unwrap_or_default())
            .collect();
        table.push(
            fields.iter().map(|field| field.as_bytes()),
            row_idx as u64 + 1,
        )
    })?;
    let mut piece = table.finish(options)?;
    let titles = titles(&piece);
    if let Some(labels) = &mut piece.labels {
        labels.titles = titles;
    }
    Ok(piece)
}

/// Returns the column of pictures: one of that name, else the only one of bytes.
fn picture_column(fields: &[TypePtr]) -> Option<usize> {
    let is_named = |field: &TypePtr| matches!(field.name(), "image" | "img" | "picture");
    fields.iter().position(is_named).or_else(|| {
        let mut places = (0..fields.len()).filter(|&place| holds_bytes(&fields[place]));
        places.next().filter(|_| places.next().is_none())
    })
}

/// Whether the values are bytes and no texts, or structs with a field `bytes`.
fn holds_bytes(field: &TypePtr) -> bool {
    match field.as_ref() {
        Type::PrimitiveType {
            basic_info,
            physical_type: PhysicalType::BYTE_ARRAY,
            ..
        } => {
            basic_info.logical_type_ref().is_none()
                && basic_info.converted_type() == ConvertedType::NONE
        }
        Type::PrimitiveType { .. } => false,
        Type::GroupType { fields, .. } => {
            let mut fields = fields.iter();
            fields.any(|field| field.name() == "bytes" && holds_bytes(field))
        }
    }
}

/// Checks that each column has one value in a row.
fn check_columns(fields: &[TypePtr], path: &Path) -> Result<(), DatasetError> {
    let Some(field) = fields.iter().find(|field| field.is_group()) else {
        return Ok(());
    };
    let info = field.get_basic_info();
    let what = match info.converted_type() {
        ConvertedType::LIST => "lists",
        ConvertedType::MAP => "maps",
        _ => "structs",
    };
    Err(DatasetError::format(
        path,
        "columns of numbers, one in each row, or one column of pictures; write the numbers of a list \
         as columns of their own",
        format!("{what} in the column `{}`", field.name().escape_debug()),
    ))
}

/// Returns the column of the labels beside a column of pictures.
fn label_of_pictures(
    names: &[String],
    picture: usize,
    options: &ReadOptions,
    path: &Path,
) -> Result<usize, DatasetError> {
    let by_option = match &options.label {
        Some(LabelAt::First) => Some(0),
        Some(LabelAt::Last) => Some(names.len() - 1),
        Some(LabelAt::Named(wanted)) => names.iter().position(|name| name == wanted),
        None => label_by_name(names).or_else(|| {
            let mut others = (0..names.len()).filter(|&place| place != picture);
            others.next().filter(|_| others.next().is_none())
        }),
    };
    by_option.filter(|&place| place != picture).ok_or_else(|| {
        DatasetError::format(
            path,
            "a column of labels beside the pictures; say which one it is: `--label NAME`",
            format!("the columns {}", names.join(", ")),
        )
    })
}

fn field(row: &Row, place: usize) -> Option<&Field> {
    row.get_column_iter().nth(place).map(|(_, field)| field)
}

/// Returns the bytes of a picture, which lie in the column itself or, with Hugging Face, in the
/// field `bytes` of it.
fn picture_bytes(row: &Row, place: usize) -> Option<&[u8]> {
    match field(row, place)? {
        Field::Bytes(bytes) => Some(bytes.data()),
        Field::Group(group) => group
            .get_column_iter()
            .find_map(|(name, field)| match field {
                Field::Bytes(bytes) if name == "bytes" => Some(bytes.data()),
                _ => None,
            }),
        _ => None,
    }
}

/// Returns a number or a text as text.
fn field_text(field: Option<&Field>) -> Option<Cow<'_, str>> {
    Some(match field? {
        Field::Bool(value) => Cow::from(if *value { "1" } else { "0" }),
        Field::Byte(value) => value.to_string().into(),
        Field::Short(value) => value.to_string().into(),
        Field::Int(value) => value.to_string().into(),
        Field::Long(value) => value.to_string().into(),
        Field::UByte(value) => value.to_string().into(),
        Field::UShort(value) => value.to_string().into(),
        Field::UInt(value) => value.to_string().into(),
        Field::ULong(value) => value.to_string().into(),
        Field::Float(value) => f64::from(*value).to_string().into(),
        Field::Double(value) => value.to_string().into(),
        Field::Str(text) => text.as_str().into(),
        _ => return None,
    })
}

/// Returns the names of the classes that Hugging Face's library writes into a file.
fn class_titles(
    reader: &SerializedFileReader<std::fs::File>,
    label: &str,
) -> Vec<(String, String)> {
    let pairs = reader.metadata().file_metadata().key_value_metadata();
    let pairs = pairs.map(Vec::as_slice).unwrap_or_default();
    let text = pairs
        .iter()
        .find(|pair| pair.key == "huggingface")
        .and_then(|pair| pair.value.as_deref());
    let parsed = text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let names = parsed
        .as_ref()
        .and_then(|json| json["info"]["features"][label]["names"].as_array());
    let names = names.into_iter().flatten().enumerate();
    names
        .filter_map(|(code, name)| Some((code.to_string(), name.as_str()?.to_owned())))
        .collect()
}
