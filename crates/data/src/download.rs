//! Downloads, the only network code: mirrors in turn, checked, and nothing half-done left behind.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use md5::{Digest, Md5};
use tempfile::NamedTempFile;
use ureq::Agent;

use super::digest;
use super::error::{Attempt, DatasetError};
use super::event::Event;
use super::name::DatasetName;

/// Largest file that is downloaded: twice the largest published one, in round numbers.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// Bytes between two progress events.
const PROGRESS_STEP: u64 = 1 << 18;

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its name on every mirror and on disk.
    pub name: String,
    /// MD5 that it must have.
    pub md5: String,
}

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

/// Base addresses of the known mirrors of a data set, each ending in a slash.
#[must_use]
pub const fn mirrors(name: DatasetName) -> &'static [&'static str] {
    match name {
        DatasetName::FashionMnist | DatasetName::Auto => &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        DatasetName::Mnist => &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        DatasetName::Demo => &[],
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
    /// A downloader that tries `mirrors` (base addresses that end in a slash) in order.
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

    /// Downloads those of `files` that `dir` does not already hold with the right MD5.
    ///
    /// A file appears under its name only when it is whole and its MD5 is right; on failure, what
    /// was whole before stays, and directories made for the download are removed again.
    ///
    /// # Errors
    /// [`DatasetError::Download`] with every mirror's reason for the first file that none of them
    /// has, [`DatasetError::Io`] if `dir` cannot be written.
    pub fn fetch_all(
        &mut self,
        files: &[RemoteFile],
        dir: &Path,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), DatasetError> {
        let created = create_dirs(dir)?;
        let result = files.iter().try_for_each(|file| {
            if digest::md5_of(&dir.join(&file.name)).is_ok_and(|md5| md5 == file.md5) {
                return Ok(());
            }
            self.fetch(file, dir, on_event).map(|_| ())
        });
        if result.is_err() {
            // Innermost first; a directory that holds a whole file is not empty and stays.
            for dir in created {
                let _ = fs::remove_dir(dir);
            }
        }
        result
    }

    /// Downloads one file into `dir` and returns its path.
    fn fetch(
        &mut self,
        file: &RemoteFile,
        dir: &Path,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<PathBuf, DatasetError> {
        let n_mirrors = self.mirrors.len();
        let mut attempts = Vec::new();
        for turn in 0..n_mirrors {
            let mirror_idx = (self.preferred_idx + turn) % n_mirrors;
            let url = format!("{}{}", self.mirrors[mirror_idx], file.name);
            let mut temp =
                NamedTempFile::new_in(dir).map_err(DatasetError::io("create a file in", dir))?;
            match self.transfer(&url, file, temp.as_file_mut(), on_event) {
                Ok(n_bytes) => {
                    self.preferred_idx = mirror_idx;
                    let path = dir.join(&file.name);
                    super::cache::publish(temp, &path)?;
                    let downloaded = path.clone();
                    on_event(Event::Downloaded {
                        path: downloaded,
                        n_bytes,
                    });
                    return Ok(path);
                }
                Err(TransferError::Disk(source)) => {
                    return Err(DatasetError::io("write to", temp.path())(source));
                }
                Err(TransferError::Mirror(reason)) => {
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

    /// Writes what `url` answers to `target` and checks it; the number of bytes.
    fn transfer(
        &self,
        url: &str,
        file: &RemoteFile,
        target: &mut File,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<u64, TransferError> {
        let mirror = |error: &dyn std::fmt::Display| TransferError::Mirror(error.to_string());
        let response = self.agent.get(url).call().map_err(|error| mirror(&error))?;
        let body = response.into_body();
        let total = body.content_length();
        let mut reader = body.into_reader();
        let mut hasher = Md5::new();
        let mut buffer = vec![0; 1 << 16];
        let (mut n_bytes, mut reported) = (0_u64, 0_u64);
        loop {
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
                Ok(0) => break,
                Ok(n_read) => n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(mirror(&format_args!("{error}, after {n_bytes} bytes")));
                }
            };
            n_bytes += n_read as u64;
            if n_bytes > MAX_FILE_BYTES {
                let reason = format!("expected at most {MAX_FILE_BYTES} bytes, got more");
                return Err(TransferError::Mirror(reason));
            }
            hasher.update(&buffer[..n_read]);
            target
                .write_all(&buffer[..n_read])
                .map_err(TransferError::Disk)?;
        }
        if let Some(total) = total.filter(|total| *total != n_bytes) {
            let reason = format!("expected {total} bytes, got {n_bytes}");
            return Err(TransferError::Mirror(reason));
        }
        let found_md5 = hex::encode(hasher.finalize());
        if found_md5 != file.md5 {
            let expected_md5 = &file.md5;
            let reason = format!("expected MD5 {expected_md5}, got {found_md5} of {n_bytes} bytes");
            return Err(TransferError::Mirror(reason));
        }
        target.sync_all().map_err(TransferError::Disk)?;
        Ok(n_bytes)
    }
}

enum TransferError {
    /// Another mirror may do better.
    Mirror(String),
    /// No mirror can help.
    Disk(io::Error),
}

/// Makes `dir` and what is missing above it; what was made, innermost first.
fn create_dirs(dir: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let missing: Vec<_> = dir
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .map(Path::to_owned)
        .collect();
    fs::create_dir_all(dir).map_err(DatasetError::io("create", dir))?;
    Ok(missing)
}
