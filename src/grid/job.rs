//! A planned job, the plan that holds it, and the id that names it for good.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::dataset_choice::DatasetChoice;
use super::subset_grid::SubsetGrid;
use crate::catalog::{Classifier, Cost, DataShape, Params, Profile, names};
use crate::dataset::Scaling;

/// Names an estimator with its resolved parameters: 16 hex digits, independent of key order,
/// of spelling and of what was left to defaults.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct JobId(String);

impl JobId {
    /// Returns the id of the estimator `name` with these resolved parameters.
    ///
    /// # Panics
    /// Never: a map of JSON values always serialises.
    #[must_use]
    pub fn new(name: &str, params: &Params) -> Self {
        // `Params` is sorted by name, so equal parameters serialise equally.
        let canonical = serde_json::to_string(&(name, params)).expect("JSON serialises");
        Self(hex::encode(&Sha256::digest(canonical)[..8]))
    }

    /// Returns the 16 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One model to train: a classifier with resolved parameters.
#[derive(Debug, Clone)]
pub struct Job {
    /// Stable id.
    pub id: JobId,
    /// The classifier.
    pub classifier: Classifier,
    /// The parameters as the config wrote them (tuples as lists): the `parameter` of a row.
    pub written: Params,
    /// The parameters, complete and canonical: the `resolved` of a row. An engine owns its defaults:
    /// for its classifiers these are the parameters as written, and a row has what the engine says.
    pub resolved: Params,
    /// Other combinations of the config that are this same model.
    pub aliases: Vec<Alias>,
    /// Remarks of the plan on the job, e.g. on ignored parameters.
    pub notes: Vec<String>,
    /// Estimated cost of one repeat on one core: the seconds of all sizes of the data together, the
    /// memory of the largest.
    pub cost: Cost,
}

impl Job {
    /// Returns the name of the classifier, as in a row.
    #[must_use]
    pub fn name(&self) -> &str {
        self.classifier.name()
    }
}

/// Another way a config wrote a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// Classifier name as written.
    pub name: String,
    /// Parameters as written.
    pub parameter: serde_json::Map<String, Value>,
}

/// Why a combination is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The combination does not exist or a value is out of range.
    Invalid,
    /// A scikit-learn classifier that this program does not have yet.
    NotImplemented,
}

/// A combination that is not run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Classifier name as written.
    pub name: String,
    /// Parameters as written.
    pub parameter: Params,
    /// The kind of refusal.
    pub kind: RefusalKind,
    /// The reason, ready to print.
    pub reason: String,
}

names! {
    /// Which scores a row has.
    #[derive(Default)]
    pub enum Scores {
        /// Those of the predicted labels.
        #[default]
        Labels = "labels",
        /// Those of probabilities as well, where the classifier estimates them.
        All = "all",
    }
}

impl Scores {
    /// Whether labels are all that is scored.
    #[must_use]
    pub fn is_labels(&self) -> bool {
        *self == Self::Labels
    }
}

/// Limits of one job, over all its repeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Wall seconds until the job is killed.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub time_s: Option<f64>,
    /// Resident memory in MB (10⁶ bytes) at which the job is killed.
    #[schemars(range(min = 1))]
    pub memory_mb: Option<u64>,
}

/// The settings that every job of a plan shares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// The data set.
    pub dataset: DatasetChoice,
    /// The part of its rows that is used.
    #[serde(skip_serializing_if = "SubsetGrid::is_all")]
    pub subset: SubsetGrid,
    /// How its features are scaled.
    #[serde(skip_serializing_if = "Scaling::is_standard")]
    pub scaling: Scaling,
    /// Repeats of each job.
    pub repeats: usize,
    /// The base seed; repeat r shuffles and fits with streams derived from (seed, r).
    pub seed: u64,
    /// Limits of each job.
    pub limits: Limits,
    /// Which scores each row has.
    #[serde(skip_serializing_if = "Scores::is_labels")]
    pub scores: Scores,
    /// Rayon threads in each job.
    pub threads_per_job: usize,
    /// The profile that filled in omitted parameters.
    pub defaults: Profile,
}

/// A config file, expanded and checked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The settings that every job shares.
    pub settings: Settings,
    /// The jobs in the order of the config; each model is there once.
    pub jobs: Vec<Job>,
    /// Combinations that are not run, in the order of the config.
    pub refused: Vec<Refusal>,
}

impl Plan {
    /// Estimates the cost of each job for data of this size, which were read.
    #[must_use]
    pub fn estimated_for(&self, shape: &DataShape) -> Self {
        let mut plan = self.clone();
        for job in &mut plan.jobs {
            job.cost = job.classifier.cost(&job.resolved, shape);
        }
        plan
    }
}
