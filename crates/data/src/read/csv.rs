//! CSV in the dialects that are about: a header or none, the labels first or last, commas,
//! semicolons or tabs, quotes, CRLF, a byte order mark.

use std::io::{self, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::dialect::is_header;
use super::input::{Input, fill};
use super::label_column::Table;
use super::number::{parse_decimal_comma, parse_number};
use super::piece::Piece;
use super::reader::{ReadOptions, Reader, Start};
use crate::digest::{Misfit, read_error};
use crate::error::DatasetError;

/// Bytes that are looked at before the first line is read.
const PEEK: usize = 1 << 16;
/// The longest line: a million values.
const MAX_LINE: usize = 1 << 24;
/// What stands between values.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b' '];

/// Reads CSV.
pub struct CsvReader;

impl Reader for CsvReader {
    fn format(&self) -> &'static str {
        "CSV (.csv, .tsv, .txt)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        let is_text =
            !start.head.is_empty() && !start.head.contains(&0) && !start.head.starts_with(b"<");
        is_text && start.ends_in(&[".csv", ".tsv", ".txt", ".data"])
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        Ok(vec![parse(input.stream().as_mut(), path, options)?])
    }
}

/// Reads a table to its end; `path` is for errors.
///
/// # Errors
/// [`DatasetError::Format`] with line and column.
pub fn parse(
    reader: &mut dyn Read,
    path: &Path,
    options: &ReadOptions,
) -> Result<Piece, DatasetError> {
    let mut head = vec![0; PEEK];
    let n_read = fill(reader, &mut head).map_err(|error| read_error(path, error))?;
    head.truncate(n_read);
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(DatasetError::format(
            path,
            "UTF-8 text",
            "UTF-16; save the file as UTF-8",
        ));
    }
    let delimiter = delimiter_of(head);
    // The reader counts a line when it meets its last byte, which of CRLF comes with the next one.
    let n_behind = u64::from(has_crlf(head));
    let lines = LineGuard {
        inner: head.chain(reader),
        n_since_break: 0,
    };
    let mut csv = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .trim(Trim::All)
        .delimiter(delimiter)
        .from_reader(lines);
    let mut record = ByteRecord::new();
    let next = |csv: &mut csv::Reader<_>, record: &mut ByteRecord| {
        csv.read_byte_record(record)
            .map_err(|error| csv_error(path, error))
    };
    if !next(&mut csv, &mut record)? {
        return Err(DatasetError::format(
            path,
            "at least one row of values",
            "an empty file",
        ));
    }
    let n_columns = record.len();
    let fields: Vec<&[u8]> = record.iter().collect();
    let has_header = is_header(&fields).map_err(|found| {
        DatasetError::format(
            path,
            "names of columns or a row of numbers in line 1",
            found,
        )
    })?;
    let names = has_header.then(|| {
        let names = record
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned());
        names.collect()
    });
    let mut table =
        Table::new(path, names, n_columns, options)?.with_decimal_commas(delimiter == b';');
    if !has_header {
        table.push(exact(&record), 1)?;
    }
    while next(&mut csv, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line) + n_behind;
        table.push(exact(&record), line)?;
    }
    table.finish(options)
}

fn exact(record: &ByteRecord) -> impl ExactSizeIterator<Item = &[u8]> {
    (0..record.len()).map(move |place| &record[place])
}

/// Whether the first line ends in CRLF.
fn has_crlf(head: &[u8]) -> bool {
    let end = head.iter().position(|&byte| byte == b'\n');
    end.is_some_and(|end| end > 0 && head[end - 1] == b'\r')
}

/// Returns what stands between the values of the first line: whatever makes the most of them.
fn delimiter_of(head: &[u8]) -> u8 {
    let line = head
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .next()
        .unwrap_or_default();
    let count = |delimiter: u8| {
        let mut is_quoted = false;
        let is_delimiter = |&&byte: &&u8| {
            is_quoted ^= byte == b'"';
            byte == delimiter && !is_quoted
        };
        line.iter().filter(is_delimiter).count()
    };
    // A blank counts only where nothing else does: `1, 2, 3`. A comma inside a number does not.
    let found = DELIMITERS[..3].iter().copied().max_by_key(|&delimiter| {
        let splits_numbers = line
            .split(|&byte| byte == delimiter)
            .filter(|field| match delimiter {
                b';' => parse_decimal_comma(field).is_some(),
                _ => parse_number(field).is_some(),
            })
            .count();
        (count(delimiter) > 0, splits_numbers, count(delimiter))
    });
    found
        .filter(|&delimiter| count(delimiter) > 0)
        .unwrap_or_else(|| if count(b' ') > 0 { b' ' } else { b',' })
}

fn csv_error(path: &Path, error: csv::Error) -> DatasetError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => read_error(path, source),
        _ => DatasetError::format(path, "a CSV file", text),
    }
}

/// Passes bytes on as long as no line is too long to be one.
pub struct LineGuard<R> {
    inner: R,
    n_since_break: usize,
}

impl<R> LineGuard<R> {
    /// Guards `inner`.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            n_since_break: 0,
        }
    }
}

impl<R: Read> Read for LineGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        match buffer[..n_read].iter().rposition(is_break) {
            Some(place) => self.n_since_break = n_read - place - 1,
            None => self.n_since_break += n_read,
        }
        if self.n_since_break > MAX_LINE {
            return Err(Misfit::error(
                format!("lines of at most {MAX_LINE} bytes"),
                "a longer one",
            ));
        }
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::Values;
    use crate::read::LabelAt;
    use crate::shape::Shape;

    fn parsed(text: &str) -> Result<Piece, String> {
        let mut bytes = text.as_bytes();
        parse(&mut bytes, Path::new("x.csv"), &ReadOptions::default())
            .map_err(|error| error.to_string())
    }

    /// Three rows, labels 2, 0, 1, of three features.
    fn assert_plain(text: &str) {
        let piece = parsed(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let labels = piece.labels.unwrap();
        let found: Vec<_> = (0..3).map(|row| labels.value(row)).collect();
        assert_eq!(found, ["2", "0", "1"], "{text}");
        let features = piece.features.unwrap();
        assert_eq!(
            features.values,
            Values::Bytes(vec![9, 0, 200, 9, 0, 201, 9, 1, 7]),
            "{text}"
        );
        assert_eq!(features.shape, Shape::Table { n_features: 3 });
    }

    #[test]
    fn dialects_give_the_same_table() {
        let plain = "2,9,0,200\n0,9,0,201\n1,9,1,7\n";
        assert_plain(plain);
        for delimiter in [";", "\t", " ", ", "] {
            assert_plain(&plain.replace(',', delimiter));
        }
        assert_plain(&plain.replace('\n', "\r\n"));
        assert_plain(&format!("\u{feff}{plain}"));
        assert_plain(plain.trim_end());
        assert_plain("label,a,b,c\n2,9,0,200\n0,9,0,201\n1,9,1,7\n");
        assert_plain("a,b,c,class\n9,0,200,2\n9,0,201,0\n9,1,7,1\n");
        assert_plain("a,target,b,c\n9,2,0,200\n9,0,0,201\n9,1,1,7\n");
        assert_plain(
            "\"label\",\"a\",\"b\",\"c\"\n\"2\",\"9\",\"0\",\"200\"\n0,9,0,201\n1,9,1,7\n",
        );
        assert_plain("label,0,1,2\n2,9,0,200\n0,9,0,201\n1,9,1,7\n");
        assert_plain("2.0,9.0,0.0,200.0\n0.0,9.0,0.0,201.0\n1.0,9.0,1.0,7.0\n");
        assert_plain("9,0,200,2\n9,0,201,0\n9,1,7,1\n");
    }

    #[test]
    fn names_and_floats_make_a_table() {
        let piece = parsed("5.1,3.5,setosa\n4.9,3,virginica\n").unwrap();
        assert_eq!(piece.label_at, Some(LabelAt::Last));
        assert_eq!(piece.labels.unwrap().values, ["setosa", "virginica"]);
        let values = piece.features.unwrap().values;
        assert_eq!(values, Values::Floats(vec![5.1, 3.5, 4.9, 3.0]));
    }

    #[test]
    fn commas_are_points_between_semicolons_and_true_is_one() {
        let piece = parsed("\u{feff}a;b;label\r\n0,5;true;x\r\n-1,25;False;y\r\n").unwrap();
        assert_eq!(piece.labels.unwrap().values, ["x", "y"]);
        let values = piece.features.unwrap().values;
        assert_eq!(values, Values::Floats(vec![0.5, 1.0, -1.25, 0.0]));
        let headless = parsed("0,5;1,5;x\n2;3;y\n").unwrap();
        let values = headless.features.unwrap().values;
        assert_eq!(values, Values::Floats(vec![0.5, 1.5, 2.0, 3.0]));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let expected = [
            ("", "at least one row of values, found an empty file"),
            ("label,a\n", "at least one row of values, found none"),
            ("label,a\n1,2\n1,2,3\n", "2 values in line 3, found 3"),
            (
                "label,a\n1,x\n",
                "a number in line 2, column 2 (`a`), found \"x\"",
            ),
            (
                "label,a\n1,\n",
                "a number in line 2, column 2 (`a`), found \"\", a missing value; fill",
            ),
            (
                "label,a\n,1\n",
                "a label in line 2, column 1 (`label`), found \"\", a missing value",
            ),
            (
                "label,a\n1,nan\n",
                "a number in line 2, column 2 (`a`), found \"nan\", a missing value",
            ),
            (
                "1,red,2\n",
                "names of columns or a row of numbers in line 1, found numbers beside \"red\" in column 2",
            ),
            (
                "1\n2\n",
                "a column of labels and at least one of features, found 1 column",
            ),
            (
                "id,a,label\n1,2,3\n",
                "columns of features and labels, found column 1 (`id`)",
            ),
            (
                "a,label\r\n1,2\r\nbob,2\r\n",
                "a number in line 3, column 1 (`a`), found \"bob\", a text",
            ),
            ("1,5,2\n2,5,1\n", "a column of labels; say which one it is"),
        ];
        for (text, expected) in expected {
            let error = parsed(text).unwrap_err();
            let expected = format!("x.csv: expected {expected}");
            assert!(error.starts_with(&expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let endless = io::repeat(b'1');
        let mut guarded = endless.take(1 << 32);
        let error = parse(&mut guarded, Path::new("x.csv"), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("lines of at most"), "{error}");
    }
}
