//! Why a file may not be written: whose folder it is, and who asks.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Returns `error` with whose file or folder stands in the way of writing `path`, and what to do.
///
/// Errors for other reasons than a lack of rights are returned as they are.
pub(super) fn explain(path: &Path, error: io::Error) -> io::Error {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => owner_in_the_way(path),
        ErrorKind::ReadOnlyFilesystem => Some(
            "nothing can be written on this file system; name a place that can be written, in a \
             container a mounted volume"
                .to_owned(),
        ),
        _ => None,
    };
    match advice {
        Some(advice) => io::Error::new(error.kind(), format!("{error}: {advice}")),
        None => error,
    }
}

/// Describes the owner of the nearest existing part of `path`.
fn owner_in_the_way(path: &Path) -> Option<String> {
    let place = path.ancestors().find_map(|place| {
        // The folder of a bare file name.
        let place = if place.as_os_str().is_empty() {
            Path::new(".")
        } else {
            place
        };
        let metadata = fs::metadata(place).ok()?;
        Some((place, metadata))
    });
    let (place, metadata) = place?;
    let owner = Owner {
        user: metadata.uid(),
        group: metadata.gid(),
        mode: metadata.mode() & 0o7777,
    };
    Some(owner.advice(place, nix::unistd::geteuid().as_raw()))
}

/// To whom a file belongs.
struct Owner {
    user: u32,
    group: u32,
    mode: u32,
}

impl Owner {
    /// What the user `asking` should do to write to `place`.
    fn advice(&self, place: &Path, asking: u32) -> String {
        let Self { user, group, mode } = self;
        format!(
            "{} belongs to user {user} and group {group} with mode {mode:03o}, and this program runs \
             as user {asking}; give the user {asking} the right to write there, or run as its owner, \
             in a container with `--user {user}:{group}`",
            place.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_rights_names_the_folder_its_owner_and_the_option_to_add() {
        let owner = Owner {
            user: 1000,
            group: 100,
            mode: 0o755,
        };
        assert_eq!(
            owner.advice(Path::new("/bench/results"), 10001),
            "/bench/results belongs to user 1000 and group 100 with mode 755, and this program runs \
             as user 10001; give the user 10001 the right to write there, or run as its owner, in a \
             container with `--user 1000:100`"
        );
    }

    #[test]
    fn the_nearest_folder_that_exists_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("a/b/table.jsonl");
        let denied = explain(&missing, ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
        let expected = format!("permission denied: {} belongs", directory.path().display());
        assert!(denied.to_string().starts_with(&expected), "{denied}");
        let bare = explain(Path::new("table.jsonl"), ErrorKind::PermissionDenied.into());
        assert!(bare.to_string().contains(": . belongs"), "{bare}");
    }

    #[test]
    fn other_errors_stay_as_they_are() {
        let error = explain(Path::new("table"), io::Error::other("no room"));
        assert_eq!(error.to_string(), "no room");
    }
}
