//! Types of parameters that change nothing: `verbose` and `n_jobs`.

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
