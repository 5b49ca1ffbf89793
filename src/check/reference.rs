//! The reference file: what a run is held against, and how far it may stray.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::CheckError;
use super::spread::Spread;
use crate::catalog::Family;
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::{Repeat, publish};

/// Version of the file's format.
pub const FORMAT: u32 = 2;

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
    /// its spread under a recorded seed, too.
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

impl From<&Repeat> for RecordedRepeat {
    fn from(repeat: &Repeat) -> Self {
        Self {
            seed: repeat.seed,
            accuracy: repeat.accuracy,
            predictions_sha256: repeat.predictions_sha256.clone(),
        }
    }
}

impl ReferenceRow {
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
    /// Reads a reference file.
    ///
    /// # Errors
    /// [`CheckError`] if it cannot be read, is malformed, or contradicts itself.
    pub fn load(path: &Path) -> Result<Self, CheckError> {
        let text = fs::read_to_string(path).map_err(CheckError::io("read", path))?;
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
        if self.format != FORMAT {
            return refuse("format 2", self.format.to_string());
        }
        if !(self.false_alarm > 0.0 && self.false_alarm < 1.0) {
            let expected = "a false_alarm in (0, 1)";
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

    /// Probability with which a single row may be found fault with by chance.
    #[must_use]
    pub fn row_alpha(&self) -> f64 {
        let n_varying = self.rows.iter().filter(|row| row.varies()).count();
        self.false_alarm / n_varying.max(1) as f64
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
