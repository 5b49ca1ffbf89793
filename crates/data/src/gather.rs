//! The files that a list of paths stands for: folders and zip archives are looked into.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::archive::{Entry, MAX_ENTRIES, zip_error};
use super::digest::{decompressed, once_packed, read_error};
use super::error::DatasetError;
use super::read::{
    self, Content, Input, Piece, ReadOptions, SplitName, Start, fill, is_image_name,
};

/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 6;
/// Bytes by which a format is told.
const HEAD: usize = 512;
/// Endings of files that are read where they are found in a folder or an archive; a file that is
/// named itself is always read.
const ENDINGS: [&str; 9] = [
    "ubyte", "-int", ".npy", ".npz", ".csv", ".tsv", ".arff", ".parquet", ".zip",
];

/// A file, in a folder or in an archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRef {
    /// Its path; of an entry of an archive, the archive's with the entry's name behind it.
    pub path: PathBuf,
    /// The archive and the place in it.
    entry: Option<(PathBuf, usize)>,
    /// The part of the path below what the user named.
    below: PathBuf,
}

impl FileRef {
    /// Returns its name, without the folders.
    pub fn name(&self) -> String {
        super::file_names::last_part(&self.path)
    }

    /// Whether it is a file of its own and no entry of an archive.
    pub fn is_plain(&self) -> bool {
        self.entry.is_none()
    }

    /// Whether it is a picture by its name.
    pub fn is_image(&self) -> bool {
        is_image_name(&self.name())
    }

    /// Returns the split that its name tells, or else the innermost folder that does.
    pub fn split(&self) -> Option<SplitName> {
        let names = self.below.iter().rev().skip(usize::from(self.is_image()));
        names
            .map(|name| name.to_string_lossy())
            .find_map(|name| SplitName::of_name(&name))
    }

    /// Returns the class of a picture: the folder that it lies in.
    pub fn class(&self) -> Option<String> {
        let folder = self.path.parent()?.file_name()?;
        Some(folder.to_string_lossy().into_owned())
    }
}

/// Lists the files that `paths` stand for, in order of their paths.
///
/// # Errors
/// [`DatasetError::Io`] for a path that leads nowhere or cannot be read.
pub fn gather(paths: &[PathBuf]) -> Result<Vec<FileRef>, DatasetError> {
    let mut found = Vec::new();
    for path in paths {
        let first = found.len();
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, path, 0, &mut found)?,
            Ok(metadata) if metadata.is_file() => add_file(path, path, true, &mut found)?,
            Ok(_) => {
                return Err(DatasetError::format(
                    path,
                    "a file or a folder",
                    "something else",
                ));
            }
            Err(error) => match archive_above(path) {
                Some((archive, inner)) => {
                    let mut entries = Vec::new();
                    list_archive(&archive, &mut entries)?;
                    entries.retain(|entry: &FileRef| {
                        entry
                            .path
                            .strip_prefix(&archive)
                            .is_ok_and(|name| name.starts_with(&inner))
                    });
                    if entries.is_empty() {
                        return Err(DatasetError::format(
                            &archive,
                            format!("`{}` in the archive", inner.display()),
                            "no such entry",
                        ));
                    }
                    found.extend(entries);
                }
                None => return Err(DatasetError::io("open", path)(error)),
            },
        }
        found[first..].sort();
    }
    Ok(found)
}

/// Returns the archive that a path leads into, and the path in it.
fn archive_above(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let archive = path.ancestors().skip(1).find(|above| above.is_file())?;
    let inner = path.strip_prefix(archive).ok()?;
    Some((archive.to_owned(), inner.to_owned()))
}

fn walk(
    dir: &Path,
    root: &Path,
    depth: usize,
    found: &mut Vec<FileRef>,
) -> Result<(), DatasetError> {
    let entries = fs::read_dir(dir).map_err(DatasetError::io("list", dir))?;
    for entry in entries {
        let entry = entry.map_err(DatasetError::io("list", dir))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        if metadata.is_dir() && depth < MAX_DEPTH {
            walk(&path, root, depth + 1, found)?;
        } else if metadata.is_file() && is_data_name(&name) {
            add_file(&path, root, false, found)?;
        }
        if found.len() > MAX_ENTRIES {
            let expected = format!("at most {MAX_ENTRIES} files");
            return Err(DatasetError::format(root, expected, "more"));
        }
    }
    Ok(())
}

/// Whether a file in a folder is one of data by its name.
fn is_data_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    is_image_name(plain) || ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

fn add_file(
    path: &Path,
    root: &Path,
    is_named: bool,
    found: &mut Vec<FileRef>,
) -> Result<(), DatasetError> {
    let name = super::file_names::last_part(path);
    if !is_image_name(&name) && is_archive(path, &name)? {
        return list_archive(path, found);
    }
    let below = match is_named {
        true => PathBuf::from(&name),
        false => path.strip_prefix(root).unwrap_or(path).to_owned(),
    };
    found.push(FileRef {
        path: path.to_owned(),
        entry: None,
        below,
    });
    Ok(())
}

/// Whether a file is a zip archive and not numpy's.
fn is_archive(path: &Path, name: &str) -> Result<bool, DatasetError> {
    let mut file = File::open(path).map_err(DatasetError::io("open", path))?;
    let mut head = [0; 4];
    let n_read = fill(&mut file, &mut head).map_err(DatasetError::io("read", path))?;
    let is_zip = matches!(&head[..n_read], b"PK\x03\x04" | b"PK\x05\x06");
    Ok(is_zip && !name.to_ascii_lowercase().ends_with(".npz"))
}

fn list_archive(path: &Path, found: &mut Vec<FileRef>) -> Result<(), DatasetError> {
    let archive = open_archive(path)?;
    for entry_idx in 0..archive.len() {
        let Some(name) = archive.name_for_index(entry_idx) else {
            continue;
        };
        let name = name.map_err(|error| zip_error(path, error))?.into_owned();
        let is_hidden = Path::new(&name).iter().any(|part| {
            let part = part.to_string_lossy();
            part.starts_with('.') || part == "__MACOSX"
        });
        if name.ends_with('/') || is_hidden || !is_data_name(&name) {
            continue;
        }
        if name.to_ascii_lowercase().ends_with(".zip") {
            return Err(DatasetError::format(
                path,
                "data files in the archive",
                format!(
                    "another archive, {}; unpack the outer one",
                    name.escape_debug()
                ),
            ));
        }
        found.push(FileRef {
            path: path.join(&name),
            entry: Some((path.to_owned(), entry_idx)),
            below: PathBuf::from(&name),
        });
    }
    Ok(())
}

fn open_archive(path: &Path) -> Result<ZipArchive<File>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let archive = ZipArchive::new(file).map_err(|error| zip_error(path, error))?;
    if archive.len() > MAX_ENTRIES {
        let expected = format!("at most {MAX_ENTRIES} entries");
        return Err(DatasetError::format(
            path,
            expected,
            archive.len().to_string(),
        ));
    }
    Ok(archive)
}

/// Opens files; the archives that they lie in stay open.
#[derive(Default)]
pub struct Opener {
    archives: HashMap<PathBuf, ZipArchive<File>>,
}

impl Opener {
    /// Reads a file by the reader of its format.
    ///
    /// # Errors
    /// [`DatasetError::Unreadable`] if no reader is for it, else the reader's.
    pub fn read(
        &mut self,
        file: &FileRef,
        options: &ReadOptions,
    ) -> Result<Vec<Piece>, DatasetError> {
        self.open(file, |head, content| {
            let name = file.name().to_ascii_lowercase();
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            let start = Start { name, head };
            let input = Input {
                path: &file.path,
                content,
            };
            read::read(&start, input, options)
        })
    }

    /// Reads all bytes of a picture.
    ///
    /// # Errors
    /// [`DatasetError::Io`] if it cannot be read.
    pub fn bytes(&mut self, file: &FileRef) -> Result<Vec<u8>, DatasetError> {
        const LARGEST: u64 = 64 << 20;
        self.open(file, |_, content| {
            let mut bytes = Vec::new();
            let mut reader: Box<dyn Read> = match content {
                Content::Plain(file) => Box::new(file),
                Content::Unpacked(reader) => reader,
            };
            let n_read = reader
                .by_ref()
                .take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| read_error(&file.path, error))?;
            if n_read as u64 > LARGEST {
                let expected = format!("a picture of at most {LARGEST} bytes");
                return Err(DatasetError::format(&file.path, expected, "more"));
            }
            Ok(bytes)
        })
    }

    /// Hands the first bytes of a file and its content, unpacked, to `then`.
    fn open<T>(
        &mut self,
        file: &FileRef,
        then: impl FnOnce(&[u8], Content<'_>) -> Result<T, DatasetError>,
    ) -> Result<T, DatasetError> {
        let path = &file.path;
        let failed = |error| read_error(path, error);
        let mut head = [0; HEAD];
        let Some((archive_path, entry_idx)) = &file.entry else {
            let mut plain = File::open(path).map_err(DatasetError::io("open", path))?;
            let n_read = fill(&mut plain, &mut head).map_err(failed)?;
            plain.rewind().map_err(DatasetError::io("read", path))?;
            if !head[..n_read].starts_with(&[0x1f, 0x8b]) {
                return then(&head[..n_read], Content::Plain(plain));
            }
            return unpacked(Box::new(plain), path, then);
        };
        let archive = match self.archives.entry(archive_path.clone()) {
            std::collections::hash_map::Entry::Occupied(open) => open.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(open_archive(archive_path)?)
            }
        };
        let entry = archive
            .by_index(*entry_idx)
            .map_err(|error| zip_error(path, error))?;
        unpacked(Box::new(Entry::new(entry)), path, then)
    }
}

fn unpacked<T>(
    raw: Box<dyn Read + '_>,
    path: &Path,
    then: impl FnOnce(&[u8], Content<'_>) -> Result<T, DatasetError>,
) -> Result<T, DatasetError> {
    let failed = |error| read_error(path, error);
    let content = decompressed(raw).map_err(failed)?;
    let mut content = once_packed(content).map_err(failed)?;
    let mut head = [0; HEAD];
    let n_read = fill(&mut content, &mut head).map_err(failed)?;
    let head = &head[..n_read];
    let whole: Box<dyn io::Read> = Box::new(Cursor::new(head.to_vec()).chain(content));
    then(head, Content::Unpacked(whole))
}
