//! Loading a data set: finding its files, downloading what is missing, reading and checking.

use std::path::{Path, PathBuf};

use super::absence::Absence;
use super::candidates;
use super::classes::known_classes;
use super::collect::{Assigned, collect};
use super::demo;
use super::diagnosis::diagnose;
#[cfg(feature = "download")]
use super::download::fetch_into;
use super::error::DatasetError;
use super::event::Event;
use super::file_names::last_part;
use super::files;
use super::holding::{self, Holding};
use super::identity::DatasetIdentity;
use super::layout::Layout;
use super::name::DatasetName;
use super::own_data::OwnData;
use super::place::Place;
use super::published::remote_files;
use super::raw::RawDataset;
use super::recognise::{Recognised, recognise};
use super::request::DatasetRequest;
use super::revisions::Revision;
use super::shape::Shape;
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
    let raw = load_whole(request, on_event)?;
    let raw = if request.transpose {
        raw.transposed()?
    } else {
        raw
    };
    if raw.lies_on_its_side() {
        on_event(Event::OnItsSide);
    }
    Ok(raw.part(&request.subset)?.scaled(request.scaling))
}

fn load_whole(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    if let Some(raw) = request.generated()? {
        return Ok(raw);
    }
    if let Some(own) = &request.own {
        return load_own(request, own, on_event);
    }
    let place = request.place();
    let absence = match locate(request, on_event) {
        Err(DatasetError::NotFound(absence)) if absence.is_fillable() => absence,
        located => return load_found(request, &place, &located?, on_event),
    };
    match fill(request, absence, on_event) {
        Ok(()) => load_found(request, &place, &locate(request, on_event)?, on_event),
        Err(error)
            if request.name == DatasetName::Auto && has_nothing(request.wanted(), &place) =>
        {
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
fn has_nothing(name: DatasetName, place: &Place) -> bool {
    candidates::missing(name, place.dir()).len() == candidates::names_of(name).len()
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
    let dir = place.dir();
    let mut found = candidates::find(dir, on_event)?;
    // Other names and containers count where none of the usual files lies there.
    if found.is_none() && dir.is_dir() && !candidates::has_any(dir) {
        let assigned = Assigned::in_dir(dir, request.wanted().tags())?;
        found = assigned.is_whole().then_some(Layout::Other(assigned));
    }
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
    let wanted = request.wanted();
    let source = files::load(dir, layout, wanted, request.allow_custom)
        .map_err(|error| explain(error, wanted, place))?;
    let revision = recognise(&source, wanted, request.allow_custom)?;
    let dir = dir.to_owned();
    let has_no_hashes = Revision::current(wanted).is_none_or(|known| !known.has_contents());
    if has_no_hashes {
        let mut files = source.files.iter();
        let is_checked = files.all(|file| Revision::of_file(&file.identity).is_some());
        if !is_checked {
            on_event(Event::Unverified { dir, name: wanted });
        }
        return Ok(assemble(source, wanted.as_str(), None));
    }
    match revision {
        None => on_event(Event::CustomData { dir }),
        Some(revision) if !revision.is_checkable() => {
            let revision = revision.label();
            on_event(Event::ImagesUnchecked { dir, revision });
        }
        Some(_) => {}
    }
    Ok(assemble_as(source, revision))
}

/// Reads the files that the user names.
fn load_own(
    request: &DatasetRequest,
    own: &OwnData,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    let assigned = Assigned::of(own)?;
    let named = [&own.files, &own.train, &own.test].into_iter().flatten();
    let dir = named
        .map(PathBuf::as_path)
        .next()
        .unwrap_or(Path::new("."))
        .to_owned();
    on_event(Event::Found { dir: dir.clone() });
    let claimed: Option<DatasetName> = own.name.as_deref().and_then(|name| name.parse().ok());
    let source = collect(&assigned, own, &dir, false)?;
    let revision = source
        .files
        .first()
        .and_then(|file| Revision::of_file(&file.identity))
        .map(|revision| revision.dataset);
    match (claimed, &own.name) {
        // A published name stands for the published content.
        (Some(claimed), _) => {
            let revision = recognise(&source, claimed, request.allow_custom)?;
            if Revision::current(claimed).is_none_or(|known| !known.has_contents()) {
                on_event(Event::Unverified { dir, name: claimed });
                return Ok(assemble(source, claimed.as_str(), None));
            }
            if revision.is_none() {
                on_event(Event::CustomData { dir });
            }
            Ok(assemble_as(source, revision))
        }
        (None, Some(name)) => Ok(assemble(source, name, None)),
        (None, None) => {
            let revision = revision.map(|dataset| recognise(&source, dataset, true));
            Ok(assemble_as(source, revision.transpose()?.flatten()))
        }
    }
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

/// Assembles a data set of a revision, or a custom one.
fn assemble_as(source: Source, revision: Recognised) -> RawDataset {
    match revision {
        None => assemble(source, "custom", None),
        Some(revision) => assemble(source, revision.dataset.as_str(), revision.name),
    }
}

fn assemble(source: Source, name: &str, revision: Option<&str>) -> RawDataset {
    let Source {
        files,
        train,
        test,
        mut class_names,
        labels,
        feature_names,
        ..
    } = source;
    let known = name.parse().ok().and_then(known_classes);
    if let Some(known) = &known {
        // The names of the classes are the data set's, also where the files say numbers.
        for class_name in &mut class_names {
            let title = known.iter().find(|(value, _)| value == class_name);
            if let Some((_, title)) = title {
                class_name.clone_from(title);
            }
        }
    }
    let is_told = known.is_some_and(|known| {
        let titles = known.iter().map(|(_, title)| title);
        titles.eq(&class_names)
    });
    let identity = DatasetIdentity {
        name: name.to_owned(),
        revision: revision.map(str::to_owned),
        files: files.into_iter().map(|file| file.identity).collect(),
        n_train: train.n_samples(),
        n_test: test.n_samples(),
        shape: (train.shape != Shape::grey(28, 28)).then_some(train.shape),
        classes: if is_told {
            Vec::new()
        } else {
            class_names.clone()
        },
        features: feature_names.clone(),
        ..DatasetIdentity::default()
    };
    RawDataset {
        identity,
        class_names,
        labels,
        feature_names,
        train,
        test,
    }
}
