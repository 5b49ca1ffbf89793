//! `fashion-bench estimators`: what can be written in a config.

use std::io::Write;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use comfy_table::{ContentArrangement, Table, presets};
use fashion_bench::catalog::registry;
use fashion_bench::catalog::spec::EstimatorSpec;

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
            let spec = registry::find(name)
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
    for spec in registry::ESTIMATORS {
        table.add_row([spec.name, spec.summary]);
    }
    table
}

fn parameter_table(spec: &EstimatorSpec) -> Table {
    let mut table = Table::new();
    table.set_header(["parameter", "values", "default", "in 2017", "meaning"]);
    for param in spec.params {
        let expected = param.expected();
        let default_2017 = param.default_2017.unwrap_or_default();
        table.add_row([
            param.name,
            &expected,
            param.default,
            default_2017,
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
