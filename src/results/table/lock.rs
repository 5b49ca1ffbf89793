//! The lock of a table's file, and file systems that have none.

use std::fs::File;
use std::io::{self, ErrorKind};

use nix::errno::Errno;

/// Who else may append to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writers {
    /// Anybody, each under the lock of the file.
    #[default]
    Many,
    /// Nobody: the file is not locked, for file systems without locks.
    One,
}

/// How a file is locked: the operating system's way, but in tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locks {
    pub(super) exclusive: fn(&File) -> io::Result<()>,
    pub(super) shared: fn(&File) -> io::Result<()>,
}

impl Default for Locks {
    fn default() -> Self {
        Self {
            exclusive: File::lock,
            shared: File::lock_shared,
        }
    }
}

/// Whether the error says that the file system has no locks.
pub(super) fn is_without_locks(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    error.kind() == ErrorKind::Unsupported
        || matches!(
            errno,
            Some(Errno::ENOSYS | Errno::ENOLCK | Errno::EOPNOTSUPP)
        )
}
