//! A config as a file holds it: the original's grid format, with keys of our own beside it.
//!
//! The JSON Schema is generated from these types; `decode` fills them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::dataset_choice::DatasetChoice;
use super::job::{Limits, Scores};
use super::subset_grid::SubsetGrid;
use crate::catalog::Profile;
use crate::catalog::engine::Launch;
use crate::dataset::{self, OwnData, Scaling};

/// Names that `dataset` may have.
pub const DATASETS: &[&str] = &dataset::DatasetName::NAMES;
/// The largest number of sizes of the train split.
pub(super) const MAX_SIZES: usize = 100;
/// The largest number of repeats of a job.
pub(super) const MAX_REPEATS: u64 = 1000;
/// The largest number of threads of a job.
pub(super) const MAX_THREADS: u64 = 1024;

/// A grid of classifiers and their parameters, in the format of the original benchmark.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields, title = "fashion-bench config")]
pub(super) struct Config {
    /// Where this schema lies, for editors; not read.
    #[schemars(rename = "$schema")]
    #[expect(dead_code, reason = "for editors")]
    pub schema: Option<String>,
    /// Parameters that every combination gets, over those of the grid.
    #[schemars(
        with = "BTreeMap<String, Value>",
        default = "BTreeMap::<String, Value>::new"
    )]
    pub common: Vec<Given>,
    /// The grids: from a classifier's name to a list of objects, each from a parameter's name to
    /// the list of its values. All lists of a classifier are crossed; an empty list is one job
    /// with the defaults.
    #[schemars(
        with = "BTreeMap<String, Vec<BTreeMap<String, ValueList>>>",
        extend("minProperties" = 1)
    )]
    pub classifiers: Vec<Classifier>,
    /// Engines beside the packages that need no declaration: from a name to how it is started. They
    /// run only if the command line allows it.
    #[schemars(
        with = "BTreeMap<String, EngineStart>",
        default = "BTreeMap::<String, ()>::new"
    )]
    pub engines: Vec<Engine>,
    /// The data set: a name (`auto` takes fashion-mnist if it is found or can be downloaded, else
    /// demo), or files of your own.
    #[schemars(with = "DatasetKey", default = "DatasetKey::default")]
    pub dataset: Option<DatasetChoice>,
    /// The part of the rows that is used; a list of sizes of the train split gives learning curves.
    #[schemars(default)]
    pub subset: SubsetGrid,
    /// How the features are scaled: to zero mean and unit variance over the train split, not at all,
    /// or to the range from 0 to 1.
    #[schemars(with = "Scaling", default)]
    pub scaling: Option<Scaling>,
    /// Repeats of each job, each with its own shuffle of the train split.
    #[schemars(with = "usize", range(min = 1, max = MAX_REPEATS), default = "one")]
    pub repeats: Option<usize>,
    /// Base seed of shuffles and estimators.
    #[schemars(with = "u64", default = "u64::default")]
    pub seed: Option<u64>,
    /// Which scores rows have: those of labels alone, or those of probabilities as well.
    #[schemars(with = "Scores", default)]
    pub scores: Option<Scores>,
    /// Limits of each job, over all its repeats; null is none.
    #[schemars(default)]
    pub limits: Limits,
    /// Threads that each job may use.
    #[schemars(with = "usize", range(min = 1, max = MAX_THREADS), default = "one")]
    pub threads_per_job: Option<usize>,
    /// The library generation whose defaults fill in what the grid leaves out.
    #[schemars(with = "Profile", default = "Profile::default")]
    pub defaults: Option<Profile>,
}

fn one() -> usize {
    1
}

/// Values to try; a tuple may be a string: `"(100, 10)"`.
#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "only its schema is used")]
struct ValueList(#[schemars(extend("minItems" = 1))] Vec<Value>);

/// A data set as `dataset` names it.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum DatasetKey {
    Name(DatasetName),
    Files(OwnData),
}

impl Default for DatasetKey {
    fn default() -> Self {
        Self::Name(DatasetName::default())
    }
}

/// A data set.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum DatasetName {
    Auto,
    #[default]
    FashionMnist,
    Mnist,
    Kmnist,
    K49,
    Qmnist,
    EmnistLetters,
    EmnistBalanced,
    EmnistDigits,
    Demo,
}

/// How an engine is started.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum EngineStart {
    /// A program that speaks the protocol of docs/engines.md, with its arguments; it is started in
    /// the folder of the config.
    Command(#[schemars(length(min = 1))] Vec<String>),
    /// A module of Python in the folder of the config, whose classes have `fit` and `predict`.
    Python(String),
}

/// An engine that the config declares.
#[derive(Debug)]
pub(super) struct Engine {
    pub name: String,
    pub launch: Launch,
}

/// A parameter with its value in `common`.
#[derive(Debug)]
pub(super) struct Given {
    /// The byte at which the key begins.
    pub at: usize,
    pub param: String,
    pub value: Value,
}

/// The grid of one classifier.
#[derive(Debug)]
pub(super) struct Classifier {
    /// The byte at which the key begins.
    pub at: usize,
    pub name: String,
    /// The parameters whose values are crossed, in the order of the file.
    pub axes: Vec<Axis>,
}

/// A parameter with the values to try.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// The byte at which the key begins.
    pub at: usize,
    pub param: String,
    /// The values: at least one, and none of them twice.
    pub values: Vec<Value>,
}

/// Renders the JSON Schema of a config.
///
/// # Panics
/// Never: a schema always serialises.
#[must_use]
pub fn render_config_schema() -> String {
    let schema = schemars::schema_for!(Config);
    let mut text = serde_json::to_string_pretty(&schema).expect("JSON serialises");
    text.push('\n');
    text
}
