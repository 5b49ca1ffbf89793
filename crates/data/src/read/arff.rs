//! ARFF, as OpenML has it: a header of attributes, then rows as CSV or sparse.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::csv::LineGuard;
use super::dialect::{LabelAt, label_by_name};
use super::input::Input;
use super::label_column::Table;
use super::number::quoted;
use super::piece::Piece;
use super::reader::{ReadOptions, Reader, Start};
use crate::digest::read_error;
use crate::error::DatasetError;

/// The most columns.
const MAX_ATTRIBUTES: usize = 1 << 20;

/// Reads ARFF.
pub struct ArffReader;

impl Reader for ArffReader {
    fn format(&self) -> &'static str {
        "ARFF (.arff)"
    }

    fn is_for(&self, start: &Start<'_>) -> bool {
        start.ends_in(&[".arff"]) && !start.head.contains(&0) && !start.head.starts_with(b"<")
    }

    fn read(&self, input: Input<'_>, options: &ReadOptions) -> Result<Vec<Piece>, DatasetError> {
        let path = input.path;
        let lines = BufReader::new(LineGuard::new(input.stream()));
        Ok(vec![parse(lines, path, options)?])
    }
}

struct Lines<'a, R> {
    reader: R,
    path: &'a Path,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<'_, R> {
    /// Reads the next line that is neither empty nor a comment.
    fn next(&mut self) -> Result<bool, DatasetError> {
        loop {
            self.line.clear();
            let n_read = self
                .reader
                .read_until(b'\n', &mut self.line)
                .map_err(|error| read_error(self.path, error))?;
            if n_read == 0 {
                return Ok(false);
            }
            self.number += 1;
            let start = self.line.trim_ascii_start();
            if !start.is_empty() && !start.starts_with(b"%") {
                return Ok(true);
            }
        }
    }
}

fn parse(reader: impl BufRead, path: &Path, options: &ReadOptions) -> Result<Piece, DatasetError> {
    let mut lines = Lines {
        reader,
        path,
        number: 0,
        line: Vec::new(),
    };
    let attributes = parse_header(&mut lines)?;
    let names: Vec<String> = attributes
        .iter()
        .map(|attribute| attribute.name.clone())
        .collect();
    let n_columns = names.len();
    // Unless a name tells otherwise, the class is the last attribute, by the format's custom.
    let label = options
        .label
        .clone()
        .or_else(|| match label_by_name(&names) {
            Some(_) => None,
            None => Some(LabelAt::Last),
        });
    let with_label = ReadOptions {
        label,
        ..options.clone()
    };
    let mut table = Table::new(path, Some(names), n_columns, &with_label)?;
    let mut fields: Vec<Vec<u8>> = Vec::new();
    while lines.next()? {
        let line = lines.line.trim_ascii();
        if line.starts_with(b"{") {
            parse_sparse(line, &attributes, &mut fields)
        } else {
            split_fields(line, &mut fields)
        }
        .map_err(|(expected, found)| {
            DatasetError::format(path, format!("{expected} in line {}", lines.number), found)
        })?;
        table.push(fields.iter().map(Vec::as_slice), lines.number)?;
    }
    table.finish(options)
}

/// A column.
struct Attribute {
    name: String,
    /// What a sparse row that leaves it out means: zero, or the first of the names.
    default: Vec<u8>,
}

fn parse_header(lines: &mut Lines<'_, impl BufRead>) -> Result<Vec<Attribute>, DatasetError> {
    let mut attributes = Vec::new();
    loop {
        let path = lines.path;
        if !lines.next()? {
            return Err(DatasetError::format(
                path,
                "a line `@data`",
                "the end of the file",
            ));
        }
        let number = lines.number;
        let line = lines.line.trim_ascii();
        let word_len = line
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(line.len());
        let (word, rest) = line.split_at(word_len);
        match word.to_ascii_lowercase().as_slice() {
            b"@relation" => {}
            b"@data" if attributes.is_empty() => {
                return Err(DatasetError::format(
                    path,
                    format!("attributes before line {number}"),
                    "none",
                ));
            }
            b"@data" => return Ok(attributes),
            b"@attribute" if attributes.len() < MAX_ATTRIBUTES => {
                let attribute = parse_attribute(rest.trim_ascii()).ok_or_else(|| {
                    let expected = format!("`@attribute NAME TYPE` in line {number}");
                    DatasetError::format(path, expected, quoted(line))
                })?;
                attributes.push(attribute);
            }
            _ => {
                let expected = format!("`@attribute` or `@data` in line {number}");
                return Err(DatasetError::format(path, expected, quoted(line)));
            }
        }
    }
}

fn parse_attribute(text: &[u8]) -> Option<Attribute> {
    let (name, rest) = match *text.first()? {
        quote @ (b'\'' | b'"') => {
            let end = text[1..].iter().position(|&byte| byte == quote)? + 1;
            (&text[1..end], &text[end + 1..])
        }
        _ => {
            let end = text
                .iter()
                .position(|byte| byte.is_ascii_whitespace() || *byte == b'{')?;
            text.split_at(end)
        }
    };
    let kind = rest.trim_ascii();
    let default = match kind.strip_prefix(b"{") {
        Some(names) => {
            let mut fields = Vec::new();
            split_fields(names.strip_suffix(b"}")?, &mut fields).ok()?;
            fields.into_iter().next()?
        }
        None => b"0".to_vec(),
    };
    (!kind.is_empty()).then(|| Attribute {
        name: String::from_utf8_lossy(name).into_owned(),
        default,
    })
}

type Fault = (&'static str, String);

/// Splits a row at commas outside quotes; what follows in braces is a weight.
fn split_fields(line: &[u8], fields: &mut Vec<Vec<u8>>) -> Result<(), Fault> {
    let mut place = 0;
    let mut n_fields = 0;
    let mut push = |field: &[u8]| {
        if n_fields == fields.len() {
            fields.push(Vec::new());
        }
        fields[n_fields].clear();
        fields[n_fields].extend(field);
        n_fields += 1;
    };
    loop {
        while line.get(place).is_some_and(u8::is_ascii_whitespace) {
            place += 1;
        }
        match line.get(place) {
            Some(&quote @ (b'\'' | b'"')) => {
                let mut field = Vec::new();
                place += 1;
                loop {
                    match line.get(place) {
                        None => return Err(("a closing quote", quoted(line))),
                        Some(b'\\') if place + 1 < line.len() => {
                            field.push(line[place + 1]);
                            place += 2;
                        }
                        Some(&byte) if byte == quote => break,
                        Some(&byte) => {
                            field.push(byte);
                            place += 1;
                        }
                    }
                }
                place += 1;
                push(&field);
            }
            _ => {
                let rest = &line[place..];
                let len = rest
                    .iter()
                    .position(|&byte| byte == b',')
                    .unwrap_or(rest.len());
                push(rest[..len].trim_ascii());
                place += len;
            }
        }
        while line.get(place).is_some_and(u8::is_ascii_whitespace) {
            place += 1;
        }
        match line.get(place) {
            None => break,
            Some(b',') => place += 1,
            Some(_) => return Err(("a comma between values", quoted(&line[place..]))),
        }
    }
    fields.truncate(n_fields);
    Ok(())
}

/// Parses a row `{place value, …}`; what it leaves out is zero.
fn parse_sparse(
    line: &[u8],
    attributes: &[Attribute],
    fields: &mut Vec<Vec<u8>>,
) -> Result<(), Fault> {
    let inner = line
        .strip_prefix(b"{")
        .and_then(|line| line.strip_suffix(b"}"));
    let inner = inner.ok_or(("`{place value, …}`", quoted(line)))?;
    fields.clear();
    fields.extend(attributes.iter().map(|attribute| attribute.default.clone()));
    if inner.trim_ascii().is_empty() {
        return Ok(());
    }
    let mut is_given = vec![false; attributes.len()];
    for pair in inner.split(|&byte| byte == b',') {
        let pair = pair.trim_ascii();
        let end = pair
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(pair.len());
        let place = std::str::from_utf8(&pair[..end])
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        match place.filter(|&place| place < attributes.len() && !is_given[place]) {
            Some(place) => {
                is_given[place] = true;
                let value = pair[end..].trim_ascii();
                let unquoted = value
                    .strip_prefix(b"'")
                    .and_then(|value| value.strip_suffix(b"'"));
                fields[place] = unquoted.unwrap_or(value).to_vec();
            }
            None => return Err(("the place of a column, each once", quoted(pair))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::Values;

    const HEADER: &str = "% a comment\n@RELATION 'digits'\n\n@attribute pixel1 real\n\
        @ATTRIBUTE 'pixel 2' numeric\n@attribute \"class\" {'0', shirt}\n@data\n";

    fn parsed(text: &str) -> Result<Piece, String> {
        parse(
            text.as_bytes(),
            Path::new("x.arff"),
            &ReadOptions::default(),
        )
        .map_err(|error| error.to_string())
    }

    #[test]
    fn dense_and_sparse_rows_are_the_same() {
        let dense = parsed(&format!("{HEADER}1,2,'0'\r\n% between\n0, 3 ,shirt\n")).unwrap();
        let sparse = parsed(&format!("{HEADER}{{0 1, 1 2}}\n{{1 3, 2 shirt}}\n")).unwrap();
        assert_eq!(dense, sparse);
        assert_eq!(dense.labels.unwrap().values, ["0", "shirt"]);
        assert_eq!(
            dense.features.unwrap().values,
            Values::Bytes(vec![1, 2, 0, 3])
        );
        assert_eq!(dense.feature_names, ["pixel1", "pixel 2"]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("", "a line `@data`, found the end of the file"),
            ("@data\n", "attributes before line 1, found none"),
            (
                "@attribute x\n",
                "`@attribute NAME TYPE` in line 1, found \"@attribute x\"",
            ),
            (
                "<html>\n",
                "`@attribute` or `@data` in line 1, found \"<html>\"",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parsed(text).unwrap_err(),
                format!("x.arff: expected {expected}")
            );
        }
        let rows = [
            ("1,2\n", "3 values in line 8, found 2"),
            (
                "1,?,0\n",
                "a number in line 8, column 2 (`pixel 2`), found \"?\", a missing value",
            ),
            ("1,2,'0\n", "a closing quote in line 8"),
            (
                "1,2,'0' 3\n",
                "a comma between values in line 8, found \"3\"",
            ),
            (
                "{3 1}\n",
                "the place of a column, each once in line 8, found \"3 1\"",
            ),
            (
                "{0 1, 0 2}\n",
                "the place of a column, each once in line 8, found \"0 2\"",
            ),
        ];
        for (row, expected) in rows {
            let error = parsed(&format!("{HEADER}{row}")).unwrap_err();
            assert!(
                error.starts_with(&format!("x.arff: expected {expected}")),
                "{error}"
            );
        }
    }
}
