//! Seeds: `random_state` in a config.

use super::declare::ParamRow;
use super::interval::Interval;
use super::kind::Kind;
use super::value::ParamValue;

/// Returns the row of `random_state`, whose default is `default`.
#[must_use]
pub fn seed_row(default: ParamValue) -> ParamRow {
    ParamRow {
        name: "random_state",
        kinds: vec![Kind::Int, Kind::Null],
        expected: "an integer in [0, inf) or null".to_owned(),
        range: Some(Interval::NOT_NEGATIVE),
        default,
        default_2017: None,
        synonyms: &[],
        is_ignored: false,
        doc: "seed of the estimator's own randomness; null takes the repeat's",
    }
}

/// Reads a seed: a whole number that is not negative.
#[must_use]
pub fn read_seed(value: &ParamValue) -> Option<u64> {
    match value {
        ParamValue::Int(seed) => u64::try_from(*seed).ok(),
        _ => None,
    }
}
