//! The product of a classifier's lists, in the order of Python's `itertools.product`.

use super::config::Axis;
use crate::catalog::Params;

/// Returns the number of combinations; it saturates instead of overflowing.
pub(super) fn count(axes: &[Axis]) -> u128 {
    axes.iter()
        .map(|axis| axis.values.len() as u128)
        .fold(1, u128::saturating_mul)
}

/// Returns the combinations, the last list varying fastest; without lists there is one empty
/// combination.
pub(super) fn expand(axes: &[Axis]) -> Vec<Params> {
    let mut combinations = vec![Params::new()];
    for axis in axes {
        combinations = combinations
            .iter()
            .flat_map(|combination| {
                axis.values.iter().map(|value| {
                    let mut longer = combination.clone();
                    longer.insert(axis.param.clone(), value.clone());
                    longer
                })
            })
            .collect();
    }
    combinations
}
