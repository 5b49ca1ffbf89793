//! Asking for a data set: which one, from which folder, and what is acceptable.

use std::path::PathBuf;

use super::demo::{self, DemoShape};
use super::error::DatasetError;
use super::name::DatasetName;
use super::own_data::OwnData;
use super::place::Place;
use super::raw::RawDataset;
use super::scaling::Scaling;
use super::subset::Subset;

/// Which data set, where to look for it, and what is acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetRequest {
    /// The data set.
    pub name: DatasetName,
    /// Directory of the files: they are read from there or from nowhere.
    pub data_dir: Option<PathBuf>,
    /// Accepts files that are not published ones; the identity is then named `custom`.
    pub allow_custom: bool,
    /// Never downloads.
    pub offline: bool,
    /// Size and seed of the demo set.
    pub demo: DemoShape,
    /// Files that are read in place of those of `name`.
    pub own: Option<OwnData>,
    /// Exchanges rows and columns of the images.
    pub transpose: bool,
    /// The part of the rows that is wanted.
    pub subset: Subset,
    /// How the features are scaled.
    pub scaling: Scaling,
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
            own: None,
            transpose: false,
            subset: Subset::default(),
            scaling: Scaling::default(),
        }
    }

    /// Returns the data set whose files are looked for: `auto` means Fashion-MNIST.
    pub(super) fn wanted(&self) -> DatasetName {
        match self.name {
            DatasetName::Auto => DatasetName::FashionMnist,
            name => name,
        }
    }

    /// Returns the one folder in which the files are looked for.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::of(self.wanted(), self.data_dir.as_deref())
    }

    /// Returns the generated data set, if that is what is asked for.
    pub(super) fn generated(&self) -> Result<Option<RawDataset>, DatasetError> {
        if self.own.is_some() {
            return Ok(None);
        }
        match (self.name, &self.data_dir) {
            (DatasetName::Demo, None) => Ok(Some(demo::generate(&self.demo))),
            (DatasetName::Demo, Some(dir)) => Err(DatasetError::NoFiles { dir: dir.clone() }),
            _ => Ok(None),
        }
    }
}
