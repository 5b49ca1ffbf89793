//! Downloading files from mirrors in turn: each is checked, and nothing half-done is left behind.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use md5::{Digest, Md5};
use ureq::Agent;

use super::shelf;
use super::steps::checked_steps;
use crate::attempt::Attempt;
use crate::error::DatasetError;
use crate::event::Event;
use crate::remote_file::RemoteFile;

/// Largest file that is downloaded: about twice the largest published one.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Bytes between two progress events.
const PROGRESS_STEP: u64 = 1 << 18;

/// How long to wait for a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For name, connection and first answer.
    pub connect: Duration,
    /// Without a byte, once it runs.
    pub stall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
        }
    }
}

/// Downloads from a list of mirrors into a directory.
#[derive(Debug, Clone)]
pub struct Downloader {
    mirrors: Vec<String>,
    agent: Agent,
    // The mirror that served the last file; the dead ones before it are not waited for again.
    preferred_idx: usize,
}

impl Downloader {
    /// Makes a downloader that tries `mirrors` (base addresses that end in a slash) in order.
    #[must_use]
    pub fn new(mirrors: Vec<String>, timeouts: Timeouts) -> Self {
        let config = Agent::config_builder()
            .timeout_resolve(Some(timeouts.connect))
            .timeout_connect(Some(timeouts.connect))
            .timeout_recv_response(Some(timeouts.connect))
            .timeout_per_read(Some(timeouts.stall))
            .user_agent(concat!("fashion-bench/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            mirrors,
            agent: config.into(),
            preferred_idx: 0,
        }
    }

    /// Downloads those of `files` that `dir` does not hold yet, packed or plain.
    ///
    /// What is there decides, by its content and before anything is written or downloaded: the
    /// published file is kept; a broken copy of it is moved aside once a whole one has arrived; if
    /// anything else is there, nothing is done at all. A file appears under its name only when it
    /// is whole and its MD5 is right, and never in the place of another. On failure, what was whole
    /// before stays, and directories made for the download are removed again.
    ///
    /// # Errors
    /// [`DatasetError::OwnFiles`] if `dir` holds files of the user's own under these names or in
    /// the CSV form, [`DatasetError::Download`] with every mirror's reason for the first file that
    /// none of them has, [`DatasetError::Io`] if `dir` cannot be read or written.
    pub fn fetch_all(
        &mut self,
        files: &[RemoteFile],
        dir: &Path,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), DatasetError> {
        let steps = checked_steps(files, dir)?;
        if steps.is_empty() {
            return Ok(());
        }
        shelf::check_writable(dir)?;
        for step in &steps {
            let content = self.fetch(&step.remote, on_event)?;
            let created = create_dirs(dir)?;
            let path = match shelf::place(&content, step, dir, on_event) {
                Ok(path) => path,
                Err(error) => {
                    // Innermost first; a directory that holds a file is not empty and stays.
                    for dir in created {
                        let _ = fs::remove_dir(dir);
                    }
                    return Err(error);
                }
            };
            let n_bytes = content.len() as u64;
            on_event(Event::Downloaded { path, n_bytes });
        }
        Ok(())
    }

    /// Downloads one file into memory, so that an interruption leaves nothing behind.
    fn fetch(
        &mut self,
        file: &RemoteFile,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Vec<u8>, DatasetError> {
        let n_mirrors = self.mirrors.len();
        let mut attempts = Vec::new();
        for turn in 0..n_mirrors {
            let mirror_idx = (self.preferred_idx + turn) % n_mirrors;
            let url = format!("{}{}", self.mirrors[mirror_idx], file.name);
            match self.transfer(&url, file, on_event) {
                Ok(content) => {
                    self.preferred_idx = mirror_idx;
                    return Ok(content);
                }
                Err(reason) => {
                    let attempt = Attempt { url, reason };
                    on_event(Event::MirrorFailed(attempt.clone()));
                    attempts.push(attempt);
                }
            }
        }
        Err(DatasetError::Download {
            file_name: file.name.clone(),
            attempts,
        })
    }

    /// Returns the checked answer of `url`, or the reason why it will not do.
    fn transfer(
        &self,
        url: &str,
        file: &RemoteFile,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Vec<u8>, String> {
        let response = self.agent.get(url).call();
        let response = response.map_err(|error| error.to_string())?;
        let body = response.into_body();
        let total = body.content_length();
        let mut reader = body.into_reader();
        let mut content = Vec::new();
        let mut buffer = vec![0; 1 << 16];
        let mut reported = 0_u64;
        let n_bytes = loop {
            let n_bytes = content.len() as u64;
            let progress = Event::Progress {
                file_name: file.name.clone(),
                n_bytes,
                total,
            };
            if n_bytes == 0 || n_bytes >= reported + PROGRESS_STEP {
                reported = n_bytes;
                on_event(progress);
            }
            let n_read = match reader.read(&mut buffer) {
                Ok(0) => break n_bytes,
                Ok(n_read) => n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(format!("{error}, after {n_bytes} bytes")),
            };
            if n_bytes + n_read as u64 > MAX_FILE_BYTES {
                return Err(format!("expected at most {MAX_FILE_BYTES} bytes, got more"));
            }
            content.extend_from_slice(&buffer[..n_read]);
        };
        if let Some(total) = total.filter(|total| *total != n_bytes) {
            return Err(format!("expected {total} bytes, got {n_bytes}"));
        }
        let found_md5 = hex::encode(Md5::digest(&content));
        if !file.md5.is_empty() && found_md5 != file.md5 {
            let expected_md5 = &file.md5;
            return Err(format!(
                "expected MD5 {expected_md5}, got {found_md5} of {n_bytes} bytes"
            ));
        }
        Ok(content)
    }
}

/// Makes `dir` and what is missing above it. Returns what was made, innermost first.
fn create_dirs(dir: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let missing: Vec<_> = dir
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .map(Path::to_owned)
        .collect();
    fs::create_dir_all(dir).map_err(DatasetError::io("create", dir))?;
    Ok(missing)
}
