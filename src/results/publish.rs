//! Writing a file whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{access, place};

/// Writes `bytes` beside `path` and renames the file to it, creating the folder if need be.
///
/// # Errors
/// What the system reports; an older file at `path` is then as it was. Something that is no regular
/// file is not replaced by one; a link is followed.
pub fn publish(bytes: &[u8], path: &Path) -> io::Result<()> {
    write_and_rename(bytes, path).map_err(|error| access::explain(path, error))
}

fn write_and_rename(bytes: &[u8], path: &Path) -> io::Result<()> {
    let path = &match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => fs::canonicalize(path)?,
        Ok(metadata) => {
            let kind = place::kind(metadata.file_type());
            return Err(io::Error::other(format!(
                "it is {kind}, not a regular file"
            )));
        }
        Err(_) => path.to_owned(),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    // A temporary file is its owner's alone; this one is for everybody, as the umask allows.
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_links_followed_and_devices_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        publish(b"one", &at("new/file")).unwrap();
        std::os::unix::fs::symlink(at("new/file"), at("link")).unwrap();
        publish(b"two", &at("link")).unwrap();
        assert_eq!(fs::read(at("new/file")).unwrap(), b"two");
        assert!(at("link").is_symlink());
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let error = publish(b"three", &at("pipe")).unwrap_err().to_string();
        assert_eq!(error, "it is a pipe, not a regular file");
    }
}
