//! What the catalog adds to a set of parameters to make a classifier that a config may name.

use linfa::ParamGuard;

use super::cost::{Cost, DataShape};
use super::family::Family;
use super::json::to_param_value;
use super::params::Params;
use crate::estimators::ParamError;
use crate::estimators::erased::{Estimator, Path};
use crate::estimators::parameters::{ParamValue, Parameters, Set, read_named};

/// A classifier of the catalog, named by its parameters' type.
pub trait Entry: Parameters + ParamGuard<Checked: Estimator + 'static> {
    /// Family in reports.
    const FAMILY: Family;

    /// What it is, in one line.
    const SUMMARY: &'static str;

    /// Whether features below 0 are refused, so that standardised ones never do.
    const NEEDS_COUNTS: bool = false;

    /// Removes from complete parameters what scikit-learn ignores beside the other values, so that
    /// combinations which are one and the same model get the same parameters. Returns what the plan
    /// should say of it. Parameters that are declared as ignored are removed afterwards.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let _ = params;
        Vec::new()
    }

    /// Estimates what a classifier takes in a path beside what it shares with the longest one of it,
    /// as a part of what it takes alone.
    fn own_share(params: &Self::Checked) -> f64 {
        let _ = params;
        0.0
    }

    /// Estimates what a fit and a prediction take.
    fn cost(params: &Self::Checked, shape: &DataShape) -> Cost;
}

/// Reads and checks the parameters of `E`; those that were removed as ignored stay at their
/// defaults, and `seed` is what `random_state: null` means.
///
/// # Errors
/// [`ParamError`] for a value out of its range or a combination that does not exist.
pub(super) fn read<E: Entry>(params: &Params, seed: u64) -> Result<E::Checked, ParamError> {
    let named = params.iter();
    read_named::<E>(
        named.map(|(name, given)| (name.as_str(), to_param_value(given))),
        seed,
    )
}

/// Builds the classifier of `E`.
pub(super) fn build<E: Entry>(
    params: &Params,
    seed: u64,
) -> Result<Box<dyn Estimator>, ParamError> {
    Ok(Box::new(read::<E>(params, seed)?))
}

/// Builds the classifiers of a path of `E`.
pub(super) fn build_path<E: Entry>(
    path: &[&Params],
    seed: u64,
) -> Result<Box<dyn Path>, ParamError> {
    let members = path.iter().map(|params| read::<E>(params, seed));
    Ok(Box::new(members.collect::<Result<Vec<_>, _>>()?))
}

/// Estimates the cost of `E`; nothing of parameters that it refuses.
pub(super) fn cost<E: Entry>(params: &Params, shape: &DataShape) -> Cost {
    read::<E>(params, 0).map_or(Cost::default(), |valid| E::cost(&valid, shape))
}

/// Estimates the own share of `E` in a path; all of it for parameters that it refuses.
pub(super) fn own_share<E: Entry>(params: &Params) -> f64 {
    read::<E>(params, 0).map_or(1.0, |valid| E::own_share(&valid))
}

/// Whether `E` takes `given` for the parameter `name`, were it alone.
pub(super) fn accepts<E: Entry>(name: &str, given: &serde_json::Value) -> bool {
    let value = match to_param_value(given) {
        ParamValue::Null if name == "random_state" => return true,
        value => value,
    };
    E::default().set(name, &value) == Set::Taken
}
