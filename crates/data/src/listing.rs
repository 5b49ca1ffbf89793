//! What lies in a folder, for messages: a few names, and how many more there are.

use std::fmt;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

/// Names that a message shows.
const MAX_SHOWN: usize = 8;

/// What a path to a folder leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Nothing is there.
    Absent,
    /// Something other than a folder is there.
    NotAFolder,
    /// The folder cannot be listed.
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// The folder holds these, in order; hidden files are left out.
    Names(Vec<String>),
}

impl Listing {
    /// Lists `dir`.
    #[must_use]
    pub fn of(dir: &Path) -> Self {
        let entries = fs::read_dir(dir).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
        match entries {
            Ok(entries) => {
                let mut names: Vec<_> = entries
                    .iter()
                    .map(describe)
                    .filter(|name| !name.starts_with('.'))
                    .collect();
                names.sort();
                Self::Names(names)
            }
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound if fs::symlink_metadata(dir).is_err() => Self::Absent,
                io::ErrorKind::NotADirectory => Self::NotAFolder,
                _ => Self::Unreadable {
                    reason: error.to_string(),
                },
            },
        }
    }

    /// Returns the names, if there are any.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::Names(names) => names,
            _ => &[],
        }
    }
}

/// Prints what is there, to follow the folder's name and a colon.
impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no such folder"),
            Self::NotAFolder => f.write_str("this is no folder"),
            Self::Unreadable { reason } => write!(f, "the folder cannot be listed ({reason})"),
            Self::Names(names) if names.is_empty() => f.write_str("the folder is empty"),
            Self::Names(names) => {
                let n_shown = names.len().min(MAX_SHOWN);
                write!(f, "found: {}", names[..n_shown].join(", "))?;
                match names.len() - n_shown {
                    0 => Ok(()),
                    n_more => write!(f, " (and {n_more} more)"),
                }
            }
        }
    }
}

/// Returns the name of an entry, and what it is if it is not a file.
fn describe(entry: &DirEntry) -> String {
    let name = shown(Path::new(&entry.file_name()));
    match fs::metadata(entry.path()) {
        Ok(metadata) if metadata.is_file() => name,
        Ok(metadata) if metadata.is_dir() => format!("{name}/"),
        Ok(_) => format!("{name} (no regular file)"),
        Err(_) => format!("{name} (a link to nothing)"),
    }
}

/// Returns `path` for a message: a control character, which could break lines or colour a terminal,
/// is escaped.
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for character in path.to_string_lossy().chars() {
        if character.is_control() {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// Returns `path` quoted for a POSIX shell.
pub fn quoted(path: &Path) -> String {
    let text = shown(path);
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text;
    }
    let prefix = if text.starts_with('-') { "./" } else { "" };
    format!("'{prefix}{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_shows_a_few_names_and_how_many_more_there_are() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Listing::of(dir.path()).to_string(), "the folder is empty");
        for number in 10..30 {
            fs::write(dir.path().join(format!("f{number}")), "").unwrap();
        }
        fs::write(dir.path().join(".hidden"), "").unwrap();
        fs::create_dir(dir.path().join("f1")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("f11a")).unwrap();
        assert_eq!(
            Listing::of(dir.path()).to_string(),
            "found: f1/, f10, f11, f11a (a link to nothing), f12, f13, f14, f15 (and 14 more)"
        );
        assert_eq!(Listing::of(&dir.path().join("x")), Listing::Absent);
        assert_eq!(Listing::of(&dir.path().join("f10")), Listing::NotAFolder);
    }

    #[test]
    fn names_cannot_break_a_message_or_a_command() {
        assert_eq!(shown(Path::new("a\n\u{1b}[31mb")), r"a\n\u{1b}[31mb");
        assert_eq!(quoted(Path::new("/data/x-1")), "/data/x-1");
        assert_eq!(quoted(Path::new("it's; rm")), r"'it'\''s; rm'");
        assert_eq!(quoted(Path::new("-x")), "'./-x'");
        assert_eq!(quoted(Path::new("")), "''");
    }
}
