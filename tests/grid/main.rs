//! The grid: what a config expands to, what its jobs are called, and what is refused.

mod configs;
mod expansion;
pub mod fakes;
mod filters;
mod identity;
mod listing;

use fashion_bench::grid::{self, GridError, Overrides, Plan};

/// The config as shipped with the original benchmark.
const ORIGINAL: &str = include_str!("original_baselines.json");

fn parse(text: &str) -> Result<Plan, GridError> {
    grid::parse(text, "test.json", &Overrides::default(), fakes::ESTIMATORS)
}

fn plan(text: &str) -> Plan {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
