//! Values of parameters as a config writes them, whatever its format is.

use std::collections::BTreeMap;
use std::fmt;

/// A value on its way into a parameter set, or out of one.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ParamValue {
    /// scikit-learn's `None`.
    Null,
    /// A switch.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A choice, or a text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Numbers by name, e.g. weights by class label.
    Map(BTreeMap<String, Self>),
}

impl ParamValue {
    /// Returns the number, if it is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for ParamValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(is_on) => write!(f, "{is_on}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(values) => {
                let shown: Vec<_> = values.iter().map(Self::to_string).collect();
                write!(f, "[{}]", shown.join(","))
            }
            Self::Map(values) => {
                let shown: Vec<_> = values
                    .iter()
                    .map(|(name, value)| format!("{name:?}:{value}"))
                    .collect();
                write!(f, "{{{}}}", shown.join(","))
            }
        }
    }
}
