//! Text with numbers: one label per line, CSV with or without a header, columns between blanks.

use ndarray::Array2;

use super::error::ContentError;
use super::interpret::Table;

/// What may stand between two cells, in the order in which it is looked for.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// Parses text. One line more than `n_test`, whose numbers are those of the columns, is a header.
pub(super) fn parse(bytes: &[u8], n_test: usize) -> Result<Table, ContentError> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    let Some(text) = text else {
        let found = if bytes.starts_with(b"PK") {
            "a zip or .npz archive"
        } else if bytes.starts_with(&[0x1f, 0x8b]) {
            "a gzip file"
        } else {
            "bytes that are no text"
        };
        return Err(ContentError::Format { found });
    };
    let text = text.trim_start_matches('\u{feff}');
    let is_content = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
    let lines = (1..).zip(text.lines().map(str::trim));
    let lines: Vec<(usize, &str)> = lines.filter(is_content).collect();
    let delimiter = lines
        .first()
        .and_then(|(_, line)| DELIMITERS.into_iter().find(|&mark| line.contains(mark)));
    let mut notes = Vec::new();
    let mut rows: Vec<(usize, Vec<&str>)> = lines
        .into_iter()
        .map(|(number, line)| (number, cells(line, delimiter)))
        .collect();
    if let Some((_, first)) = rows.first() {
        let has_words = first.iter().any(|cell| cell.parse::<f64>().is_err());
        let are_places = (0..)
            .zip(first)
            .all(|(place, cell)| cell.parse() == Ok(place));
        if has_words {
            rows.remove(0);
        } else if rows.len() == n_test + 1 && are_places {
            notes.push("the first line was taken for a header".to_owned());
            rows.remove(0);
        }
    }
    let n_columns = rows.first().map_or(0, |(_, cells)| cells.len());
    let mut values = Vec::with_capacity(rows.len() * n_columns);
    for (line, cells) in &rows {
        if cells.len() != n_columns {
            return Err(ContentError::Ragged {
                line: *line,
                expected: n_columns,
                found: cells.len(),
            });
        }
        for cell in cells {
            values.push(cell.parse::<f64>().map_err(|_| ContentError::Cell {
                line: *line,
                found: cell.chars().take(40).collect(),
            })?);
        }
    }
    let values = Array2::from_shape_vec((rows.len(), n_columns), values)
        .expect("every line has as many cells as the first");
    Ok(Table {
        values,
        may_have_index: true,
        notes,
    })
}

fn cells(line: &str, delimiter: Option<char>) -> Vec<&str> {
    match delimiter {
        Some(delimiter) => line.split(delimiter).map(unquote).collect(),
        None => line.split_whitespace().map(unquote).collect(),
    }
}

fn unquote(cell: &str) -> &str {
    cell.trim().trim_matches('"').trim()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn values(text: &str) -> Array2<f64> {
        parse(text.as_bytes(), 2).unwrap().values
    }

    #[test]
    fn lines_and_columns_are_read_with_and_without_a_header() {
        for text in [
            "3\n4\n",
            "3\r\n4",
            "label\n3\n4\n",
            "\u{feff}\"label\"\n\"3\"\n4\n",
            "# numpy.savetxt\n3.0e+00\n\n4.0\n",
            "0\n3\n4\n",
        ] {
            assert_eq!(values(text), array![[3.0], [4.0]], "{text:?}");
        }
        for text in [
            "index,label\n0,3\n1,4\n",
            "0;3\n1;4\n",
            ",0\n0,3\n1,4\n",
            "0 3\n1  4",
            "0\t3\n1\t4",
        ] {
            assert_eq!(values(text), array![[0.0, 3.0], [1.0, 4.0]], "{text:?}");
        }
    }

    #[test]
    fn a_line_of_numbers_is_a_header_only_if_there_is_one_too_many() {
        assert_eq!(values("0\n3\n"), array![[0.0], [3.0]]);
        let table = parse(b"0,1\n0.5,0.5\n1,0\n", 2).unwrap();
        assert_eq!(table.values.nrows(), 2);
        assert_eq!(table.notes, ["the first line was taken for a header"]);
    }

    #[test]
    fn what_is_no_table_of_numbers_is_named_with_its_line() {
        let error = |text: &[u8]| parse(text, 2).unwrap_err().to_string();
        assert_eq!(error(b"a\n1\nx y\n"), "expected 1 columns in line 3, got 2");
        assert_eq!(error(b"a\n1\nx\n"), "expected a number in line 3, got `x`");
        assert!(error(b"PK\x03\x04\0").contains("got a zip or .npz archive"));
        assert!(error(&[0x1f, 0x8b, 0xff]).contains("got a gzip file"));
        assert!(error(&[0xff, 0xfe]).contains("got bytes that are no text"));
        assert_eq!(values("").dim(), (0, 0));
    }
}
