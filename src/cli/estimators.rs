//! `fashion-bench estimators`: the classifiers and parameters that a config can name.

use std::io::Write;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use fashion_bench::catalog;
use fashion_bench::catalog::EstimatorSpec;

#[derive(Debug, Args)]
pub struct EstimatorsArgs {
    /// Show the parameters of this classifier
    name: Option<String>,
    /// Print Markdown, as in the documentation
    #[arg(long)]
    markdown: bool,
}

pub fn run(args: &EstimatorsArgs) -> anyhow::Result<ExitCode> {
    let table = match &args.name {
        None => list_table(),
        Some(name) => {
            let spec = catalog::find(name)
                .map_err(|hint| anyhow!("there is no classifier named `{name}`{hint}"))?;
            parameter_table(spec)
        }
    };
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

fn styled(mut table: Table, markdown: bool) -> Table {
    table.load_preset(if markdown {
        presets::ASCII_MARKDOWN
    } else {
        presets::NOTHING
    });
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}
