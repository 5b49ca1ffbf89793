//! The reference file: what a run is held against, and how far it may stray.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::CheckError;
use super::spread::Spread;
use crate::builtin;
use crate::catalog::Family;
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::label::label;
use crate::results::{Environment, Processor, Repeat, processor_label, publish};

/// Version of the file's format.
pub const FORMAT: u32 = 3;
/// Oldest version that is read.
const OLDEST_FORMAT: u32 = 2;
/// Below it no deviation would ever be found fault with.
const LEAST_FALSE_ALARM: f64 = 1e-6;

/// Recorded rows of one data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The data set that the rows were scored on.
    pub dataset: DatasetIdentity,
    /// CPU model that the rows were recorded on.
    pub cpu: String,
    /// What that processor is; absent in files of format 2, whose times are shown only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<Processor>,
    /// How often a run under fresh seeds may be found fault with by chance, in (0, 1). It is
    /// divided by the number of rows that depend on the seed.
    pub false_alarm: f64,
    /// How times are judged; without it they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeRule>,
    /// How far each family may stray, and why.
    pub tolerance: BTreeMap<Family, Tolerance>,
    /// Rows that may be missing or fail, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub excused: BTreeMap<JobId, String>,
    /// The recorded rows, by id.
    pub rows: Vec<ReferenceRow>,
}

/// How times are judged: as ratios to the fit of one row of the same run, in CPU seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// The row whose fit is the unit.
    pub calibration: JobId,
    /// A time is a finding if it grew or shrank by more than this factor.
    pub factor: f64,
    /// Ratios below this count as this: times too short to be measured well.
    pub floor: f64,
    /// Why that much.
    pub reason: String,
}

/// How far the rows of a family may stray.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Test images by which the number of correct ones may differ where the same predictions are
    /// expected; 0: the predictions must be the same.
    pub images: usize,
    /// Whether the same seed gives the same predictions. If not, a row that varies is judged by
    /// its spread under a recorded seed as well.
    pub repeatable: bool,
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
    /// Whether every repeat met its stopping rule, or has none.
    pub converged: bool,
    /// CPU time of `fit` in units of the calibration row's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit_ratio: Option<f64>,
    /// CPU time of predicting the test split in units of the calibration row's fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predict_ratio: Option<f64>,
    /// What came out under each recorded seed.
    pub repeats: Vec<RecordedRepeat>,
}

/// What came out under one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRepeat {
    /// Seed of the repeat.
    pub seed: u64,
    /// Test accuracy in [0, 1].
    pub accuracy: f64,
    /// SHA-256 of the predicted labels.
    pub predictions_sha256: String,
}

impl RecordedRepeat {
    /// What a repeat of a run found; nothing of one that says neither seed nor predictions.
    pub(super) fn of(repeat: &Repeat) -> Option<Self> {
        Some(Self {
            seed: repeat.seed?,
            accuracy: repeat.accuracy,
            predictions_sha256: repeat.predictions_sha256.clone()?,
        })
    }
}

impl ReferenceRow {
    /// Returns `SVC(C=1, kernel=rbf)`.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.name, &self.parameter)
    }

    /// Whether the predictions depend on the seed, as far as recorded.
    #[must_use]
    pub fn varies(&self) -> bool {
        let mut hashes = self.repeats.iter().map(|r| &r.predictions_sha256);
        let first = hashes.next();
        hashes.any(|hash| Some(hash) != first)
    }

    /// Mean accuracy over the recorded seeds.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let sum: f64 = self.repeats.iter().map(|repeat| repeat.accuracy).sum();
        sum / self.repeats.len() as f64
    }

    /// Spread of the accuracy over the recorded seeds; nothing of one seed.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        let accuracies: Vec<_> = self.repeats.iter().map(|r| r.accuracy).collect();
        Spread::of(&accuracies)
    }
}

impl Reference {
    /// Reads a reference file, or the program's own if `path` is `builtin:NAME`.
    ///
    /// # Errors
    /// [`CheckError`] if it cannot be read, is malformed, or contradicts itself.
    pub fn load(path: &Path) -> Result<Self, CheckError> {
        let text = match builtin::asked_name(path) {
            Some(name) => builtin::find(builtin::REFERENCES, name)
                .map_err(CheckError::BuiltIn)?
                .text
                .to_owned(),
            None => fs::read_to_string(path).map_err(CheckError::io("read", path))?,
        };
        let reference: Self = serde_json::from_str(&text).map_err(|source| CheckError::Format {
            path: path.to_owned(),
            expected: FORMAT,
            source,
        })?;
        reference.validate(path)?;
        Ok(reference)
    }

    fn validate(&self, path: &Path) -> Result<(), CheckError> {
        let is_positive = |value: f64| value.is_finite() && value > 0.0;
        let refuse = |expected, got| {
            Err(CheckError::Content {
                path: path.to_owned(),
                expected,
                got,
            })
        };
        if !(OLDEST_FORMAT..=FORMAT).contains(&self.format) {
            return refuse("format 2 or 3", self.format.to_string());
        }
        if !(self.false_alarm >= LEAST_FALSE_ALARM && self.false_alarm < 1.0) {
            let expected = "a false_alarm in [1e-6, 1)";
            return refuse(expected, self.false_alarm.to_string());
        }
        if let Some(time) = &self.time {
            if !(time.factor.is_finite() && time.factor > 1.0) {
                return refuse("a time factor in (1, inf)", time.factor.to_string());
            }
            if !is_positive(time.floor) {
                return refuse("a time floor in (0, inf)", time.floor.to_string());
            }
        }
        let ids: BTreeSet<_> = self.rows.iter().map(|row| &row.id).collect();
        if ids.len() != self.rows.len() {
            return refuse("one row per id", "one id twice".to_owned());
        }
        let mut repeats = self.rows.iter().flat_map(|row| &row.repeats);
        if let Some(repeat) = repeats.find(|repeat| !(0.0..=1.0).contains(&repeat.accuracy)) {
            return refuse("accuracies in [0, 1]", repeat.accuracy.to_string());
        }
        if let Some(row) = self.rows.iter().find(|row| row.repeats.is_empty()) {
            return refuse("repeats in every row", format!("none in {}", row.id));
        }
        match self
            .rows
            .iter()
            .find(|row| !self.tolerance.contains_key(&row.family))
        {
            Some(row) => Err(CheckError::NoTolerance {
                path: path.to_owned(),
                family: row.family,
            }),
            None => Ok(()),
        }
    }

    /// Whether times measured there may be held against the recorded ones: on a processor that is
    /// known to be of the same kind.
    #[must_use]
    pub fn is_comparable(&self, environment: &Environment) -> bool {
        self.processor.is_some() && self.processor == environment.processor
    }

    /// The processor that the rows were recorded on, in words.
    #[must_use]
    pub fn processor_label(&self) -> String {
        processor_label(&self.cpu, self.processor.as_ref())
    }

    /// Writes the file beside its place and renames it.
    ///
    /// # Errors
    /// [`CheckError::Io`] if that is not possible.
    pub fn store(&self, path: &Path) -> Result<(), CheckError> {
        let io = CheckError::io("write", path);
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        json.push(b'\n');
        publish(&json, path).map_err(io)
    }
}
