//! The table on disk: appends under a lock, and a reader that sets a torn last line aside.
//!
//! Several processes may append to one file: each append takes the file's exclusive lock, writes
//! its whole line at once and syncs it. Readers take the shared lock, so a last line without its
//! line feed was torn by a crash and is not one being written. Nothing in the file is ever changed;
//! a torn line is moved to a file of its own beside the table.
//!
//! A table may hold several rows of one job (two runs at once, `--rerun`): the last one counts.
//!
//! A table may also be a stream, which is only written: then it has the rows of this run alone.

mod lock;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::error::{LineError, TableError};
use super::mutex::lock;
use super::original::OriginalRecord;
use super::place;
use super::record::{Record, SCHEMA_VERSION};
use lock::{Locks, is_without_locks};

pub use lock::Writers;

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

/// A results table.
pub struct Table {
    path: PathBuf,
    seen: Mutex<Seen>,
    writers: Writers,
    locks: Locks,
    /// Where the rows go instead of to a file.
    stream: Option<Mutex<Box<dyn Write + Send>>>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("path", &self.path)
            .field("writers", &self.writers)
            .field("is_stream", &self.stream.is_some())
            .finish_non_exhaustive()
    }
}

/// What was read so far. Tables only grow, so only what is new is read again.
#[derive(Debug, Default)]
struct Seen {
    /// Rows with their line feed.
    rows: Vec<Row>,
    /// Bytes of those rows.
    offset: u64,
    /// Lines of those rows, empty ones included.
    n_lines: usize,
    /// A complete last row that lacks only its line feed.
    unterminated: Option<Row>,
    torn: Option<Torn>,
}

impl Table {
    /// The table at `path`; the file is not touched, and need not be there.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            seen: Mutex::default(),
            writers: Writers::default(),
            locks: Locks::default(),
            stream: None,
        }
    }

    /// A table whose rows go to a stream, which `name` names in messages.
    #[must_use]
    pub fn to_stream(name: impl Into<PathBuf>, stream: Box<dyn Write + Send>) -> Self {
        Self {
            stream: Some(Mutex::new(stream)),
            ..Self::new(name)
        }
    }

    /// Sets who else may append to the file.
    #[must_use]
    pub fn writers(mut self, writers: Writers) -> Self {
        self.writers = writers;
        self
    }

    /// Where the table lies, or the name of the stream.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes sure that rows can be appended, creating the file and its directory if need be.
    ///
    /// # Errors
    /// [`TableError::NotAFile`] for a device, a pipe or a directory; [`TableError::NoLocks`] if the
    /// file cannot be locked and others may write to it; [`TableError::Io`] if it cannot be opened
    /// for appending.
    pub fn create(&self) -> Result<(), TableError> {
        if self.stream.is_some() {
            return Ok(());
        }
        let file = self.open_for_append()?;
        self.lock_exclusive(&file)
    }

    /// All rows, in the order of the file; none if there is no file.
    ///
    /// # Errors
    /// [`TableError::Io`], and [`TableError::Line`] for a malformed line that is not a torn last one.
    pub fn read(&self) -> Result<Vec<Row>, TableError> {
        let mut seen = self.lock_seen();
        self.refresh(&mut seen)?;
        Ok(seen
            .rows
            .iter()
            .chain(&seen.unterminated)
            .cloned()
            .collect())
    }

    /// All rows of a table that must be there and be whole, as whoever draws a conclusion needs it.
    ///
    /// # Errors
    /// As [`Self::read`]; [`TableError::Io`] if there is no file; [`TableError::Torn`].
    pub fn read_whole(&self) -> Result<Vec<Row>, TableError> {
        fs::metadata(&self.path).map_err(TableError::io("read", &self.path))?;
        let rows = self.read()?;
        match self.torn() {
            Some(torn) => Err(TableError::Torn {
                path: self.path.clone(),
                line: torn.line,
            }),
            None => Ok(rows),
        }
    }

    /// The last row of ours for which `is_wanted` holds.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn find_last(
        &self,
        is_wanted: &dyn Fn(&Record) -> bool,
    ) -> Result<Option<Record>, TableError> {
        let mut seen = self.lock_seen();
        self.refresh(&mut seen)?;
        Ok(seen.find_last(is_wanted).cloned())
    }

    /// The torn last line, as [`Self::read`] or an append last saw it.
    #[must_use]
    pub fn torn(&self) -> Option<Torn> {
        self.lock_seen().torn
    }

    /// Appends a row: locked, in one write, synced to disk.
    ///
    /// # Errors
    /// [`TableError`] if the row was not written; the table is then as it was.
    pub fn append(&self, record: &Record) -> Result<(), TableError> {
        self.append_unless(record, &|_| false, &|_| false).map(drop)
    }

    /// Appends a row unless the last one for which `is_same` holds `stands`, which is then returned.
    ///
    /// Looking and appending happen under one lock.
    ///
    /// # Errors
    /// [`TableError`] if the table could not be read or the row was not written; the table is then
    /// as it was.
    pub fn append_unless(
        &self,
        record: &Record,
        is_same: &dyn Fn(&Record) -> bool,
        stands: &dyn Fn(&Record) -> bool,
    ) -> Result<Option<Record>, TableError> {
        let line = self.render(record)?;
        // Always in this order, the mutex and then the file, or two threads could block each other.
        let mut seen = self.lock_seen();
        if let Some(stream) = &self.stream {
            return self.send(stream, &line, record, &mut seen).map(|()| None);
        }
        let mut file = self.open_for_append()?;
        // Released when `file` is closed, on errors, too.
        self.lock_exclusive(&file)?;
        self.refresh_from(&mut file, &mut seen)?;
        if let Some(same) = seen.find_last(is_same).filter(|same| stands(same)) {
            return Ok(Some(same.clone()));
        }
        self.heal(&mut file, &mut seen)?;
        let length = self.length(&file)?;
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if let Err(source) = written {
            // Under the lock, so no one else's row is cut off. If even this fails, the next
            // append finds the torn line.
            let _ = file.set_len(length);
            return Err(TableError::io("append to", &self.path)(source));
        }
        Ok(None)
    }

    fn send(
        &self,
        stream: &Mutex<Box<dyn Write + Send>>,
        line: &[u8],
        record: &Record,
        seen: &mut Seen,
    ) -> Result<(), TableError> {
        let mut stream = lock(stream);
        stream
            .write_all(line)
            .and_then(|()| stream.flush())
            .map_err(TableError::io("append to", &self.path))?;
        seen.n_lines += 1;
        seen.rows.push(Row {
            line: seen.n_lines,
            kind: RowKind::Ours(Box::new(record.clone())),
        });
        Ok(())
    }

    fn lock_exclusive(&self, file: &File) -> Result<(), TableError> {
        if self.writers == Writers::One {
            return Ok(());
        }
        (self.locks.exclusive)(file).map_err(|source| {
            if is_without_locks(&source) {
                let path = self.path.clone();
                return TableError::NoLocks { path, source };
            }
            TableError::io("lock", &self.path)(source)
        })
    }

    fn lock_seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }

    /// The row as a line, after reading it back: a row that no reader accepts must not get in.
    fn render(&self, record: &Record) -> Result<Vec<u8>, TableError> {
        let unreadable = |source| TableError::Unreadable {
            path: self.path.clone(),
            name: record.name.clone(),
            source,
        };
        let mut line = serde_json::to_vec(record).map_err(unreadable)?;
        serde_json::from_slice::<Record>(&line).map_err(unreadable)?;
        line.push(b'\n');
        Ok(line)
    }

    fn open_for_append(&self) -> Result<File, TableError> {
        let open = || {
            OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .open(&self.path)
        };
        place::check_place(&self.path)?;
        let is_new = !self.path.exists();
        if let Some(directory) = self.path.parent()
            && is_new
            && !directory.as_os_str().is_empty()
        {
            fs::create_dir_all(directory)
                .map_err(TableError::io("create the directory of", &self.path))?;
        }
        let file = open().map_err(TableError::io("open", &self.path))?;
        if is_new && let Some(directory) = self.path.parent() {
            // So that the file's name survives a power cut, too; not every file system can.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(file)
    }

    fn length(&self, file: &File) -> Result<u64, TableError> {
        let metadata = file.metadata();
        Ok(metadata.map_err(TableError::io("read", &self.path))?.len())
    }

    fn refresh(&self, seen: &mut Seen) -> Result<(), TableError> {
        if self.stream.is_some() {
            return Ok(());
        }
        place::check_place(&self.path)?;
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                *seen = Seen::default();
                return Ok(());
            }
            Err(error) => return Err(TableError::io("open", &self.path)(error)),
        };
        match (self.locks.shared)(&file) {
            Ok(()) => {}
            // A file system without locks has one writer at most.
            Err(error) if is_without_locks(&error) => {}
            Err(error) => return Err(TableError::io("lock", &self.path)(error)),
        }
        self.refresh_from(&mut file, seen)
    }

    /// Reads what is new in `file`, which is locked.
    fn refresh_from(&self, file: &mut File, seen: &mut Seen) -> Result<(), TableError> {
        if self.length(file)? < seen.offset {
            // Someone edited the table.
            *seen = Seen::default();
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(seen.offset))
            .and_then(|_| file.read_to_end(&mut bytes))
            .map_err(TableError::io("read", &self.path))?;
        seen.take_in(&bytes).map_err(|(line, source)| {
            // Half-read rows must not stay, or the next call would not report the line.
            *seen = Seen::default();
            TableError::Line {
                path: self.path.clone(),
                line,
                source,
            }
        })
    }

    /// Makes the file end with a line feed: ends a complete row, moves a torn one aside.
    fn heal(&self, file: &mut File, seen: &mut Seen) -> Result<(), TableError> {
        if seen.unterminated.is_some() {
            file.write_all(b"\n")
                .map_err(TableError::io("append to", &self.path))?;
        }
        if let Some(torn) = seen.torn.take() {
            self.move_aside(file, torn)?;
        }
        Ok(())
    }

    fn move_aside(&self, file: &mut File, torn: Torn) -> Result<(), TableError> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(torn.offset))
            .and_then(|_| file.read_to_end(&mut bytes))
            .map_err(TableError::io("read", &self.path))?;
        let set_aside = || -> std::io::Result<()> {
            let mut aside = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(torn_path(&self.path, torn.offset))?;
            aside.write_all(&bytes)?;
            aside.sync_all()?;
            file.set_len(torn.offset)
        };
        set_aside().map_err(TableError::io(
            "set aside the torn last line of",
            &self.path,
        ))
    }
}

/// `<table>.torn-<time>-<offset>`, with nanoseconds, so that no two are the same.
fn torn_path(table: &Path, offset: u64) -> PathBuf {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut name = table.as_os_str().to_owned();
    name.push(format!(".torn-{}-{offset}", now.as_nanos()));
    PathBuf::from(name)
}

impl Seen {
    fn find_last(&self, is_wanted: &dyn Fn(&Record) -> bool) -> Option<&Record> {
        self.rows
            .iter()
            .chain(&self.unterminated)
            .rev()
            .filter_map(Row::record)
            .find(|record| is_wanted(record))
    }

    /// Parses bytes that follow what was seen.
    fn take_in(&mut self, bytes: &[u8]) -> Result<(), (usize, LineError)> {
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

/// A line as a row; nothing for an empty line.
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

#[cfg(test)]
mod tests;
