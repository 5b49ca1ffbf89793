//! Asking for a data set: where it is looked for, and what stands in for it.

use std::path::{Path, PathBuf};

use super::absence::{Absence, Remedy};
use super::candidates;
use super::demo::{self, DemoShape};
use super::download::{Downloader, Timeouts};
use super::error::DatasetError;
use super::event::Event;
use super::files::{self, Layout, N_CLASSES, Source};
use super::holding::{self, Holding};
use super::identity::DatasetIdentity;
use super::name::DatasetName;
use super::place::{self, NamedBy, Place};
use super::published::{mirrors, remote_files};
use super::raw::RawDataset;
use super::revisions;

/// Which data set, where to look for it, and what is acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetRequest {
    /// The data set.
    pub name: DatasetName,
    /// Directory of the files: they are read from there or from nowhere.
    pub data_dir: Option<PathBuf>,
    /// Accepts files that are no published ones; the identity is then named `custom`.
    pub allow_custom: bool,
    /// Never downloads.
    pub offline: bool,
    /// Size and seed of the demo set.
    pub demo: DemoShape,
}

impl DatasetRequest {
    /// Asks for `name`, published files only, in the usual places, downloaded if need be.
    #[must_use]
    pub fn new(name: DatasetName) -> Self {
        Self {
            name,
            data_dir: None,
            allow_custom: false,
            offline: false,
            demo: DemoShape::default(),
        }
    }

    /// The data set that files are looked for: `auto` means Fashion-MNIST.
    fn wanted(&self) -> DatasetName {
        match self.name {
            DatasetName::Auto => DatasetName::FashionMnist,
            name => name,
        }
    }

    /// The one folder in which the files are looked for.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of(self.wanted(), self.data_dir.as_deref())
    }

    /// The data set as it is generated, if that is what is asked for.
    pub(super) fn generated(&self) -> Result<Option<RawDataset>, DatasetError> {
        match (self.name, &self.data_dir) {
            (DatasetName::Demo, None) => Ok(Some(demo::generate(&self.demo))),
            (DatasetName::Demo, Some(dir)) => Err(DatasetError::NoFiles { dir: dir.clone() }),
            _ => Ok(None),
        }
    }
}

/// Finds, checks and reads the data set that `request` asks for, downloading it if it may be.
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
    let fetched = match request.offline {
        true => Err(DatasetError::NotFound(absence)),
        false => fetch_into(request.wanted(), place.dir(), on_event),
    };
    match fetched {
        Ok(()) => load_found(request, &place, &locate(request, on_event)?, on_event),
        Err(error) if request.name == DatasetName::Auto && has_nothing(&place) => {
            let reason = error.to_string();
            on_event(Event::FellBackToDemo { reason });
            Ok(demo::generate(&request.demo))
        }
        Err(error) => Err(error),
    }
}

/// Whether none of the four files lies there, not even after a download that failed midway.
fn has_nothing(place: &Place) -> bool {
    candidates::missing(place.dir()).len() == files::FILE_NAMES.len()
}

/// Finds the files that `request` asks for; they are read only where there is a choice.
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
        let absence = Absence::of(request.wanted(), place);
        DatasetError::NotFound(Box::new(absence))
    })
}

/// Downloads the files that `request` asks for to the folder that it names, else to
/// `data/<dataset>`; the folder. What the environment names is not written to.
///
/// # Errors
/// [`DatasetError::OwnFiles`] if files of the user's own are there, [`DatasetError::Download`] with
/// every mirror's reason.
pub fn fetch(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let dir = match &request.data_dir {
        Some(dir) => dir.clone(),
        None => default_target(request, on_event)?,
    };
    fetch_into(request.wanted(), &dir, on_event)?;
    Ok(dir)
}

/// The default place as the target of a download, unless it is a link; says so if a run would read
/// another folder.
fn default_target(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let dir = place::default_dir(request.wanted());
    let absence = Absence::of(request.wanted(), Place::Default { dir: dir.clone() });
    if absence.remedy == Remedy::NameTheLink && !absence.missing.is_empty() {
        return Err(DatasetError::NotFound(Box::new(absence)));
    }
    match request.place() {
        Place::Named {
            dir: named,
            by: NamedBy::Variable(variable),
        } if !is_same(&dir, &named) => on_event(Event::NotReadFrom {
            dir: dir.clone(),
            variable,
            named,
        }),
        _ => {}
    }
    Ok(dir)
}

/// Whether both paths lead to the same folder, or will when it is made.
fn is_same(a: &Path, b: &Path) -> bool {
    let resolved = |path: &Path| {
        path.canonicalize()
            .or_else(|_| std::path::absolute(path))
            .ok()
    };
    resolved(a) == resolved(b)
}

fn fetch_into(
    name: DatasetName,
    dir: &Path,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), DatasetError> {
    let mut downloader = Downloader::new(mirrors(name), Timeouts::default());
    downloader.fetch_all(&remote_files(name), dir, on_event)
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
    let revision = revisions::recognise(&source, request.wanted(), request.allow_custom)?;
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

/// Says how to mend a file that is not well-formed because it is a broken copy of a published one.
fn explain(error: DatasetError, name: DatasetName, place: &Place) -> DatasetError {
    let DatasetError::Format { path, .. } = &error else {
        return error;
    };
    let file_name = files::file_name(path);
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

fn assemble(source: Source, revision: revisions::Recognised) -> RawDataset {
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

/// Fashion-MNIST's classes in the order of the labels.
pub const FASHION_CLASSES: [&str; N_CLASSES] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];
