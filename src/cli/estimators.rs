//! `fashion-bench estimators`: the classifiers and parameters that a config can name.

use std::io::Write;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use fashion_bench::catalog;
use fashion_bench::catalog::{EstimatorSpec, ParamSpec};
use fashion_bench::estimators::parameters::{Interval, Kind};
use serde_json::{Value, json};

/// Version of the JSON listing.
const LISTING_VERSION: u32 = 1;

#[derive(Debug, Args)]
pub struct EstimatorsArgs {
    /// Show the parameters of this classifier
    name: Option<String>,
    /// Print Markdown, as in the documentation
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print JSON: every classifier with its parameters, their types, ranges, choices and defaults
    #[arg(long)]
    json: bool,
}

pub fn run(args: &EstimatorsArgs) -> anyhow::Result<ExitCode> {
    let find = |name: &String| {
        catalog::find(name).map_err(|hint| anyhow!("there is no classifier named `{name}`{hint}"))
    };
    let named = args.name.as_ref().map(find).transpose()?;
    if args.json {
        let specs = catalog::ESTIMATORS.iter();
        let listed = specs.filter(|spec| named.is_none_or(|named| named.name == spec.name));
        let listing = json!({
            "version": LISTING_VERSION,
            "classifiers": listed.map(classifier_json).collect::<Vec<_>>(),
        });
        writeln!(std::io::stdout(), "{listing:#}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let table = named.map_or_else(list_table, parameter_table);
    writeln!(std::io::stdout(), "{}", styled(table, args.markdown))?;
    Ok(ExitCode::SUCCESS)
}

fn list_table() -> Table {
    let mut table = Table::new();
    table.set_header(["classifier", "what it is"]);
    for spec in &catalog::ESTIMATORS {
        table.add_row([spec.name, spec.summary]);
    }
    table
}

fn parameter_table(spec: &EstimatorSpec) -> Table {
    let mut table = Table::new();
    table.set_header(["parameter", "values", "default", "in 2017", "meaning"]);
    for param in spec.params() {
        let default = param.default.to_string();
        let default_2017 = param.default_2017.as_ref().map(ToString::to_string);
        table.add_row([
            param.name,
            &param.expected,
            &default,
            &default_2017.unwrap_or_default(),
            param.doc,
        ]);
    }
    table
}

fn classifier_json(spec: &EstimatorSpec) -> Value {
    json!({
        "name": spec.name,
        "family": spec.family,
        "summary": spec.summary,
        "parameters": spec.params().iter().map(parameter_json).collect::<Vec<_>>(),
    })
}

fn parameter_json(param: &ParamSpec) -> Value {
    let types: Vec<_> = param.kinds.iter().map(type_name).collect();
    let choices: Vec<_> = param.kinds.iter().flat_map(choices).collect();
    json!({
        "name": param.name,
        "types": types,
        "choices": choices,
        "range": param.range.map(range_json),
        "expected": param.expected,
        "default": param.default,
        "default_2017": param.default_2017,
        "is_ignored": param.is_ignored,
        "meaning": param.doc,
    })
}

/// An end that is `null` is infinite.
fn range_json(range: Interval) -> Value {
    let end = |(value, is_included): (f64, bool)| json!({"value": value.is_finite().then_some(value), "is_included": is_included});
    json!({"low": end(range.low()), "high": end(range.high())})
}

/// The name of a JSON type; choices are strings.
fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::Share => "share",
        Kind::Text => "text",
        Kind::Ints => "ints",
        Kind::IntLists => "int_lists",
        Kind::Floats => "floats",
        Kind::Bools => "bools",
        Kind::Object => "object",
        Kind::Estimator => "estimator",
        Kind::Estimators => "estimators",
        Kind::Choice(_) => "choice",
    }
}

fn choices(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Choice(names) => names,
        _ => &[],
    }
}

fn styled(mut table: Table, markdown: bool) -> Table {
    table.load_preset(if markdown {
        presets::ASCII_MARKDOWN
    } else {
        presets::NOTHING
    });
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}
