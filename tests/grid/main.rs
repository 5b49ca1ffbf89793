//! The grid: what a config expands to, what its jobs are called, and what is refused.

#[cfg(test)]
mod configs;
#[cfg(test)]
mod data;
#[cfg(test)]
mod expansion;
pub mod fakes;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod listing;

use fashion_bench::grid::{self, GridError, Overrides, Plan};

/// The config as shipped with the original benchmark: `benchmark/baselines.json` of
/// zalandoresearch/fashion-mnist (MIT licence, © 2017 Zalando SE), byte for byte.
const ORIGINAL: &str = include_str!("original_baselines.json");

fn parse(text: &str) -> Result<Plan, GridError> {
    grid::parse(text, "test.json", &Overrides::default(), &fakes::ESTIMATORS)
}

fn plan(text: &str) -> Plan {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
