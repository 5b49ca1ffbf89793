//! From JSON to the data set that a config asks for.

use std::path::PathBuf;

use serde_json::Value;

use super::config::DATASETS;
use super::dataset_choice::DatasetChoice;
use super::decode::{
    MAX_ROWS, choice, count, object, parse_dataset, parse_own_name, problem, read, refuse_unknown,
};
use super::error::{Fault, Problem};
use super::json::{Entry, Tree};
use crate::dataset::{LabelAt, OwnData};

/// Keys of an object in `dataset`.
const DATASET_KEYS: &[&str] = &[
    "name",
    "train",
    "test",
    "files",
    "test_rows",
    "label",
    "shape",
    "transpose",
];
/// Those of them that speak of files.
const OF_FILES: &[&str] = &["train", "test", "files", "test_rows", "label", "shape"];

/// Decodes `dataset`: a name, a name with how its images lie, or files.
pub(super) fn dataset(entry: &Entry) -> Result<DatasetChoice, Fault> {
    if !matches!(entry.value.tree, Tree::Object(_)) {
        let value = entry.value.to_value();
        return parse_dataset(&value).map_err(|problem| {
            let problem = match value.is_string() {
                true => problem,
                false => expecting(problem, "or an object with `name`, `train` and `test`"),
            };
            Fault::new(entry.value.at, problem)
        });
    }
    let entries = object(&entry.value, || "`dataset`".to_owned())?;
    refuse_unknown(entries, "`dataset`", DATASET_KEYS)?;
    let find = |key: &str| entries.iter().find(|entry: &&Entry| entry.key == key);
    let is_of = |keys: &[&str]| keys.iter().any(|key| find(key).is_some());
    if is_of(&["name"]) && !is_of(OF_FILES) {
        let name = read(find("name"), |value| {
            let more = "or stand beside `train` and `test`, or `files`";
            choice("name", DATASETS, value).map_err(|problem| expecting(problem, more))
        })?;
        return Ok(DatasetChoice::Known {
            name: name.unwrap_or_default().to_owned(),
            transpose: transpose(find("transpose"))?,
        });
    }
    let own = OwnData {
        name: read(find("name"), parse_own_name)?,
        train: read(find("train"), |value| parse_paths("train", value))?.unwrap_or_default(),
        test: read(find("test"), |value| parse_paths("test", value))?.unwrap_or_default(),
        files: read(find("files"), |value| parse_paths("files", value))?.unwrap_or_default(),
        test_rows: read(find("test_rows"), |value| {
            count("test_rows", MAX_ROWS, value)
        })?,
        label: read(find("label"), |value| {
            let text = value.as_str().filter(|text| !text.is_empty());
            let label = text.map(|text| LabelAt::from(text.to_owned()));
            label.ok_or_else(|| problem("label", "`first`, `last` or the name of a column", value))
        })?,
        transpose: transpose(find("transpose"))?,
        shape: read(find("shape"), |value| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            text.parse().map_err(|_| {
                problem(
                    "shape",
                    "\"HEIGHTxWIDTH\", \"HEIGHTxWIDTHx3\" or a number of columns",
                    value,
                )
            })
        })?,
    };
    if !own.has_files() {
        let expected = "an object with `train` and `test`, or with `files`, or with the `name` of a known data set";
        return Err(Fault::new(
            entry.value.at,
            problem("dataset", expected, &entry.value.to_value()),
        ));
    }
    Ok(DatasetChoice::Own(Box::new(own)))
}

/// Parses a path or a list of paths.
fn parse_paths(key: &str, value: &Value) -> Result<Vec<PathBuf>, Problem> {
    let path = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(PathBuf::from)
    };
    let paths = match value {
        Value::Array(values) if !values.is_empty() => values.iter().map(path).collect(),
        value => path(value).map(|path| vec![path]),
    };
    paths.ok_or_else(|| problem(key, "a path or a list of paths", value))
}

fn transpose(entry: Option<&Entry>) -> Result<bool, Fault> {
    let transpose = read(entry, |value| {
        value
            .as_bool()
            .ok_or_else(|| problem("transpose", "true or false", value))
    })?;
    Ok(transpose.unwrap_or_default())
}

/// Adds to what is expected of a value.
fn expecting(problem: Problem, more: &str) -> Problem {
    match problem {
        Problem::Value {
            what,
            expected,
            got,
        } => Problem::Value {
            what,
            expected: format!("{expected}, {more}"),
            got,
        },
        problem => problem,
    }
}
