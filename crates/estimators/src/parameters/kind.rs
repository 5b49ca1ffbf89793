//! What a config may write for a parameter.

use std::fmt;

/// A form that a parameter accepts.
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
    /// Any string.
    Text,
    /// A list of whole numbers, or a tuple as a string: `"(100, 10)"`.
    Ints,
    /// A list of lists of whole numbers.
    IntLists,
    /// A list of numbers.
    Floats,
    /// A list of `true` and `false`.
    Bools,
    /// An object from name to number.
    Object,
    /// A classifier: an object from its name to an object of its parameters.
    Estimator,
    /// A list of pairs of a name and a classifier, or `"drop"`.
    Estimators,
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
            Self::Text => f.write_str("a string"),
            Self::Ints => f.write_str("a list of integers"),
            Self::IntLists => f.write_str("a list of lists of integers"),
            Self::Bools => f.write_str("a list of true and false"),
            Self::Floats => f.write_str("a list of numbers"),
            Self::Object => f.write_str("an object from class label to weight"),
            Self::Estimator => {
                f.write_str("an object from a classifier's name to its parameters")
            }
            Self::Estimators => f.write_str(
                "a list of pairs of a name and an object from a classifier's name to its parameters",
            ),
        }
    }
}

/// Returns the forms in words: `an integer or null`.
#[must_use]
pub fn describe_kinds(kinds: &[Kind]) -> String {
    let words: Vec<_> = kinds.iter().map(Kind::to_string).collect();
    words.join(" or ")
}
