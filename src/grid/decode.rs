//! From JSON to a [`Config`]: checks keys, types and ranges. Which classifiers and parameters exist
//! is not known here.

use std::fmt::Display;
use std::path::PathBuf;

use serde_json::Value;

use super::classifiers::{is_dotted_path, is_free_engine_name};
use super::config::{
    Axis, Classifier, Config, DATASETS, Engine, Given, MAX_REPEATS, MAX_SIZES, MAX_THREADS,
};
use super::dataset_choice::DatasetChoice;
use super::decode_dataset;
use super::error::{Fault, Problem, Spot};
use super::job::{Limits, Scores};
use super::json::{Entry, Node, Tree};
use super::subset_grid::SubsetGrid;
use crate::catalog::engine::{Launch, SEPARATOR};
use crate::catalog::{Profile, did_you_mean, parse_tuple};
use crate::dataset::{OwnData, Scaling};

/// Keys of a config, in the order of the documentation.
pub(super) const KEYS: &[&str] = &[
    "$schema",
    "dataset",
    "subset",
    "scaling",
    "repeats",
    "seed",
    "scores",
    "limits",
    "threads_per_job",
    "defaults",
    "common",
    "engines",
    "classifiers",
];
/// Keys of `subset`.
pub(super) const SUBSET_KEYS: &[&str] = &["train", "test", "stratified", "seed"];
/// The most rows that a part of a data set may have.
pub(super) const MAX_ROWS: u64 = 1 << 30;
/// Keys of an engine, of which it has one.
const ENGINE_KEYS: &[&str] = &["command", "python"];
/// Keys of `limits`.
pub(super) const LIMIT_KEYS: &[&str] = &["time_s", "memory_mb"];

/// Decodes the config in the document `root`, which was parsed from `text`.
pub(super) fn decode(root: &Node, text: &str) -> Result<Config, Fault> {
    let entries = object(root, || "a config".to_owned())?;
    refuse_unknown(entries, "a config", KEYS)?;
    let find = |key| entries.iter().find(|entry: &&Entry| entry.key == key);
    let Some(classifiers) = find("classifiers") else {
        return Err(Fault::new(root.at, Problem::NoClassifiers));
    };
    Ok(Config {
        schema: read(find("$schema"), parse_schema)?.flatten(),
        common: find("common").map_or_else(|| Ok(Vec::new()), common)?,
        classifiers: decode_classifiers(classifiers, text)?,
        engines: find("engines").map_or_else(|| Ok(Vec::new()), engines)?,
        dataset: find("dataset").map(decode_dataset::dataset).transpose()?,
        subset: find("subset").map_or_else(|| Ok(SubsetGrid::default()), subset)?,
        scaling: read(find("scaling"), parse_scaling)?,
        repeats: read(find("repeats"), parse_repeats)?,
        seed: read(find("seed"), parse_seed)?,
        scores: read(find("scores"), parse_scores)?,
        limits: find("limits").map_or_else(|| Ok(Limits::default()), limits)?,
        threads_per_job: read(find("threads_per_job"), parse_threads)?,
        defaults: read(find("defaults"), parse_defaults)?,
    })
}

pub(super) fn read<T>(
    entry: Option<&Entry>,
    parse: impl Fn(&Value) -> Result<T, Problem>,
) -> Result<Option<T>, Fault> {
    let parse_at =
        |node: &Node| parse(&node.to_value()).map_err(|problem| Fault::new(node.at, problem));
    entry.map(|entry| parse_at(&entry.value)).transpose()
}

fn parse_schema(value: &Value) -> Result<Option<String>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(problem("$schema", "a string", value)),
    }
}

/// Parses the name of a known data set.
pub(super) fn parse_dataset(value: &Value) -> Result<DatasetChoice, Problem> {
    choice("dataset", DATASETS, value).map(DatasetChoice::from)
}

/// Parses the name of data of the user's own.
pub(super) fn parse_own_name(value: &Value) -> Result<String, Problem> {
    let expected = "a name of letters, digits, `-`, `_` and `.`, other than auto and demo";
    let name = value.as_str().filter(|name| OwnData::is_good_name(name));
    name.map(str::to_owned)
        .ok_or_else(|| problem("name", expected, value))
}

/// Parses a number of rows.
pub(super) fn parse_rows(value: &Value) -> Result<usize, Problem> {
    count("rows", MAX_ROWS, value)
}

fn subset(entry: &Entry) -> Result<SubsetGrid, Fault> {
    let entries = object(&entry.value, || "`subset`".to_owned())?;
    refuse_unknown(entries, "`subset`", SUBSET_KEYS)?;
    let find = |key| {
        let is_set = |entry: &&Entry| entry.key == key && !entry.value.to_value().is_null();
        entries.iter().find(is_set)
    };
    let default = SubsetGrid::default();
    let train = read(find("train"), |value| {
        let expected =
            format!("an integer in [1, {MAX_ROWS}], or a list of 1 to {MAX_SIZES} different ones");
        let sizes: Option<Vec<usize>> = match value {
            Value::Array(values) => values.iter().map(|value| parse_rows(value).ok()).collect(),
            value => parse_rows(value).ok().map(|size| vec![size]),
        };
        let is_good = |sizes: &Vec<usize>| {
            let mut sorted = sizes.clone();
            sorted.sort_unstable();
            sorted.dedup();
            (1..=MAX_SIZES).contains(&sizes.len()) && sorted.len() == sizes.len()
        };
        sizes
            .filter(is_good)
            .ok_or_else(|| problem("train", expected, value))
    })?;
    Ok(SubsetGrid {
        train: train.unwrap_or_default(),
        test: read(find("test"), |value| count("test", MAX_ROWS, value))?,
        stratified: read(find("stratified"), |value| {
            value
                .as_bool()
                .ok_or_else(|| problem("stratified", "true or false", value))
        })?
        .unwrap_or(default.stratified),
        seed: read(find("seed"), parse_seed)?.unwrap_or(default.seed),
    })
}

/// Parses how features are scaled.
fn parse_scaling(value: &Value) -> Result<Scaling, Problem> {
    let name = choice("scaling", &Scaling::NAMES, value)?;
    Ok(name.parse().expect("a name of the list"))
}

/// Parses which scores rows have.
fn parse_scores(value: &Value) -> Result<Scores, Problem> {
    let name = choice("scores", Scores::NAMES, value)?;
    Ok(name.parse().expect("a name of the list"))
}

/// Parses the number of repeats.
pub(super) fn parse_repeats(value: &Value) -> Result<usize, Problem> {
    count("repeats", MAX_REPEATS, value)
}

/// Parses the number of threads per job.
pub(super) fn parse_threads(value: &Value) -> Result<usize, Problem> {
    count("threads_per_job", MAX_THREADS, value)
}

/// Parses the base seed.
pub(super) fn parse_seed(value: &Value) -> Result<u64, Problem> {
    whole(value).ok_or_else(|| problem("seed", "an integer in [0, 18446744073709551615]", value))
}

/// Parses the profile that fills in omitted parameters.
pub(super) fn parse_defaults(value: &Value) -> Result<Profile, Problem> {
    let name = choice("defaults", Profile::NAMES, value)?;
    Ok(name.parse().expect("a name of the list"))
}

/// Parses the number of seconds after which a job is killed.
pub(super) fn parse_time_s(value: &Value) -> Result<f64, Problem> {
    let seconds = value.as_f64().filter(|seconds| *seconds > 0.0);
    seconds.ok_or_else(|| problem("time_s", "a number in (0, inf)", value))
}

/// Parses the number of megabytes at which a job is killed.
pub(super) fn parse_memory_mb(value: &Value) -> Result<u64, Problem> {
    let megabytes = whole(value).filter(|megabytes| (1..=u64::MAX / 1_000_000).contains(megabytes));
    megabytes.ok_or_else(|| problem("memory_mb", "an integer in [1, 18446744073709]", value))
}

fn limits(entry: &Entry) -> Result<Limits, Fault> {
    let entries = object(&entry.value, || "`limits`".to_owned())?;
    refuse_unknown(entries, "`limits`", LIMIT_KEYS)?;
    let find = |key| {
        let is_set = |entry: &&Entry| entry.key == key && !entry.value.to_value().is_null();
        entries.iter().find(is_set)
    };
    Ok(Limits {
        time_s: read(find("time_s"), parse_time_s)?,
        memory_mb: read(find("memory_mb"), parse_memory_mb)?,
    })
}

fn common(entry: &Entry) -> Result<Vec<Given>, Fault> {
    let given = |entry: &Entry| {
        Ok(Given {
            at: entry.at,
            param: entry.key.clone(),
            value: grid_value("`common`", entry, &entry.value)?,
        })
    };
    let entries = object(&entry.value, || "`common`".to_owned())?;
    entries.iter().map(given).collect()
}

fn engines(entry: &Entry) -> Result<Vec<Engine>, Fault> {
    let entries = object(&entry.value, || "`engines`".to_owned())?;
    entries.iter().map(engine).collect()
}

fn engine(entry: &Entry) -> Result<Engine, Fault> {
    let name = &entry.key;
    if !is_free_engine_name(name) {
        let problem = Problem::BadEngineName { name: name.clone() };
        return Err(Fault::new(entry.at, problem));
    }
    let starts = object(&entry.value, || format!("the engine `{name}`"))?;
    refuse_unknown(starts, "an engine", ENGINE_KEYS)?;
    let [start] = starts else {
        let problem = Problem::EngineStart { name: name.clone() };
        return Err(Fault::new(entry.value.at, problem));
    };
    let value = start.value.to_value();
    let launch = if start.key == "command" {
        let words = value.as_array().and_then(|words| {
            let texts = words.iter().map(|word| word.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()
        });
        words
            .filter(|words| words.first().is_some_and(|program| !program.is_empty()))
            .map(|command| Launch::Command {
                command,
                folder: PathBuf::new(),
            })
    } else {
        let module = value.as_str().filter(|module| is_dotted_path(module));
        module.map(|module| Launch::Python {
            interpreter: PathBuf::from("python3"),
            module: module.to_owned(),
            folder: Some(PathBuf::new()),
        })
    };
    let expected = if start.key == "command" {
        "a list of strings, e.g. [\"./my-classifier\", \"--fast\"]"
    } else {
        "the name of a module, e.g. \"my_module\""
    };
    let what = format!("the `{}` of the engine `{name}`", start.key);
    let launch = launch.ok_or_else(|| type_fault(&what, expected, &start.value))?;
    Ok(Engine {
        name: name.clone(),
        launch,
    })
}

fn decode_classifiers(entry: &Entry, text: &str) -> Result<Vec<Classifier>, Fault> {
    let entries = object(&entry.value, || "`classifiers`".to_owned())?;
    if entries.is_empty() {
        return Err(Fault::new(entry.at, Problem::EmptyClassifiers));
    }
    entries
        .iter()
        .map(|entry| classifier(entry, text))
        .collect()
}

fn classifier(entry: &Entry, text: &str) -> Result<Classifier, Fault> {
    let Tree::List(grids) = &entry.value.tree else {
        let expected = "a list of objects, e.g. [{\"C\": [1, 10]}]";
        return Err(type_fault(
            &format!("`{}`", entry.key),
            expected,
            &entry.value,
        ));
    };
    let mut axes: Vec<Axis> = Vec::new();
    for grid in grids {
        for values in object(grid, || format!("a grid of {}", entry.key))? {
            let axis = axis(&entry.key, values)?;
            if let Some(twin) = axes.iter().find(|other| other.param == axis.param) {
                let problem = Problem::ParamTwice {
                    classifier: entry.key.clone(),
                    param: axis.param,
                    first: Spot::of(text, twin.at),
                };
                return Err(Fault::new(axis.at, problem));
            }
            axes.push(axis);
        }
    }
    Ok(Classifier {
        at: entry.at,
        name: entry.key.clone(),
        axes,
    })
}

fn axis(classifier: &str, entry: &Entry) -> Result<Axis, Fault> {
    let (classifier, param) = (classifier.to_owned(), entry.key.clone());
    let Tree::List(nodes) = &entry.value.tree else {
        let got = excerpt(&entry.value.to_value());
        let problem = Problem::NotAList {
            classifier,
            param,
            got,
        };
        return Err(Fault::new(entry.value.at, problem));
    };
    if nodes.is_empty() {
        let problem = Problem::EmptyList { classifier, param };
        return Err(Fault::new(entry.value.at, problem));
    }
    let mut values = Vec::with_capacity(nodes.len());
    for node in nodes {
        let value = grid_value(&classifier, entry, node)?;
        if values.contains(&value) {
            let problem = Problem::ValueTwice {
                classifier,
                param,
                value: excerpt(&value),
            };
            return Err(Fault::new(node.at, problem));
        }
        values.push(value);
    }
    Ok(Axis {
        at: entry.at,
        param,
        values,
    })
}

/// Returns the value of a parameter; a string that begins with a parenthesis is parsed as a Python
/// tuple of numbers.
fn grid_value(owner: &str, entry: &Entry, node: &Node) -> Result<Value, Fault> {
    let value = node.to_value();
    match value.as_str() {
        Some(text) if text.trim_start().starts_with('(') => {
            let tuple = parse_tuple(text).ok_or_else(|| {
                let problem = Problem::BadTuple {
                    classifier: owner.to_owned(),
                    param: entry.key.clone(),
                    value: excerpt(&value),
                };
                Fault::new(node.at, problem)
            })?;
            // An engine gets parameters as they were written: Python tells a tuple from a list.
            let is_of_engine = owner.contains(SEPARATOR) && !owner.starts_with("linfa::");
            Ok(if is_of_engine { value } else { tuple })
        }
        _ => Ok(value),
    }
}

pub(super) fn object(node: &Node, what: impl Fn() -> String) -> Result<&[Entry], Fault> {
    match &node.tree {
        Tree::Object(entries) => Ok(entries),
        _ => Err(type_fault(&what(), "an object", node)),
    }
}

pub(super) fn refuse_unknown(
    entries: &[Entry],
    place: &'static str,
    known: &[&str],
) -> Result<(), Fault> {
    let is_known = |entry: &Entry| known.contains(&entry.key.as_str());
    let Some(entry) = entries.iter().find(|entry| !is_known(entry)) else {
        return Ok(());
    };
    let mut hint = did_you_mean(&entry.key, known.iter().copied());
    if hint.is_empty() {
        hint = format!("; it has `{}`", known.join("`, `"));
    }
    let problem = Problem::UnknownKey {
        place,
        key: entry.key.clone(),
        hint,
    };
    Err(Fault::new(entry.at, problem))
}

pub(super) fn choice<'a>(key: &str, names: &[&'a str], value: &Value) -> Result<&'a str, Problem> {
    let found = names.iter().find(|name| value.as_str() == Some(name));
    found.copied().ok_or_else(|| {
        let hint = did_you_mean(value.as_str().unwrap_or_default(), names.iter().copied());
        let expected = format!("one of \"{}\"", names.join("\", \""));
        Problem::Value {
            what: format!("`{key}`"),
            expected,
            got: format!("{}{hint}", excerpt(value)),
        }
    })
}

pub(super) fn count(key: &str, max: u64, value: &Value) -> Result<usize, Problem> {
    let number = whole(value).filter(|number| (1..=max).contains(number));
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| problem(key, format!("an integer in [1, {max}]"), value))
}

/// Returns `value` as a whole number that is not negative; 10.0 counts as 10.
fn whole(value: &Value) -> Option<u64> {
    let exact = |number: f64| {
        // Beyond 2^53 a double no longer tells whole numbers apart.
        let is_exact = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, not negative and below 2^53"
        )]
        is_exact.then_some(number as u64)
    };
    value.as_u64().or_else(|| exact(value.as_f64()?))
}

pub(super) fn problem(key: &str, expected: impl Into<String>, got: &Value) -> Problem {
    Problem::Value {
        what: format!("`{key}`"),
        expected: expected.into(),
        got: excerpt(got),
    }
}

fn type_fault(what: &str, expected: &str, node: &Node) -> Fault {
    let problem = Problem::Value {
        what: what.to_owned(),
        expected: expected.to_owned(),
        got: excerpt(&node.to_value()),
    };
    Fault::new(node.at, problem)
}

/// Renders `value`, cut short where it is long.
pub(super) fn excerpt(value: &impl Display) -> String {
    let text = value.to_string();
    let mut chars = text.char_indices();
    match chars.nth(60) {
        None => text,
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}
