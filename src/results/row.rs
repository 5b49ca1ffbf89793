//! A line of a table as a row: one of this program, or one of the original benchmark.

use serde::Deserialize;

use super::error::LineError;
use super::original::OriginalRecord;
use super::record::{Record, SCHEMA_VERSION};

/// A row with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line number, from 1.
    pub line: usize,
    /// What the line holds.
    pub kind: RowKind,
}

/// The two kinds of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowKind {
    /// A row of this program.
    Ours(Box<Record>),
    /// A row of the original benchmark.
    Original(OriginalRecord),
}

impl Row {
    /// The row, if it is one of this program.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match &self.kind {
            RowKind::Ours(record) => Some(record),
            RowKind::Original(_) => None,
        }
    }
}

/// Parses the whole text of a table.
///
/// # Errors
/// The number of the first line that is no row, and what is wrong with it.
pub fn parse_rows(text: &[u8]) -> Result<Vec<Row>, (usize, LineError)> {
    let lines = text.split(|&byte| byte == b'\n').zip(1..);
    let rows = lines.map(|(line, number)| parse_row(line, number).map_err(|error| (number, error)));
    rows.filter_map(Result::transpose).collect()
}

/// Parses a line as a row; nothing for an empty line.
pub(super) fn parse_row(line: &[u8], number: usize) -> Result<Option<Row>, LineError> {
    let text = std::str::from_utf8(line)?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    /// Only rows of this program have a schema version.
    #[derive(Deserialize)]
    struct Probe {
        schema: Option<u32>,
    }
    let kind = match serde_json::from_str::<Probe>(text)?.schema {
        None => RowKind::Original(serde_json::from_str(text)?),
        Some(found) if found > SCHEMA_VERSION => {
            return Err(LineError::Newer {
                found,
                supported: SCHEMA_VERSION,
            });
        }
        Some(_) => RowKind::Ours(serde_json::from_str(text)?),
    };
    Ok(Some(Row { line: number, kind }))
}
