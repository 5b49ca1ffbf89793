//! Looking at a folder that is not the data, to say why not and what mends it.

use std::fs;

use super::absence::{Absence, Remedy};
use super::candidates;
use super::file_names::csv_names;
use super::listing::Listing;
use super::name::DatasetName;
use super::own_file::Own;
use super::place::Place;
use super::published::remote_files;
use super::survey::Survey;

/// Returns why `place` does not hold the files of `name`, and what mends it.
pub fn diagnose(name: DatasetName, place: Place) -> Absence {
    let dir = place.dir();
    let found = Listing::of(dir);
    // What cannot be read is no obstacle yet: a download reports it.
    let own = Survey::of(&remote_files(name), dir).map(|survey| survey.own_files());
    let own = own.unwrap_or_default();
    let other = own.iter().find_map(|file| match file.what {
        Own::Known(revision) if revision.dataset != name => Some(revision.dataset),
        _ => None,
    });
    let is_link = fs::symlink_metadata(dir).is_ok_and(|metadata| metadata.is_symlink());
    let is_folder = matches!(found, Listing::Absent | Listing::Names(_));
    let remedy = if !is_folder {
        Remedy::NameAnother
    } else if let Some(other) = other {
        Remedy::AskFor(other)
    } else if !own.is_empty() {
        Remedy::Complete(own)
    } else if found
        .names()
        .iter()
        .any(|found| is_foreign_name(name, found))
    {
        Remedy::Rename
    } else if is_link && !place.is_named() {
        Remedy::NameTheLink
    } else {
        Remedy::Fetch
    };
    Absence {
        name,
        missing: candidates::missing(name, dir),
        found,
        remedy,
        place,
    }
}

/// Whether a listed name is neither looked for nor left by a download.
fn is_foreign_name(dataset: DatasetName, name: &str) -> bool {
    let name = name.rsplit_once(".broken-").map_or(name, |(name, _)| name);
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    !candidates::names_of(dataset)
        .iter()
        .any(|known| known == plain)
        && !csv_names().any(|csv| csv == name)
}
