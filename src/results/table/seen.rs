//! What was read of a table so far.

use crate::results::Record;
use crate::results::error::LineError;
use crate::results::row::{Row, parse_row};

/// Where a torn last line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Line number, from 1.
    pub line: usize,
    /// Byte offset of its first byte.
    pub offset: u64,
    /// Bytes of it that are there.
    pub n_bytes: u64,
}

/// What was read so far. Tables only grow, so only what is new is read again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Rows with their line feed.
    pub(super) rows: Vec<Row>,
    /// Bytes of those rows.
    pub(super) offset: u64,
    /// Lines of those rows, empty ones included.
    pub(super) n_lines: usize,
    /// A complete last row that lacks only its line feed.
    pub(super) unterminated: Option<Row>,
    pub(super) torn: Option<Torn>,
}

impl Seen {
    pub(super) fn find_last(&self, is_wanted: &dyn Fn(&Record) -> bool) -> Option<&Record> {
        self.rows
            .iter()
            .chain(&self.unterminated)
            .rev()
            .filter_map(Row::record)
            .find(|record| is_wanted(record))
    }

    /// Parses bytes that follow what was seen.
    pub(super) fn take_in(&mut self, bytes: &[u8]) -> Result<(), (usize, LineError)> {
        self.unterminated = None;
        self.torn = None;
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let number = self.n_lines + 1;
            let Some(content) = line.strip_suffix(b"\n") else {
                match parse_row(line, number) {
                    Ok(row) => self.unterminated = row,
                    Err(_) => {
                        self.torn = Some(Torn {
                            line: number,
                            offset: self.offset,
                            n_bytes: line.len() as u64,
                        });
                    }
                }
                break;
            };
            let row = parse_row(content, number).map_err(|error| (number, error))?;
            self.rows.extend(row);
            self.offset += line.len() as u64;
            self.n_lines = number;
        }
        Ok(())
    }
}
