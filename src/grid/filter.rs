//! Filters that select jobs of a plan: `--filter "SVC C=1 kernel~rbf !gamma=auto"`.
//!
//! A filter is a list of terms separated by commas or spaces; a job must fit all of them.
//!
//! | term | holds for |
//! |---|---|
//! | `SVC` | the classifier of that name, in any case |
//! | `3fa9c1` | jobs whose id begins so (four or more hex digits) |
//! | `name=SVC`, `name~svm` | a classifier named so; whose name contains the text |
//! | `family=svm`, `id=3fa9` | a family; jobs whose id begins so |
//! | `C=1`, `kernel=rbf` | a parameter with this value, numbers compared as numbers |
//! | `kernel~rbf` | a parameter whose value contains the text, in any case |
//! | `!…`, `C!=1` | whatever the term does not hold for |
//!
//! A job that stands for several combinations is selected if one of them fits all terms.

use serde_json::Value;
use thiserror::Error;

use super::job::{Job, Plan, Refusal};
use crate::catalog::{self, EstimatorSpec, Params, did_you_mean, parse_tuple};

/// The number of hex digits from which a bare word is taken for an id.
const MIN_ID_DIGITS: usize = 4;

/// The reasons why a filter is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterError {
    /// The filter has no terms.
    #[error("the filter is empty; write terms like SVC, C=1 or kernel~rbf")]
    Empty,
    /// A term lacks a key or a value.
    #[error("the filter's `{term}` lacks a {lacks}; write terms like SVC, C=1 or kernel~rbf")]
    Incomplete {
        /// The term.
        term: String,
        /// The missing part: `name`, `key` or `value`.
        lacks: &'static str,
    },
    /// A bracket is not closed, or is closed without being open.
    #[error("the filter has a `{bracket}` without its partner; write tuples like (100,10)")]
    Bracket {
        /// The bracket.
        bracket: char,
    },
    /// A key is unknown to every classifier of the plan.
    #[error("the filter's `{key}` is neither name, family, id nor a parameter here{hint}")]
    UnknownKey {
        /// The key.
        key: String,
        /// Empty, or `; did you mean …?`.
        hint: String,
    },
    /// Nothing in the plan fits the filter.
    #[error("the filter `{filter}` fits none of the {n_jobs} jobs{hint}")]
    NothingFits {
        /// The filter as given.
        filter: String,
        /// The number of jobs in the plan.
        n_jobs: usize,
        /// Empty, or `; did you mean …?`.
        hint: String,
    },
}

/// A condition on jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    is_negated: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// A name, or the first digits of an id.
    Word(String),
    Is(String, String),
    Contains(String, String),
}

/// A combination of a plan in the terms of a filter.
struct View<'a> {
    name: &'a str,
    id: &'a str,
    spec: Option<&'a EstimatorSpec>,
    family: &'static str,
    /// The values by parameter; the first map that has the parameter counts.
    params: [&'a Params; 2],
}

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    /// Returns [`FilterError`] for an empty filter, a term without a key or a value, or a lone
    /// bracket.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let terms = split_terms(text)?;
        if terms.is_empty() {
            return Err(FilterError::Empty);
        }
        Ok(Self {
            text: text.trim().to_owned(),
            terms: terms
                .into_iter()
                .map(parse_term)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Returns whether `job` fits under any of its names.
    #[must_use]
    pub fn matches(&self, job: &Job) -> bool {
        let view = |written| View {
            name: job.name(),
            id: job.id.as_str(),
            spec: job.classifier.spec(),
            family: job.classifier.family().name(),
            params: [&job.resolved, written],
        };
        let mut others = job.aliases.iter().map(|alias| &alias.parameter);
        self.fits(&view(&job.written)) || others.any(|written| self.fits(&view(written)))
    }

    /// Returns whether a combination that is not run fits, as far as it is known.
    #[must_use]
    pub fn matches_refusal(&self, refusal: &Refusal) -> bool {
        self.fits(&View {
            name: &refusal.name,
            id: "",
            spec: catalog::find(&refusal.name).ok(),
            family: catalog::find(&refusal.name).map_or("", |spec| spec.family.name()),
            params: [&refusal.parameter; 2],
        })
    }

    fn fits(&self, view: &View<'_>) -> bool {
        let holds = |term: &Term| term.test.holds(view) != term.is_negated;
        self.terms.iter().all(holds)
    }
}

impl Plan {
    /// Returns the part of the plan that fits `filter`, refused combinations included.
    ///
    /// # Errors
    /// Returns [`FilterError`] if the filter names a parameter that nothing in the plan has, or if
    /// nothing fits.
    pub fn select(mut self, filter: &Filter) -> Result<Self, FilterError> {
        self.check_keys(filter)?;
        let n_jobs = self.jobs.len();
        let names = self.jobs.iter().map(Job::name);
        let hint_for = |name: &str| {
            let is_known = names.clone().any(|known| known.eq_ignore_ascii_case(name));
            let hint = did_you_mean(name, names.clone());
            let mut longer = names.clone().filter(|known| contains(known, name));
            match longer.next() {
                _ if is_known => None,
                Some(known) if hint.is_empty() => Some(format!("; did you mean `{known}`?")),
                _ => Some(hint),
            }
        };
        let hint = filter.terms.iter().find_map(|term| match &term.test {
            Test::Word(name) => hint_for(name),
            Test::Is(key, name) if key == "name" => hint_for(name),
            _ => None,
        });
        let hint = hint.unwrap_or_default();
        self.jobs.retain(|job| filter.matches(job));
        self.refused
            .retain(|refusal| filter.matches_refusal(refusal));
        if self.jobs.is_empty() && self.refused.is_empty() {
            let filter = filter.text.clone();
            return Err(FilterError::NothingFits {
                filter,
                n_jobs,
                hint,
            });
        }
        Ok(self)
    }

    fn check_keys(&self, filter: &Filter) -> Result<(), FilterError> {
        let specs = self.jobs.iter().filter_map(|job| job.classifier.spec());
        let declared = specs
            .flat_map(EstimatorSpec::params)
            .map(|param| param.name);
        let of_engines = self
            .jobs
            .iter()
            .filter(|job| job.classifier.spec().is_none());
        let written = of_engines.flat_map(|job| job.written.keys().map(String::as_str));
        let refused = self
            .refused
            .iter()
            .flat_map(|refusal| refusal.parameter.keys());
        let known = || {
            let fixed = ["name", "family", "id"].into_iter();
            fixed
                .chain(declared.clone())
                .chain(written.clone())
                .chain(refused.clone().map(String::as_str))
        };
        for term in &filter.terms {
            if let Test::Is(key, _) | Test::Contains(key, _) = &term.test
                && !known().any(|name| name == key)
            {
                let key = key.clone();
                let hint = did_you_mean(&key, known());
                return Err(FilterError::UnknownKey { key, hint });
            }
        }
        Ok(())
    }
}

impl Test {
    fn holds(&self, view: &View<'_>) -> bool {
        match self {
            Self::Word(word) => view.name.eq_ignore_ascii_case(word) || view.has_id(word),
            Self::Is(key, text) => match key.as_str() {
                "name" => view.name.eq_ignore_ascii_case(text),
                "id" => starts_with(view.id, text),
                "family" => view.family().eq_ignore_ascii_case(text),
                param => view.has_value(param, text),
            },
            Self::Contains(key, text) => match key.as_str() {
                "name" => contains(view.name, text),
                "id" => contains(view.id, text),
                "family" => contains(view.family(), text),
                param => view
                    .values(param)
                    .any(|value| contains(&plain(value), text)),
            },
        }
    }
}

impl<'a> View<'a> {
    fn has_id(&self, word: &str) -> bool {
        word.len() >= MIN_ID_DIGITS && starts_with(self.id, word)
    }

    fn family(&self) -> &'static str {
        self.family
    }

    /// Returns the resolved value of `param`, or the written one if `param` was removed as ignored.
    fn values(&self, param: &str) -> impl Iterator<Item = &'a Value> {
        self.params
            .iter()
            .find_map(|params| params.get(param))
            .into_iter()
    }

    fn has_value(&self, param: &str, text: &str) -> bool {
        let wanted = parse_tuple(text)
            .or_else(|| serde_json::from_str(text).ok())
            .unwrap_or_else(|| Value::from(text));
        let declared = self.spec.and_then(|spec| {
            let mut params = spec.params().iter();
            params.find(|declared| declared.name == param)
        });
        let canonical = declared.and_then(|declared| declared.canonical_value(&wanted));
        self.values(param).any(|value| {
            let is_canonical = canonical
                .as_ref()
                .is_some_and(|wanted| are_equal(value, wanted));
            is_canonical || are_equal(value, &wanted) || plain(value) == text
        })
    }
}

fn are_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| are_equal(l, r))
        }
        _ => left == right,
    }
}

/// Renders a value, strings without quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn starts_with(id: &str, digits: &str) -> bool {
    id.starts_with(&digits.to_ascii_lowercase())
}

/// Splits `text` into terms at commas and spaces, except inside brackets.
fn split_terms(text: &str) -> Result<Vec<&str>, FilterError> {
    let mut open = Vec::new();
    let mut terms = Vec::new();
    let mut began = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => open.push(c),
            ')' | ']' => {
                let partner = if c == ')' { '(' } else { '[' };
                if open.pop() != Some(partner) {
                    return Err(FilterError::Bracket { bracket: c });
                }
            }
            c if open.is_empty() && (c == ',' || c.is_whitespace()) => {
                terms.push(&text[began..at]);
                began = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if let Some(&bracket) = open.first() {
        return Err(FilterError::Bracket { bracket });
    }
    terms.push(&text[began..]);
    terms.retain(|term| !term.is_empty());
    Ok(terms)
}

fn parse_term(term: &str) -> Result<Term, FilterError> {
    let lacks = |lacks| FilterError::Incomplete {
        term: term.to_owned(),
        lacks,
    };
    let (mut is_negated, body) = match term.strip_prefix('!') {
        Some(body) => (true, body),
        None => (false, term),
    };
    let Some(at) = body.find(['=', '~']) else {
        let word = body.to_owned();
        return if word.is_empty() {
            Err(lacks("name"))
        } else {
            Ok(Term {
                is_negated,
                test: Test::Word(word),
            })
        };
    };
    let (mut key, value) = (&body[..at], &body[at + 1..]);
    if let Some(before) = key.strip_suffix('!') {
        key = before;
        is_negated = !is_negated;
    }
    if key.is_empty() {
        return Err(lacks("key"));
    }
    if value.is_empty() {
        return Err(lacks("value"));
    }
    let (key, value) = (key.to_owned(), value.to_owned());
    let test = if body.as_bytes()[at] == b'=' {
        Test::Is(key, value)
    } else {
        Test::Contains(key, value)
    };
    Ok(Term { is_negated, test })
}
