//! Loading a data set: finding its files, downloading what is missing, reading and checking.

use super::absence::Absence;
use super::candidates;
use super::classes::{FASHION_CLASSES, N_CLASSES};
use super::demo;
use super::diagnosis::diagnose;
#[cfg(feature = "download")]
use super::download::fetch_into;
use super::error::DatasetError;
use super::event::Event;
use super::file_names::{FILE_NAMES, last_part};
use super::files;
use super::holding::{self, Holding};
use super::identity::DatasetIdentity;
use super::layout::Layout;
use super::name::DatasetName;
use super::place::Place;
use super::published::remote_files;
use super::raw::RawDataset;
use super::recognise::{Recognised, recognise};
use super::request::DatasetRequest;
use super::source::Source;

/// Finds, checks and reads the data set that `request` asks for, downloading it if it may be.
///
/// Without the feature `download` nothing is downloaded: files that are missing are an error that
/// names them, says where they were looked for, and that this build cannot download.
///
/// # Errors
/// [`DatasetError`] if it cannot be found or downloaded, or is not what it should be. A folder that
/// was named is the data or an error. `auto` falls back to the demo set only where no folder was
/// named and there are no files at all; files that are there but broken are an error.
pub fn load(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    if let Some(raw) = request.generated()? {
        return Ok(raw);
    }
    let place = request.place();
    let absence = match locate(request, on_event) {
        Err(DatasetError::NotFound(absence)) if absence.is_fillable() => absence,
        located => return load_found(request, &place, &located?, on_event),
    };
    match fill(request, absence, on_event) {
        Ok(()) => load_found(request, &place, &locate(request, on_event)?, on_event),
        Err(error) if request.name == DatasetName::Auto && has_nothing(&place) => {
            let reason = error.to_string();
            on_event(Event::FellBackToDemo { reason });
            Ok(demo::generate(&request.demo))
        }
        Err(error) => Err(error),
    }
}

/// Downloads the files that are missing in the default place.
#[cfg(feature = "download")]
fn fill(
    request: &DatasetRequest,
    absence: Box<Absence>,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), DatasetError> {
    match request.offline {
        true => Err(DatasetError::NotFound(absence)),
        false => fetch_into(request.wanted(), absence.place.dir(), on_event),
    }
}

/// Reports the files that are missing: this build cannot download them.
#[cfg(not(feature = "download"))]
fn fill(
    _: &DatasetRequest,
    absence: Box<Absence>,
    _: &mut dyn FnMut(Event),
) -> Result<(), DatasetError> {
    Err(DatasetError::NotFound(absence))
}

/// Whether none of the four files lies there, not even after a download that failed midway.
fn has_nothing(place: &Place) -> bool {
    candidates::missing(place.dir()).len() == FILE_NAMES.len()
}

/// Finds the files that `request` asks for. They are read only where there is a choice.
///
/// # Errors
/// [`DatasetError::NotFound`] with what is there instead, [`DatasetError::Ambiguous`] if two files
/// stand for the same thing.
pub fn locate(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<Layout, DatasetError> {
    let place = request.place();
    let found = candidates::find(place.dir(), on_event)?;
    found.ok_or_else(|| {
        let absence = diagnose(request.wanted(), place);
        DatasetError::NotFound(Box::new(absence))
    })
}

/// Reads and checks the files of `layout`, which were found in `place`.
pub fn load_found(
    request: &DatasetRequest,
    place: &Place,
    layout: &Layout,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    let dir = place.dir();
    on_event(Event::Found {
        dir: dir.to_owned(),
    });
    let source = files::load(dir, layout, request.allow_custom)
        .map_err(|error| explain(error, request.wanted(), place))?;
    let revision = recognise(&source, request.wanted(), request.allow_custom)?;
    let dir = dir.to_owned();
    match revision {
        None => on_event(Event::CustomData { dir }),
        Some(revision) if !revision.is_checkable() => {
            let revision = revision.label();
            on_event(Event::ImagesUnchecked { dir, revision });
        }
        Some(_) => {}
    }
    Ok(assemble(source, revision))
}

/// Turns the error of a file that is not well-formed into one that says how to mend it, if the file
/// is a broken copy of a published one.
fn explain(error: DatasetError, name: DatasetName, place: &Place) -> DatasetError {
    let DatasetError::Format { path, .. } = &error else {
        return error;
    };
    let file_name = last_part(path);
    let remote = remote_files(name).into_iter().find(|remote| {
        let plain = remote.name.strip_suffix(".gz");
        remote.name == file_name || plain == Some(file_name.as_str())
    });
    match remote.map(|remote| holding::inspect(path, &remote)) {
        Some(Ok(Holding::Broken)) => DatasetError::BrokenCopy {
            path: path.clone(),
            name,
            place: Box::new(place.clone()),
            source: Box::new(error),
        },
        _ => error,
    }
}

fn assemble(source: Source, revision: Recognised) -> RawDataset {
    let Source {
        files, train, test, ..
    } = source;
    let name = revision.map_or("custom", |revision| revision.dataset.as_str());
    let identity = DatasetIdentity {
        name: name.to_owned(),
        revision: revision.and_then(|revision| revision.name.map(str::to_owned)),
        files: files.into_iter().map(|file| file.identity).collect(),
        n_train: train.n_samples(),
        n_test: test.n_samples(),
    };
    let class_names = match revision.map(|revision| revision.dataset) {
        Some(DatasetName::FashionMnist) => FASHION_CLASSES.map(str::to_owned).to_vec(),
        Some(_) => (0..N_CLASSES).map(|digit| digit.to_string()).collect(),
        None => {
            let labels = train.labels.iter().chain(&test.labels);
            let largest = labels.max().copied().unwrap_or(0);
            (0..=largest).map(|label| label.to_string()).collect()
        }
    };
    RawDataset {
        identity,
        class_names,
        train,
        test,
    }
}
