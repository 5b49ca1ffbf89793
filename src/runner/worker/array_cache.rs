//! The folder of arrays for engines as a cache: who uses a file, and what goes when it is full.
//!
//! A job holds a shared lock on each file that it uses, which ends with its process, however that
//! ends. A file is removed only under an exclusive lock, so never while an engine has yet to open it.
//! Where a file system has no locks, a file that was used in the last day counts as in use.

use std::fs::{self, File, Metadata, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What the folder holds at most, beside what is in use: about twenty orders of Fashion-MNIST.
pub(super) const MAX_BYTES: u64 = 4_000_000_000;
/// Begins the name of a file that is being written.
pub(super) const TEMPORARY: &str = ".array-";
/// Longest header of a `.npy` file that is written here.
const MAX_HEADER: u64 = 4096;
/// How long a file counts as in use where there are no locks.
const UNLOCKED_USE: Duration = Duration::from_secs(24 * 60 * 60);

/// A file that stays as long as this does.
#[derive(Debug)]
pub(super) struct Held(#[expect(dead_code, reason = "its lock is what counts")] File);

/// Holds the file at `path`; nothing if it is not there, or does not have `n_bytes` and a header.
pub(super) fn hold(path: &Path, n_bytes: u64) -> Option<Held> {
    let is_same = |a: &Metadata, b: &Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    loop {
        let file = File::open(path).ok()?;
        // Without locks the time of the last use protects the file.
        let _ = file.lock_shared();
        let _ = file.set_modified(SystemTime::now());
        let found = file.metadata().ok()?;
        // Between opening and locking it may have been removed or replaced.
        if is_same(&found, &fs::metadata(path).ok()?) {
            let sizes = n_bytes..n_bytes + MAX_HEADER;
            return sizes.contains(&found.len()).then_some(Held(file));
        }
    }
}

/// Locks the folder for writing and removing; where there are no locks, the work may be done twice,
/// and no more than that.
pub(super) fn lock_folder(folder: &Path) -> Option<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    let file = options.open(folder.join(".lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Removes what killed jobs left half written, and then the arrays that were used longest ago, until
/// `n_bytes` more are within `max_bytes`. What is in use stays, and so does every other file.
pub(super) fn make_room(folder: &Path, n_bytes: u64, max_bytes: u64) {
    let mut arrays = Vec::new();
    for (path, found) in files_of(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(TEMPORARY) {
            remove_unused(&path, &found);
        } else if is_array(&name) {
            arrays.push((path, found));
        }
    }
    let used_at = |found: &Metadata| found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    arrays.sort_by_key(|(_, found)| used_at(found));
    let mut total: u64 = arrays.iter().map(|(_, found)| found.len()).sum();
    for (path, found) in &arrays {
        if total.saturating_add(n_bytes) <= max_bytes {
            return;
        }
        if remove_unused(path, found) {
            total -= found.len();
        }
    }
}

/// Regular files of the folder, without what links name.
fn files_of(folder: &Path) -> Vec<(PathBuf, Metadata)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)));
    files.filter(|(_, found)| found.is_file()).collect()
}

/// Whether a file of this name is one of [`ArrayFiles`](super::array_files::ArrayFiles).
fn is_array(name: &str) -> bool {
    let Some(name) = name.strip_suffix(".npy") else {
        return false;
    };
    let order = |name: &str| {
        let (_, seed) = name.rsplit_once("-train-")?;
        Some(seed.len() == 16 && seed.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let train = name.strip_suffix("-x").or(name.strip_suffix("-y"));
    name.ends_with("-test-x") || train.and_then(order) == Some(true)
}

/// Removes a file unless it is in use. Returns whether it is gone.
fn remove_unused(path: &Path, found: &Metadata) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    let is_unused = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let age = found.modified().ok().and_then(|used| used.elapsed().ok());
            age.is_some_and(|age| age > UNLOCKED_USE)
        }
    };
    is_unused && fs::remove_file(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arrays_that_are_not_in_use_go_the_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let make = |name: &str, age_s: u64| {
            fs::write(path(name), [0; 100]).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age_s);
            let file = File::options().write(true).open(path(name)).unwrap();
            file.set_modified(then).unwrap();
        };
        let names = [
            "a-1-train-0123456789abcdef-x.npy",
            "a-1-train-0123456789abcdef-y.npy",
            "a-1-test-x.npy",
            "b-2-test-x.npy",
        ];
        for (name, age_s) in names.iter().zip([400, 300, 200, 100]) {
            make(name, age_s);
        }
        let strangers = ["notes.npy", "a-train-0123-x.npy", "a-1.f32", ".lock"];
        for name in strangers {
            make(name, 10_000);
        }
        make(".array-left", 10);
        make(".array-written", 10);
        let written = File::open(path(".array-written")).unwrap();
        written.lock_shared().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("c-3-test-x.npy");
        fs::write(&target, [0; 100]).unwrap();
        std::os::unix::fs::symlink(&target, path("c-3-test-x.npy")).unwrap();

        // It is used now, and so the youngest.
        let held = hold(&path(names[0]), 50).unwrap();
        make_room(folder.path(), 100, 300);
        let left: Vec<_> = names.iter().map(|name| path(name).exists()).collect();
        assert_eq!(left, [true, false, false, true]);
        assert!(!path(".array-left").exists() && path(".array-written").exists());
        // Held, it stays whatever the bound.
        make_room(folder.path(), 0, 0);
        assert!(path(names[0]).exists() && !path(names[3]).exists());
        drop(held);
        make_room(folder.path(), 0, 0);
        assert!(!path(names[0]).exists());
        assert!(strangers.iter().all(|name| path(name).exists()));
        assert!(target.exists());
    }

    #[test]
    fn a_file_of_another_size_is_not_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        assert!(hold(&path, 10).is_none());
        fs::write(&path, [0; 200]).unwrap();
        assert!(hold(&path, 100).is_some());
        assert!(hold(&path, 201).is_none());
    }
}
