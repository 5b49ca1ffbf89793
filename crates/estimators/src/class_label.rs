//! The name that a parameter gives to a class.

use std::fmt;

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

/// A label of the data as a config writes it.
///
/// A text that a number would be written as is that number: JSON has no other keys than texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "String", from = "String"))]
pub enum ClassLabel {
    /// A whole number.
    Number(i128),
    /// Anything else; no label of the data that an estimator is given, which are numbers.
    Name(String),
}

impl From<usize> for ClassLabel {
    fn from(label: usize) -> Self {
        Self::Number(label as i128)
    }
}

impl From<&str> for ClassLabel {
    fn from(text: &str) -> Self {
        match text.parse::<i128>() {
            Ok(number) if number.to_string() == text => Self::Number(number),
            _ => Self::Name(text.to_owned()),
        }
    }
}

impl From<String> for ClassLabel {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<ClassLabel> for String {
    fn from(label: ClassLabel) -> Self {
        label.to_string()
    }
}

impl fmt::Display for ClassLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Parameter for ClassLabel {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Text]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Int(number) => Some(Self::Number(*number)),
            ParamValue::Text(text) => Some(Self::from(text.as_str())),
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Number(number) => ParamValue::Int(*number),
            Self::Name(name) => ParamValue::Text(name.clone()),
        }
    }

    fn is_in(&self, _: &Interval) -> bool {
        true
    }

    fn expected(_: &Interval) -> String {
        "a class of the data".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_one_form_and_survives_writing() {
        let labels = ["-1", "0", "255", "shirt", "01", "+1", "-0", "1.0", ""];
        for text in labels {
            let label = ClassLabel::from(text);
            assert_eq!(label.to_string(), text);
            assert_eq!(ClassLabel::read(&label.write()), Some(label));
        }
        let is_number = |text: &&str| matches!(ClassLabel::from(*text), ClassLabel::Number(_));
        let numbers: Vec<&str> = labels.into_iter().filter(is_number).collect();
        assert_eq!(numbers, ["-1", "0", "255"]);
        assert_eq!(ClassLabel::from("7"), ClassLabel::from(7_usize));
        assert_eq!(ClassLabel::read(&ParamValue::Bool(true)), None);
    }
}
