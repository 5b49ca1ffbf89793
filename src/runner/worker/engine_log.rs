//! What an engine writes to standard error: its end in memory, for reasons, and all of it in a file,
//! up to a bound.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::results::mutex::lock;

/// Bytes kept in memory.
const TAIL_BYTES: usize = 16_384;
/// Bytes of the file from which only its end is kept.
const MAX_FILE_BYTES: usize = 1 << 20;
/// How long the last words of an engine that ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The standard error of an engine, read by a thread of its own.
pub(super) struct EngineLog {
    tail: Arc<Mutex<VecDeque<u8>>>,
    ended: Receiver<()>,
}

impl EngineLog {
    /// Keeps what comes from `errors`; the file at `path` is made when something comes.
    pub(super) fn keep(errors: impl Read + Send + 'static, path: Option<PathBuf>) -> Self {
        let tail = Arc::new(Mutex::new(VecDeque::new()));
        let (sender, ended) = mpsc::channel();
        let kept = Arc::clone(&tail);
        thread::spawn(move || {
            read_all(errors, &kept, LogFile::new(path));
            // The driver may be gone already.
            let _ = sender.send(());
        });
        Self { tail, ended }
    }

    /// Waits a moment, until everything that an engine which ended has written is kept.
    pub(super) fn settle(&self) {
        let _ = self.ended.recv_timeout(LAST_WORDS);
    }

    /// The last line that is not blank, as of a traceback.
    pub(super) fn last_line(&self) -> Option<String> {
        let bytes: Vec<u8> = lock(&self.tail).iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        last.map(|line| line.trim().to_owned())
    }
}

fn read_all(mut errors: impl Read, tail: &Mutex<VecDeque<u8>>, mut file: LogFile) {
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = errors.read(&mut buffer) {
        let bytes = &buffer[..n];
        // Nobody may be there to read it.
        let _ = io::stderr().write_all(bytes);
        let mut tail = lock(tail);
        tail.extend(bytes);
        let n_surplus = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..n_surplus);
        file.write(bytes, tail.make_contiguous());
    }
}

/// A file that is made at the first write. One that cannot be written is given up: it is no reason
/// for a job to fail.
struct LogFile {
    path: Option<PathBuf>,
    file: Option<File>,
    n_bytes: usize,
}

impl LogFile {
    fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            file: None,
            n_bytes: 0,
        }
    }

    /// Appends `bytes`, with which `tail` ends.
    fn write(&mut self, bytes: &[u8], tail: &[u8]) {
        if let Some(path) = self.path.take() {
            let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
            self.file = folder.and_then(|()| File::create(path)).ok();
        }
        let Some(file) = &mut self.file else {
            return;
        };
        let written = if self.n_bytes + bytes.len() <= MAX_FILE_BYTES {
            self.n_bytes += bytes.len();
            file.write_all(bytes)
        } else {
            self.n_bytes = tail.len();
            let emptied = file.set_len(0).and_then(|()| file.rewind());
            emptied
                .and_then(|()| file.write_all(b"(the beginning is left out)\n"))
                .and_then(|()| file.write_all(tail))
        };
        if written.is_err() {
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_keeps_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/one.log");
        let mut file = LogFile::new(Some(path.clone()));
        let text = "an iteration\n".repeat(300);
        for _ in 0..2 * MAX_FILE_BYTES / text.len() {
            file.write(text.as_bytes(), text.as_bytes());
        }
        file.write(b"Error: at last\n", b"an iteration\nError: at last\n");
        let kept = fs::read_to_string(path).unwrap();
        assert!(kept.starts_with("(the beginning is left out)\n"));
        assert!(kept.ends_with("an iteration\nError: at last\n"));
        assert!(kept.len() <= MAX_FILE_BYTES + 100, "{}", kept.len());
    }

    #[test]
    fn the_last_line_that_is_not_blank_is_told() {
        let log = EngineLog::keep(io::Cursor::new("Traceback\n  Error: at last \n\n"), None);
        log.settle();
        assert_eq!(log.last_line().unwrap(), "Error: at last");
    }

    #[test]
    fn silence_makes_no_file_and_a_log_may_be_impossible() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.log");
        EngineLog::keep(io::empty(), Some(path.clone())).settle();
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        let log = EngineLog::keep(io::Cursor::new("words"), Some(path.join("below.log")));
        log.settle();
        assert_eq!(log.last_line().unwrap(), "words");
    }
}
