//! Which files of a folder stand for the data set, where more than one could.
//!
//! A folder may hold a file with `.gz` and without, and the IDX form beside the CSV form. Where
//! both have the same content, one is used. Where one of them cannot be read, the other is used,
//! with a warning. Where both can be read and differ, nobody can know which was meant: an error.

use std::path::{Path, PathBuf};

use super::candidate::Candidate;
use super::digest;
use super::error::DatasetError;
use super::event::Event;
use super::file_names::{CSV_FILE_NAMES, FILE_NAMES};
use super::idx;
use super::kaggle;
use super::layout::Layout;
use super::name::DatasetName;
use super::published::remote_files;

/// The most labels that a file of the user's own may have.
const MAX_CLASSES: usize = 256;

/// Returns the names, without `.gz`, of the files of a data set.
pub fn names_of(name: DatasetName) -> Vec<String> {
    let files = remote_files(name).into_iter();
    let plain = files.map(|file| {
        file.name
            .strip_suffix(".gz")
            .unwrap_or(&file.name)
            .to_owned()
    });
    plain.collect()
}

/// Returns the names of the files of `name` that `dir` has no file for, neither packed nor plain.
pub fn missing(name: DatasetName, dir: &Path) -> Vec<String> {
    let mut names = names_of(name);
    names.retain(|name| packed_or_plain(dir, name).is_empty());
    names
}

/// Returns whether `dir` has at least one file with a usual name.
pub fn has_any(dir: &Path) -> bool {
    let mut names = FILE_NAMES.iter().chain(&CSV_FILE_NAMES);
    names.any(|name| !packed_or_plain(dir, name).is_empty())
}

/// Finds the files of a data set in `dir`; `None` if there is no whole set. Files are read only
/// where there is a choice.
///
/// # Errors
/// [`DatasetError::Ambiguous`] if two candidates differ or none of them can be read,
/// [`DatasetError::Io`] if the system cannot read one.
pub fn find(dir: &Path, on_event: &mut dyn FnMut(Event)) -> Result<Option<Layout>, DatasetError> {
    let idx = FILE_NAMES.map(|name| packed_or_plain(dir, name));
    let csv = CSV_FILE_NAMES.map(|name| packed_or_plain(dir, name));
    let is_set = |files: &[Vec<PathBuf>]| files.iter().all(|paths| !paths.is_empty());
    let pass_over = |files: &[Vec<PathBuf>], on_event: &mut dyn FnMut(Event)| {
        for path in files.iter().flatten() {
            on_event(Event::PassedOver {
                path: path.clone(),
                reason: "the set that it belongs to is not complete".to_owned(),
            });
        }
    };
    match (is_set(&idx), is_set(&csv)) {
        (false, false) => Ok(None),
        (true, false) => {
            pass_over(&csv, on_event);
            Ok(Some(choose_idx(dir, idx, on_event)?))
        }
        (false, true) => {
            pass_over(&idx, on_event);
            Ok(Some(choose_csv(dir, csv, on_event)?))
        }
        (true, true) => {
            let forms = vec![
                choose_idx(dir, idx, on_event)?,
                choose_csv(dir, csv, on_event)?,
            ];
            choose(dir, forms, content_of_form, on_event).map(Some)
        }
    }
}

fn packed_or_plain(dir: &Path, name: &str) -> Vec<PathBuf> {
    let paths = [format!("{name}.gz"), name.to_owned()].map(|name| dir.join(name));
    paths.into_iter().filter(|path| path.is_file()).collect()
}

fn choose_idx(
    dir: &Path,
    files: [Vec<PathBuf>; 4],
    on_event: &mut dyn FnMut(Event),
) -> Result<Layout, DatasetError> {
    let [train_images, train_labels, test_images, test_labels] = files;
    let mut images = |paths| choose(dir, paths, |path: &PathBuf| images_content(path), on_event);
    let (train_images, test_images) = (images(train_images)?, images(test_images)?);
    let mut labels = |paths| choose(dir, paths, |path: &PathBuf| labels_content(path), on_event);
    let (train_labels, test_labels) = (labels(train_labels)?, labels(test_labels)?);
    Ok(Layout::Idx([
        train_images,
        train_labels,
        test_images,
        test_labels,
    ]))
}

fn choose_csv(
    dir: &Path,
    files: [Vec<PathBuf>; 2],
    on_event: &mut dyn FnMut(Event),
) -> Result<Layout, DatasetError> {
    let mut split = |paths| choose(dir, paths, |path: &PathBuf| csv_content(path), on_event);
    let [train, test] = files;
    Ok(Layout::Csv([split(train)?, split(test)?]))
}

fn images_content(path: &Path) -> Result<String, DatasetError> {
    Ok(digest::load(path, |reader| idx::parse_images(reader, path))?.sha256)
}

fn labels_content(path: &Path) -> Result<String, DatasetError> {
    Ok(digest::load(path, |reader| idx::parse_labels(reader, path, MAX_CLASSES))?.sha256)
}

/// Returns the SHA-256 over the hashes of images and labels as IDX.
fn csv_content(path: &Path) -> Result<String, DatasetError> {
    let (_, _, [images, labels]) = kaggle::load(path, MAX_CLASSES)?;
    Ok(joined(&[images.identity.sha256, labels.identity.sha256]))
}

fn content_of_form(form: &Layout) -> Result<String, DatasetError> {
    let split = |files: &[PathBuf]| match files {
        [images, labels] => Ok(joined(&[images_content(images)?, labels_content(labels)?])),
        files => files.iter().map(|path| csv_content(path)).collect(),
    };
    let paths = form.paths();
    let (train, test) = paths.split_at(paths.len() / 2);
    Ok(joined(&[split(train)?, split(test)?]))
}

fn joined(hashes: &[String]) -> String {
    digest::sha256(hashes.concat().as_bytes())
}

/// One of the files, or sets of files, between which there is a choice.
trait Choice {
    fn paths(&self) -> Vec<PathBuf>;
}

impl Choice for PathBuf {
    fn paths(&self) -> Vec<PathBuf> {
        vec![self.clone()]
    }
}

impl Choice for Layout {
    fn paths(&self) -> Vec<PathBuf> {
        Self::paths(self)
    }
}

/// Returns the choice that can be read, or the first of those if all of them hold the same. A
/// single choice is not read.
fn choose<T: Choice>(
    dir: &Path,
    mut choices: Vec<T>,
    content_of: impl Fn(&T) -> Result<String, DatasetError>,
    on_event: &mut dyn FnMut(Event),
) -> Result<T, DatasetError> {
    if choices.len() == 1 {
        return Ok(choices.remove(0));
    }
    let candidate = |choice: &T| {
        let content = match content_of(choice) {
            Ok(sha256) => Ok(sha256),
            Err(DatasetError::Format {
                expected, found, ..
            }) => Err(format!("expected {expected}, found {found}")),
            Err(error) => return Err(error),
        };
        let paths = choice.paths();
        Ok(Candidate { paths, content })
    };
    let candidates: Vec<_> = choices.iter().map(candidate).collect::<Result<_, _>>()?;
    let mut contents: Vec<_> = candidates
        .iter()
        .filter_map(|candidate| candidate.content.as_ref().ok())
        .collect();
    contents.dedup();
    let first_good = candidates
        .iter()
        .position(|candidate| candidate.content.is_ok());
    let (1, Some(chosen_idx)) = (contents.len(), first_good) else {
        return Err(DatasetError::Ambiguous {
            dir: dir.to_owned(),
            candidates,
        });
    };
    for candidate in candidates {
        if let Err(reason) = candidate.content {
            for path in candidate.paths {
                let reason = reason.clone();
                on_event(Event::PassedOver { path, reason });
            }
        }
    }
    Ok(choices.swap_remove(chosen_idx))
}
