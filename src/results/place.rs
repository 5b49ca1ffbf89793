//! What lies at the path of a table: a regular file, nothing yet, or something that is no table.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use super::error::TableError;

/// Refuses whatever is no regular file: a device never ends, a pipe is read once.
///
/// A path at which nothing lies is let through, as a table of it may be made.
///
/// # Errors
/// [`TableError::NotAFile`], and [`TableError::Io`] if the system does not say what lies there.
pub fn check_place(path: &Path) -> Result<(), TableError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(metadata) => Err(TableError::NotAFile {
            path: path.to_owned(),
            kind: kind(metadata.file_type()),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(TableError::io("open", path)(error)),
    }
}

/// What a path that is no regular file leads to, in words.
pub(super) fn kind(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a directory"
    } else if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_regular_files_and_empty_places_are_tables() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("table"), "").unwrap();
        std::os::unix::fs::symlink(at("table"), at("link")).unwrap();
        for good in ["table", "link", "nothing"] {
            check_place(&at(good)).unwrap();
        }
        fs::create_dir(at("folder")).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        for (path, kind) in [
            (at("folder"), "a directory"),
            (at("socket"), "a socket"),
            (at("pipe"), "a pipe"),
            ("/dev/zero".into(), "a device"),
            ("/dev/full".into(), "a device"),
        ] {
            let error = check_place(&path).unwrap_err().to_string();
            assert!(error.contains(&format!("is {kind}")), "{error}");
        }
    }
}
