//! The errors that a config can have, in words that make the fix obvious.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::origin::origin_of;
use crate::estimators::ParamError;

/// Why a config did not become a plan.
#[derive(Debug, Error)]
pub enum GridError {
    /// There is no file at the path.
    #[error("there is no config file {}{hint}", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
        /// Empty, or `; did you mean …?` with a file that lies beside it.
        hint: String,
    },
    /// The program has no config of its own of that name.
    #[error("{0}")]
    BuiltIn(String),
    /// The path names a directory.
    #[error("{} is a directory; name the config file in it", path.display())]
    Directory {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is too large to be a config.
    #[error(
        "{} is larger than {limit} bytes; expected a config in JSON",
        origin_of(path)
    )]
    TooLarge {
        /// The path as given.
        path: PathBuf,
        /// The largest size of a config, in bytes.
        limit: u64,
    },
    /// The file cannot be read.
    #[error("cannot read the config {}", origin_of(path))]
    Read {
        /// The path as given.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The content is wrong at one place.
    #[error("{origin}:{spot}: {problem}")]
    Config {
        /// The file, or the name of what stands for it.
        origin: String,
        /// The place in it.
        spot: Spot,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// A value that overrides the config is out of range.
    #[error("on the command line: {problem}")]
    Override {
        /// What is wrong.
        problem: Box<Problem>,
    },
}

/// A place in a text; lines and columns are counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Spot {
    pub line: usize,
    pub column: usize,
}

impl Spot {
    /// Returns the place of the byte `at` of `text`.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A problem with the content of a config; problems of form come first, then those of meaning.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages and the field names say it")]
pub enum Problem {
    #[error("the file is empty; expected an object with `classifiers`")]
    Empty,
    #[error("the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8")]
    NotUtf8 { byte: u8 },
    #[error("expected {expected}, found {found}")]
    Expected {
        expected: &'static str,
        found: String,
    },
    #[error("JSON allows no comma before `{close}`; remove it")]
    TrailingComma { close: char },
    #[error("JSON has no comments; remove this one")]
    Comment,
    #[error("JSON strings take double quotes; write \" instead of '")]
    SingleQuotes,
    #[error("`{word}` is not JSON; {fix}")]
    BareWord { word: String, fix: String },
    #[error("`{text}` is not a JSON number; write it like 10, 0.5 or 1e-3")]
    BadNumber { text: String },
    #[error("the number {text} does not fit a double; write a smaller one")]
    NumberTooLarge { text: String },
    #[error("this string does not end on its line; close it with a double quote")]
    UnclosedString,
    #[error("this string holds the control character 0x{code:02x}; write it as \\u{code:04x}")]
    ControlCharacter { code: u8 },
    #[error(
        "the string {text} holds an escape that JSON does not have; write \\\\ for a backslash"
    )]
    BadEscape { text: String },
    #[error("the file ends inside the {what} that began at {began}; close it with `{close}`")]
    Unclosed {
        what: &'static str,
        began: Spot,
        close: char,
    },
    #[error("expected the end of the file, found {found}; a config is one object")]
    Trailing { found: String },
    #[error("the key `{key}` is there twice, first at {first}; remove one")]
    DuplicateKey { key: String, first: Spot },
    #[error("lists and objects are nested more than {limit} deep; no config needs that")]
    TooDeep { limit: usize },

    #[error("{place} has no key `{key}`{hint}")]
    UnknownKey {
        place: &'static str,
        key: String,
        hint: String,
    },
    #[error(
        "an engine cannot be called `{name}`; take a name of letters, digits, `_` and `-` that is \
         no package which needs no declaration"
    )]
    BadEngineName { name: String },
    #[error(
        "the engine `{name}` must have either `command` or `python`; write \
         {{\"command\": [\"./my-classifier\"]}} or {{\"python\": \"my_module\"}}"
    )]
    EngineStart { name: String },
    #[error("the config has no `classifiers`; add an object from classifier to a list of grids")]
    NoClassifiers,
    #[error("`classifiers` is empty; add one, e.g. \"GaussianNB\": []")]
    EmptyClassifiers,
    #[error("{what} must be {expected}, got {got}")]
    Value {
        what: String,
        expected: String,
        got: String,
    },
    #[error("there is no classifier `{name}`{hint}")]
    UnknownClassifier { name: String, hint: String },
    #[error(
        "the `{param}` of {classifier} must be a list of values to try, got {got}; write [{got}]"
    )]
    NotAList {
        classifier: String,
        param: String,
        got: String,
    },
    #[error(
        "the `{param}` of {classifier} is an empty list, which leaves no combination; \
         give it a value or remove it"
    )]
    EmptyList { classifier: String, param: String },
    #[error("the `{param}` of {classifier} lists {value} twice; remove one")]
    ValueTwice {
        classifier: String,
        param: String,
        value: String,
    },
    #[error(
        "the `{param}` of {classifier} is there twice, first at {first}; the objects of a \
         classifier are crossed with each other, so put all its values into one list"
    )]
    ParamTwice {
        classifier: String,
        param: String,
        first: Spot,
    },
    #[error(
        "the `{param}` of {classifier} holds {value}, which is no tuple of numbers; write a list"
    )]
    BadTuple {
        classifier: String,
        param: String,
        value: String,
    },
    #[error("{0}")]
    UnknownParam(ParamError),
    #[error("no classifier of this config has the parameter `{param}` that `common` sets{hint}")]
    UnknownCommon { param: String, hint: String },
    #[error(
        "{classifier} brings the grid to {count} combinations, the limit is {limit}; \
         shorten the lists or split the config"
    )]
    TooMany {
        classifier: String,
        count: u128,
        limit: u128,
    },
}

/// A problem at a byte of the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub at: usize,
    pub problem: Problem,
}

impl Fault {
    pub fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }

    /// Converts the problem into an error that names the file and the place.
    pub fn into_error(self, text: &str, origin: &str) -> GridError {
        GridError::Config {
            origin: origin.to_owned(),
            spot: Spot::of(text, self.at),
            problem: Box::new(self.problem),
        }
    }
}
