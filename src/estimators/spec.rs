//! How an estimator describes itself: name, parameter table, and the way from JSON to a fit.
//!
//! Types, synonyms and defaults are checked and filled in here from the table, so that a
//! `params.rs` reads typed values; ranges are checked by its `ParamGuard`.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::erased::Estimator;
use super::error::ParamError;

/// Parameters by name, as JSON; sorted by name.
pub type Params = Map<String, Value>;

/// The library generation whose defaults fill in what a config leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Profile {
    /// scikit-learn 1.5, today's defaults.
    #[default]
    #[serde(rename = "sklearn-1.5")]
    Sklearn15,
    /// scikit-learn 0.19 of 2017, which the published table was made with.
    #[serde(rename = "sklearn-0.19")]
    Sklearn019,
}

/// Which group of methods an estimator belongs to; reports group by it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Family {
    NaiveBayes,
    Neighbors,
    Tree,
    Forest,
    Boosting,
    Linear,
    Svm,
    NeuralNetwork,
    GaussianProcess,
    Linfa,
}

impl Family {
    /// The name as in tables and filters: `naive_bayes`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NaiveBayes => "naive_bayes",
            Self::Neighbors => "neighbors",
            Self::Tree => "tree",
            Self::Forest => "forest",
            Self::Boosting => "boosting",
            Self::Linear => "linear",
            Self::Svm => "svm",
            Self::NeuralNetwork => "neural_network",
            Self::GaussianProcess => "gaussian_process",
            Self::Linfa => "linfa",
        }
    }
}

/// A JSON type that a parameter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`, scikit-learn's `None`; also written `"None"`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number; `10.0` counts as 10.
    Int,
    /// Any number.
    Float,
    /// A number written with a point: a share of a whole, where [`Kind::Int`] is a count. It has
    /// to come before `Int`, which would read 1.0 as 1.
    Share,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A list of whole numbers, or a tuple as a string: `"(100, 10)"`.
    Ints,
    /// A list of numbers.
    Floats,
    /// An object from label to number.
    Object,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("true or false"),
            Self::Int => f.write_str("an integer"),
            Self::Float => f.write_str("a number"),
            Self::Share => f.write_str("a fraction"),
            Self::Choice(names) => {
                let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
                f.write_str(&quoted.join(", "))
            }
            Self::Ints => f.write_str("a list of integers"),
            Self::Floats => f.write_str("a list of numbers"),
            Self::Object => f.write_str("an object from class label to weight"),
        }
    }
}

/// One row of a parameter table.
#[derive(Debug, Clone, Copy)]
pub struct ParamSpec {
    /// Name as in a config, scikit-learn's.
    pub name: &'static str,
    /// JSON types accepted, most telling first.
    pub kinds: &'static [Kind],
    /// Default of today's scikit-learn, as JSON text.
    pub default: &'static str,
    /// Default of scikit-learn 0.19 where that was another one, as JSON text.
    pub default_2017: Option<&'static str>,
    /// Old spellings of string values: `(old, new)`.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// What it means, in one line.
    pub doc: &'static str,
}

impl ParamSpec {
    /// A parameter without a past: no synonyms, one default.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kinds: &'static [Kind],
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            kinds,
            default,
            default_2017: None,
            synonyms: &[],
            doc,
        }
    }

    /// Sets the default that scikit-learn 0.19 had.
    #[must_use]
    pub const fn in_2017(mut self, default: &'static str) -> Self {
        self.default_2017 = Some(default);
        self
    }

    /// Sets old spellings of string values.
    #[must_use]
    pub const fn with_synonyms(
        mut self,
        synonyms: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// The default under `profile`, in canonical form, so that writing it changes nothing.
    ///
    /// # Panics
    /// If the table holds text that is not JSON; a test reads every default.
    #[must_use]
    pub fn default_value(&self, profile: Profile) -> Value {
        let text = match profile {
            Profile::Sklearn15 => self.default,
            Profile::Sklearn019 => self.default_2017.unwrap_or(self.default),
        };
        let default = serde_json::from_str(text).expect("defaults are JSON");
        self.canonical_value(&default).unwrap_or(default)
    }

    /// What the parameter accepts, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        let kinds: Vec<_> = self.kinds.iter().map(Kind::to_string).collect();
        kinds.join(" or ")
    }

    /// `given` in its canonical form: old spellings replaced, tuples as lists, 10.0 as 10.
    /// Nothing if it is of a wrong type.
    #[must_use]
    pub fn canonical_value(&self, given: &Value) -> Option<Value> {
        let given = match given.as_str() {
            Some("None") if self.kinds.contains(&Kind::Null) => Value::Null,
            Some(text) => {
                let new = self.synonyms.iter().find(|(old, _)| *old == text);
                new.map_or_else(|| given.clone(), |(_, new)| Value::from(*new))
            }
            None => given.clone(),
        };
        // Where a parameter takes both a count and a share, the spelling tells which, as in
        // Python: `max_features` 1 is one feature, 1.0 is all.
        if given.is_f64() && self.kinds.contains(&Kind::Float) {
            return Kind::Float.canonical_value(&given);
        }
        self.kinds
            .iter()
            .find_map(|kind| kind.canonical_value(&given))
    }
}

impl Kind {
    fn canonical_value(self, given: &Value) -> Option<Value> {
        match self {
            Self::Null => given.is_null().then_some(Value::Null),
            Self::Bool => given.as_bool().map(Value::from),
            Self::Int => whole_number(given),
            Self::Float => float(given),
            Self::Share => given.is_f64().then(|| given.clone()),
            Self::Choice(names) => {
                let text = given.as_str()?;
                names.contains(&text).then(|| given.clone())
            }
            Self::Ints => {
                let list = match given {
                    Value::String(text) => parse_tuple(text)?,
                    Value::Array(list) => list.clone(),
                    number => vec![number.clone()],
                };
                list.iter()
                    .map(whole_number)
                    .collect::<Option<Vec<_>>>()
                    .map(Value::from)
            }
            Self::Floats => {
                let list = given.as_array()?;
                list.iter()
                    .map(float)
                    .collect::<Option<Vec<_>>>()
                    .map(Value::from)
            }
            Self::Object => {
                let pairs = given.as_object()?.iter();
                pairs
                    .map(|(key, value)| Some((key.clone(), float(value)?)))
                    .collect::<Option<Params>>()
                    .map(Value::from)
            }
        }
    }
}

/// A number as a double, without a negative zero.
fn float(given: &Value) -> Option<Value> {
    given.as_f64().map(|number| Value::from(number + 0.0))
}

fn whole_number(given: &Value) -> Option<Value> {
    if given.is_i64() {
        return Some(given.clone());
    }
    let number = given.as_f64()?;
    // 2^53: beyond it a double no longer tells whole numbers apart.
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
        .then(|| Value::from(number as i64))
}

/// `"(100, 10,)"` as a list of numbers.
fn parse_tuple(text: &str) -> Option<Vec<Value>> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    inner
        .split(',')
        .map(|part| part.trim().parse::<i64>().ok().map(Value::from))
        .collect()
}

/// Parameters complete and canonical, with what was ignored on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Every parameter of the table that matters, by name.
    pub params: Params,
    /// What the plan should say, e.g. that a parameter is ignored.
    pub notes: Vec<String>,
}

/// Size of the data a job will see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DataShape {
    pub n_train: usize,
    pub n_test: usize,
    pub n_features: usize,
    pub n_classes: usize,
}

/// Estimated cost of one repeat, for scheduling and admission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Core-seconds of fit and predict together.
    pub cpu_s: f64,
    /// Peak bytes beyond the data set itself.
    pub memory_bytes: u64,
}

/// An estimator as the registry lists it.
pub struct EstimatorSpec {
    /// Name in a config.
    pub name: &'static str,
    /// Family in reports.
    pub family: Family,
    /// One line on what it is.
    pub summary: &'static str,
    /// The parameter table.
    pub params: &'static [ParamSpec],
    /// Removes what scikit-learn ignores from complete parameters, saying so in the notes, so
    /// that combinations which are one and the same model get the same parameters.
    pub canonicalise: fn(&mut Params) -> Vec<String>,
    /// Builds the estimator; every range and combination is checked.
    pub build: fn(&Args<'_>) -> Result<Box<dyn Estimator>, ParamError>,
    /// Estimates what a fit and a prediction take.
    pub cost: fn(&Args<'_>, &DataShape) -> Cost,
}

impl fmt::Debug for EstimatorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EstimatorSpec")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// For estimators that ignore nothing.
#[must_use]
pub fn keep_all(_: &mut Params) -> Vec<String> {
    Vec::new()
}

impl EstimatorSpec {
    /// Completes `given` with the defaults of `profile` and brings it into canonical form.
    ///
    /// # Errors
    /// [`ParamError`] for an unknown name or a value of the wrong type. Ranges and combinations
    /// are checked by [`Self::build`].
    pub fn resolve(&self, given: &Params, profile: Profile) -> Result<Resolved, ParamError> {
        if let Some(name) = given.keys().find(|name| self.param(name).is_none()) {
            return Err(ParamError::Unknown {
                estimator: self.name,
                param: name.clone(),
                hint: did_you_mean(name, self.params.iter().map(|param| param.name)),
            });
        }
        let mut params = Params::new();
        for param in self.params {
            let value = match given.get(param.name) {
                None => param.default_value(profile),
                Some(value) => param.canonical_value(value).ok_or_else(|| {
                    ParamError::value(self.name, param.name, param.expected(), value)
                })?,
            };
            params.insert(param.name.to_owned(), value);
        }
        let notes = (self.canonicalise)(&mut params);
        Ok(Resolved { params, notes })
    }

    /// Builds the estimator from resolved parameters; `seed` is what `random_state: null` means.
    ///
    /// # Errors
    /// [`ParamError`] for a value out of range or a combination that does not exist.
    pub fn build(&self, params: &Params, seed: u64) -> Result<Box<dyn Estimator>, ParamError> {
        (self.build)(&Args {
            spec: self,
            params,
            seed,
        })
    }

    /// Estimated cost of one repeat on data of this shape.
    #[must_use]
    pub fn cost(&self, params: &Params, shape: &DataShape) -> Cost {
        (self.cost)(
            &Args {
                spec: self,
                params,
                seed: 0,
            },
            shape,
        )
    }

    fn param(&self, name: &str) -> Option<&'static ParamSpec> {
        self.params.iter().find(|param| param.name == name)
    }
}

/// `; did you mean …?` for the nearest of `known`, or nothing.
pub fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let lower = name.to_lowercase();
    known
        .map(|candidate| {
            (
                strsim::jaro_winkler(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, candidate)| {
            format!("; did you mean `{candidate}`?")
        })
}

/// Typed access to resolved parameters.
///
/// Readers panic only if an estimator asks for a parameter that its own table does not declare
/// with that type, which the contract tests would show for every estimator.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a> {
    spec: &'a EstimatorSpec,
    params: &'a Params,
    seed: u64,
}

impl<'a> Args<'a> {
    /// Name of the estimator, for errors.
    #[must_use]
    pub fn estimator(&self) -> &'static str {
        self.spec.name
    }

    /// The value as JSON; `null` where it was removed as ignored.
    #[must_use]
    pub fn json(&self, name: &str) -> &'a Value {
        debug_assert!(
            self.spec.param(name).is_some(),
            "{} has no {name}",
            self.spec.name
        );
        self.params.get(name).unwrap_or(&Value::Null)
    }

    /// A number.
    #[must_use]
    pub fn float(&self, name: &str) -> f64 {
        self.opt_float(name).expect("declared as Float")
    }

    /// A number or nothing (null, a string, …).
    #[must_use]
    pub fn opt_float(&self, name: &str) -> Option<f64> {
        self.json(name).as_f64()
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(&self, name: &str) -> bool {
        self.json(name).as_bool().expect("declared as Bool")
    }

    /// A string choice, or nothing where the value is none.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&'a str> {
        self.json(name).as_str()
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// [`ParamError::Value`] if it is negative.
    pub fn count(&self, name: &'static str) -> Result<usize, ParamError> {
        Ok(self.opt_count(name)?.expect("declared as Int"))
    }

    /// A whole number that is not negative, or nothing (null, a string, a fraction).
    ///
    /// # Errors
    /// [`ParamError::Value`] if it is negative.
    pub fn opt_count(&self, name: &'static str) -> Result<Option<usize>, ParamError> {
        let value = self.json(name);
        let Some(number) = value.as_i64() else {
            return Ok(None);
        };
        usize::try_from(number)
            .map(Some)
            .map_err(|_| ParamError::value(self.spec.name, name, "a non-negative integer", value))
    }

    /// A list of whole numbers that are not negative.
    ///
    /// # Errors
    /// [`ParamError::Value`] if one is negative.
    pub fn counts(&self, name: &'static str) -> Result<Vec<usize>, ParamError> {
        let value = self.json(name);
        let list = value.as_array().expect("declared as Ints");
        let count = |number: &Value| {
            number
                .as_i64()
                .and_then(|number| usize::try_from(number).ok())
        };
        list.iter()
            .map(count)
            .collect::<Option<_>>()
            .ok_or_else(|| {
                ParamError::value(
                    self.spec.name,
                    name,
                    "a list of non-negative integers",
                    value,
                )
            })
    }

    /// A list of numbers, or nothing where the value is none.
    #[must_use]
    pub fn floats(&self, name: &str) -> Option<Vec<f64>> {
        self.json(name)
            .as_array()
            .map(|list| list.iter().filter_map(Value::as_f64).collect())
    }

    /// Numbers by key, e.g. class weights by label, or nothing where the value is no object.
    #[must_use]
    pub fn weights(&self, name: &str) -> Option<BTreeMap<String, f64>> {
        let object = self.json(name).as_object()?;
        Some(
            object
                .iter()
                .filter_map(|(key, v)| Some((key.clone(), v.as_f64()?)))
                .collect(),
        )
    }

    /// The seed to use: `random_state` where that is a number, else the one of the repeat.
    ///
    /// # Errors
    /// [`ParamError::Value`] if `random_state` is negative.
    pub fn seed(&self) -> Result<u64, ParamError> {
        Ok(self
            .opt_count("random_state")?
            .map_or(self.seed, |seed| seed as u64))
    }
}

/// The `random_state` row that every randomised estimator has.
pub const RANDOM_STATE: ParamSpec = ParamSpec::new(
    "random_state",
    &[Kind::Int, Kind::Null],
    "null",
    "seed of the estimator's own randomness; null takes the repeat's",
);
