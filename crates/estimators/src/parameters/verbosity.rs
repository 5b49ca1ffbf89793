//! Types of parameters that change nothing: `verbose`, `n_jobs`, and what can only be left out.

use super::kind::Kind;
use super::parameter::Parameter;
use super::value::ParamValue;

/// scikit-learn's `verbose`: a level or a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verbosity;

impl Parameter for Verbosity {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Bool]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(_) => Some(Self),
            ParamValue::Int(level) => (*level >= 0).then_some(Self),
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        ParamValue::Int(0)
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn expected((): &()) -> String {
        "an integer in [0, inf) or true or false".to_owned()
    }
}

/// scikit-learn's `n_jobs`: any whole number; the run decides on threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NJobs;

impl Parameter for NJobs {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        matches!(value, ParamValue::Null | ParamValue::Int(_)).then_some(Self)
    }

    fn write(&self) -> ParamValue {
        ParamValue::Null
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

/// A parameter that may only be `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OnlyNull;

impl Parameter for OnlyNull {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        (*value == ParamValue::Null).then_some(Self)
    }

    fn write(&self) -> ParamValue {
        ParamValue::Null
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}
