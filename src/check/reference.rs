//! The reference file: recorded accuracies, and how far a run may stray from them.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::dataset::DatasetIdentity;
use crate::estimators::spec::Family;
use crate::grid::JobId;
use crate::results::{Record, Status};

/// Why a check could not be made.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The file could not be read or written.
    #[error("{action} {path}")]
    Io {
        /// `reading` or `writing`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no reference file.
    #[error("{path} is not a reference file; write one with `check --update`")]
    Format {
        /// The file.
        path: PathBuf,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// A family has rows but no tolerance.
    #[error(
        "{path} has rows of family {family:?} but no tolerance for it; add one with its reason"
    )]
    NoTolerance {
        /// The file.
        path: PathBuf,
        /// The family.
        family: Family,
    },
    /// The table holds rows of several data sets, so no reference can be made of it.
    #[error("the table holds rows of {first} and of {other}; a reference is of one data set")]
    MixedData {
        /// Data set of the first row.
        first: String,
        /// Another one.
        other: String,
    },
    /// There is nothing to make a reference of.
    #[error("the table has no row that ended well")]
    NoRows,
}

/// Recorded accuracies of one data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The data set that the rows were scored on.
    pub dataset: DatasetIdentity,
    /// How far each family's accuracy may stray, and why.
    pub tolerance: BTreeMap<Family, Tolerance>,
    /// The recorded rows, by id.
    pub rows: Vec<ReferenceRow>,
}

/// Allowed distance from the recorded mean accuracy, in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Absolute difference of mean accuracies.
    pub accuracy: f64,
    /// Why that much.
    pub reason: String,
}

/// One recorded row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceRow {
    /// Stable id of estimator and resolved parameters.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Family, which decides the tolerance.
    pub family: Family,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// Mean accuracy over the repeats, in [0, 1].
    pub accuracy: f64,
}

impl Reference {
    /// Reads a reference file.
    ///
    /// # Errors
    /// [`CheckError`] if it cannot be read, is malformed, or lacks a family's tolerance.
    pub fn load(path: &Path) -> Result<Self, CheckError> {
        let text = fs::read_to_string(path).map_err(|source| CheckError::Io {
            action: "reading",
            path: path.to_owned(),
            source,
        })?;
        let reference: Self = serde_json::from_str(&text).map_err(|source| CheckError::Format {
            path: path.to_owned(),
            source,
        })?;
        match reference
            .rows
            .iter()
            .find(|row| !reference.tolerance.contains_key(&row.family))
        {
            Some(row) => Err(CheckError::NoTolerance {
                path: path.to_owned(),
                family: row.family,
            }),
            None => Ok(reference),
        }
    }

    /// Makes a reference of the rows that ended well, keeping the tolerances of `old`.
    ///
    /// A family that is new gets a tolerance of zero: the next run shows whether that holds.
    ///
    /// # Errors
    /// [`CheckError`] if the rows are of several data sets, or none ended well.
    pub fn from_records(records: &[Record], old: Option<&Self>) -> Result<Self, CheckError> {
        let ok: Vec<_> = records
            .iter()
            .filter(|record| record.status == Status::Ok)
            .collect();
        let first = ok.first().ok_or(CheckError::NoRows)?;
        if let Some(other) = ok
            .iter()
            .find(|record| !record.dataset.is_same_data(&first.dataset))
        {
            return Err(CheckError::MixedData {
                first: first.dataset.name.clone(),
                other: other.dataset.name.clone(),
            });
        }
        let mut tolerance = old.map_or_else(BTreeMap::new, |old| old.tolerance.clone());
        let mut rows = BTreeMap::new();
        for record in &ok {
            tolerance.entry(record.family).or_insert_with(|| Tolerance {
                accuracy: 0.0,
                reason: "same seed, same answer".to_owned(),
            });
            // A row that was run again stands later in the table, and replaces the earlier one.
            if let Some(accuracy) = record.mean_accuracy {
                let row = ReferenceRow {
                    id: record.id.clone(),
                    name: record.name.clone(),
                    family: record.family,
                    parameter: record.parameter.clone(),
                    accuracy,
                };
                rows.insert(record.id.clone(), row);
            }
        }
        Ok(Self {
            dataset: first.dataset.clone(),
            tolerance,
            rows: rows.into_values().collect(),
        })
    }

    /// Writes the file beside its place and renames it.
    ///
    /// # Errors
    /// [`CheckError::Io`] if that is not possible.
    pub fn store(&self, path: &Path) -> Result<(), CheckError> {
        let io = |source| CheckError::Io {
            action: "writing",
            path: path.to_owned(),
            source,
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(io)?;
        // A temporary file is its owner's alone; this one is for everybody, as the umask allows.
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(io)?;
        serde_json::to_writer_pretty(&mut file, self).map_err(|error| io(error.into()))?;
        file.write_all(b"\n").map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        file.persist(path).map_err(|error| io(error.error))?;
        Ok(())
    }
}
