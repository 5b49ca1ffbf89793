//! Asking for a data set: where it is looked for, and what stands in for it.

use std::env;
use std::path::{Path, PathBuf};

use super::demo::{self, DemoShape};
use super::download::{Downloader, RemoteFile, Timeouts, mirrors};
use super::error::DatasetError;
use super::event::Event;
use super::files::{self, Layout, N_CLASSES, Source};
use super::identity::DatasetIdentity;
use super::name::DatasetName;
use super::raw::RawDataset;
use super::revisions::{self, Revision};

/// Which data set, where to look for it, and what is acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetRequest {
    /// The data set.
    pub name: DatasetName,
    /// Directory to look in first, and to download into.
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

    /// Directories to search, in order.
    fn search_dirs(&self) -> Vec<PathBuf> {
        let from_env = env::var_os(variable(self.wanted()))
            .filter(|value| !value.is_empty())
            .map(PathBuf::from);
        let dirs = self.data_dir.iter().cloned().chain(from_env);
        dirs.chain([self.default_dir()]).collect()
    }

    fn default_dir(&self) -> PathBuf {
        Path::new("data").join(self.wanted().as_str())
    }

    /// The directory that downloads go to.
    #[must_use]
    pub fn download_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| self.default_dir())
    }
}

/// The environment variable that names the directory of a data set.
const fn variable(name: DatasetName) -> &'static str {
    match name {
        DatasetName::Mnist => "MNIST_DIR",
        _ => "FASHION_MNIST_DIR",
    }
}

/// Finds, checks and reads the data set that `request` asks for, downloading it if need be.
///
/// # Errors
/// [`DatasetError`] if it cannot be found or downloaded, or is not what it should be. `auto` falls
/// back to the demo set only where there are no files at all; files that are there but broken are
/// an error.
pub fn load(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    if request.name == DatasetName::Demo {
        return Ok(demo::generate(&request.demo));
    }
    let located = match locate(request, on_event) {
        Err(missing @ DatasetError::NotFound { .. }) if request.offline => Err(missing),
        Err(DatasetError::NotFound { .. }) => fetch(request, on_event).map(|dir| {
            let layout = files::find(&dir);
            (dir, layout)
        }),
        located => located.map(|(dir, layout)| (dir, Ok(layout))),
    };
    let (dir, layout) = match located {
        Ok(located) => located,
        Err(error) if request.name == DatasetName::Auto => {
            let reason = error.to_string();
            on_event(Event::FellBackToDemo { reason });
            return Ok(demo::generate(&request.demo));
        }
        Err(error) => return Err(error),
    };
    let layout = layout.map_err(|missing| {
        DatasetError::format(&dir, "the four files downloaded", missing.join(", "))
    })?;
    load_found(request, &dir, &layout, on_event)
}

/// Finds the directory that holds the files that `request` asks for, without reading them.
///
/// # Errors
/// [`DatasetError::NotFound`] with every directory searched.
pub fn locate(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<(PathBuf, Layout), DatasetError> {
    let searched = request.search_dirs();
    for dir in &searched {
        match files::find(dir) {
            Ok(layout) => return Ok((dir.clone(), layout)),
            // The default directory need not be there; one that was named should.
            Err(files) if *dir != request.default_dir() || dir.is_dir() => {
                let dir = dir.clone();
                on_event(Event::Missing { dir, files });
            }
            Err(_) => {}
        }
    }
    Err(DatasetError::NotFound {
        name: request.wanted(),
        searched,
        variable: variable(request.wanted()),
    })
}

/// Downloads the files that `request` asks for from the known mirrors; the directory they are in.
///
/// # Errors
/// [`DatasetError::Download`] with every mirror's reason.
pub fn fetch(
    request: &DatasetRequest,
    on_event: &mut dyn FnMut(Event),
) -> Result<PathBuf, DatasetError> {
    let dir = request.download_dir();
    let wanted = request.wanted();
    let urls = mirrors(wanted).iter().map(|url| (*url).to_owned());
    Downloader::new(urls.collect(), Timeouts::default()).fetch_all(
        &remote_files(wanted),
        &dir,
        on_event,
    )?;
    Ok(dir)
}

/// Today's published files of a data set.
fn remote_files(name: DatasetName) -> Vec<RemoteFile> {
    let known = Revision::current(name).map(|revision| &revision.files);
    let with_names = known
        .into_iter()
        .flat_map(|files| files::FILE_NAMES.iter().zip(files));
    with_names
        .filter_map(|(name, known)| {
            let md5 = known.as_ref()?.md5.to_owned();
            let name = format!("{name}.gz");
            Some(RemoteFile { name, md5 })
        })
        .collect()
}

/// Reads and checks the files of `layout`, which were found in `dir`.
pub fn load_found(
    request: &DatasetRequest,
    dir: &Path,
    layout: &Layout,
    on_event: &mut dyn FnMut(Event),
) -> Result<RawDataset, DatasetError> {
    on_event(Event::Found {
        dir: dir.to_owned(),
    });
    let source = files::load(dir, layout, request.allow_custom)?;
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
