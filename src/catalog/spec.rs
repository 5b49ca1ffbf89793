//! How the catalog describes a classifier: name, parameter table, and the way from JSON to a fit.

use std::fmt;
use std::sync::LazyLock;

use serde_json::Value;

use super::cost::{Cost, DataShape};
use super::entry::{self, Entry};
use super::family::{Family, Profile};
use super::json::{canonical_value, to_json};
use super::nested;
use super::params::Params;
use crate::estimators::ParamError;
use crate::estimators::erased::{Estimator, Path};
use crate::estimators::parameters::{Interval, Kind, ParamRow};

/// One row of a parameter table.
#[derive(Debug, Clone)]
pub struct ParamSpec {
    /// Name as in a config, scikit-learn's.
    pub name: &'static str,
    /// JSON types accepted, most telling first.
    pub kinds: Vec<Kind>,
    /// What is accepted, in words.
    pub expected: String,
    /// The range of its numbers, where they have one.
    pub range: Option<Interval>,
    /// Default of today's scikit-learn, in canonical form.
    pub default: Value,
    /// Default of scikit-learn 0.19 where that was another one, in canonical form.
    pub default_2017: Option<Value>,
    /// Old spellings of string values: `(old, new)`.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// Whether the value is accepted and changes nothing.
    pub is_ignored: bool,
    /// What it means, in one line.
    pub doc: &'static str,
}

impl From<ParamRow> for ParamSpec {
    fn from(row: ParamRow) -> Self {
        let mut spec = Self {
            name: row.name,
            kinds: row.kinds,
            expected: row.expected,
            range: row.range,
            default: Value::Null,
            default_2017: None,
            synonyms: row.synonyms,
            is_ignored: row.is_ignored,
            doc: row.doc,
        };
        let canonical = |value| {
            let value = to_json(&value);
            spec.canonical_value(&value).unwrap_or(value)
        };
        let (default, default_2017) = (canonical(row.default), row.default_2017.map(canonical));
        spec.default = default;
        spec.default_2017 = default_2017;
        spec
    }
}

impl ParamSpec {
    /// The default under `profile`, in canonical form, so that writing it changes nothing.
    #[must_use]
    pub fn default_value(&self, profile: Profile) -> Value {
        match (profile, &self.default_2017) {
            (Profile::Sklearn019, Some(default)) => default.clone(),
            _ => self.default.clone(),
        }
    }

    /// Returns `given` in its canonical form: old spellings replaced, tuples as lists, 10.0 as 10;
    /// nothing if it is of a wrong type.
    #[must_use]
    pub fn canonical_value(&self, given: &Value) -> Option<Value> {
        // No weights at all are none: one model has one form.
        let is_empty = given.as_object().is_some_and(serde_json::Map::is_empty);
        let given = match given.as_str() {
            _ if is_empty && self.kinds.contains(&Kind::Null) => Value::Null,
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
            return canonical_value(Kind::Float, &given);
        }
        let mut kinds = self.kinds.iter();
        kinds.find_map(|kind| canonical_value(*kind, &given))
    }
}

/// Parameters complete and canonical, with what was ignored on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Every parameter of the table that matters, by name.
    pub params: Params,
    /// What the plan should say, e.g. that a parameter is ignored.
    pub notes: Vec<String>,
}

/// Builds a classifier from resolved parameters and the seed that `random_state: null` means.
type Build = fn(&Params, u64) -> Result<Box<dyn Estimator>, ParamError>;

/// Builds the classifiers of a path, of these resolved parameters.
type BuildPath = fn(&[&Params], u64) -> Result<Box<dyn Path>, ParamError>;

/// A classifier as the registry lists it.
pub struct EstimatorSpec {
    /// Name in a config.
    pub name: &'static str,
    /// Family in reports.
    pub family: Family,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Whether features below 0 are refused, so that standardised ones never do.
    pub needs_counts: bool,
    params: LazyLock<Vec<ParamSpec>>,
    canonicalise: fn(&mut Params) -> Vec<String>,
    build: Build,
    path: fn() -> &'static [&'static str],
    build_path: BuildPath,
    own_share: fn(&Params) -> f64,
    cost: fn(&Params, &DataShape) -> Cost,
    accepts: fn(&str, &Value) -> bool,
}

impl fmt::Debug for EstimatorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EstimatorSpec")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl EstimatorSpec {
    /// The classifier of `E`.
    #[must_use]
    pub const fn of<E: Entry>() -> Self {
        Self {
            name: E::ESTIMATOR,
            family: E::FAMILY,
            summary: E::SUMMARY,
            needs_counts: E::NEEDS_COUNTS,
            params: LazyLock::new(|| E::default().rows().into_iter().map(Into::into).collect()),
            canonicalise: E::canonicalise,
            build: entry::build::<E>,
            path: <E::Checked as Estimator>::path_parameters,
            build_path: entry::build_path::<E>,
            own_share: entry::own_share::<E>,
            cost: entry::cost::<E>,
            accepts: entry::accepts::<E>,
        }
    }

    /// The parameter table.
    #[must_use]
    pub fn params(&self) -> &[ParamSpec] {
        &self.params
    }

    /// Completes `given` with the defaults of `profile` and brings it into canonical form.
    ///
    /// # Errors
    /// [`ParamError`] for an unknown name, a value of the wrong type, or one out of its range that
    /// does not matter beside the others. The other ranges and the combinations are checked by
    /// [`Self::build`].
    pub fn resolve(&self, given: &Params, profile: Profile) -> Result<Resolved, ParamError> {
        if let Some(name) = given.keys().find(|name| self.param(name).is_none()) {
            return Err(ParamError::Unknown {
                estimator: self.name,
                param: name.clone(),
                hint: did_you_mean(name, self.params().iter().map(|param| param.name)),
            });
        }
        let mut params = Params::new();
        for param in self.params() {
            let value = match given.get(param.name) {
                None => param.default_value(profile),
                Some(given) => self.canonical_value(param, given)?.ok_or_else(|| {
                    ParamError::value(self.name, param.name, param.expected.as_str(), given)
                })?,
            };
            params.insert(param.name.to_owned(), value);
        }
        let mut of_given = params.clone();
        of_given.retain(|name, _| given.contains_key(name));
        let notes = (self.canonicalise)(&mut params);
        self.check_removed(&of_given, &params)?;
        params.retain(|name, _| self.param(name).is_none_or(|param| !param.is_ignored));
        Ok(Resolved { params, notes })
    }

    /// The canonical form of `given`; nothing if it is of a wrong type, or if the parameter is
    /// ignored and the value out of range: nobody looks at it later. What a classifier in it refuses
    /// is the error.
    fn canonical_value(
        &self,
        param: &ParamSpec,
        given: &Value,
    ) -> Result<Option<Value>, ParamError> {
        for kind in &param.kinds {
            if let Some(value) = nested::canonical_value(*kind, given)? {
                return Ok(Some(value));
            }
        }
        let value = param.canonical_value(given);
        let is_taken = |value: &Value| !param.is_ignored || (self.accepts)(param.name, value);
        Ok(value.filter(is_taken))
    }

    /// Checks the ranges of the parameters of `given` that are not in `kept`: a value that changes
    /// nothing beside the others is still one that scikit-learn refuses, and nobody looks at it
    /// later.
    fn check_removed(&self, given: &Params, kept: &Params) -> Result<(), ParamError> {
        for param in self.params() {
            if let Some(value) = given.get(param.name)
                && !kept.contains_key(param.name)
                && !(self.accepts)(param.name, value)
            {
                let expected = param.expected.as_str();
                return Err(ParamError::value(self.name, param.name, expected, value));
            }
        }
        Ok(())
    }

    /// Builds the classifier from resolved parameters; `seed` is what `random_state: null` means.
    ///
    /// # Errors
    /// [`ParamError`] for a value out of range or a combination that does not exist.
    pub fn build(&self, params: &Params, seed: u64) -> Result<Box<dyn Estimator>, ParamError> {
        (self.build)(params, seed)
    }

    /// Returns the parameters along which one training serves several of these classifiers.
    #[must_use]
    pub fn path(&self) -> &'static [&'static str] {
        (self.path)()
    }

    /// Builds classifiers that differ only in the parameters of [`Self::path`].
    ///
    /// # Errors
    /// [`ParamError`] as [`Self::build`].
    pub fn build_path(&self, path: &[&Params], seed: u64) -> Result<Box<dyn Path>, ParamError> {
        (self.build_path)(path, seed)
    }

    /// Returns what a classifier takes in a path, as a part of what it takes alone, beside what it
    /// shares with the longest of the path.
    #[must_use]
    pub fn own_share(&self, params: &Params) -> f64 {
        (self.own_share)(params)
    }

    /// Estimated cost of one repeat on data of this shape.
    #[must_use]
    pub fn cost(&self, params: &Params, shape: &DataShape) -> Cost {
        (self.cost)(params, shape)
    }

    /// The row of `name` in the parameter table.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&ParamSpec> {
        self.params().iter().find(|param| param.name == name)
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
