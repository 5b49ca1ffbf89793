//! `fashion-bench config schema`: the format of a config.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use fashion_bench::grid;

use super::output::print;

#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the JSON Schema of a config, for editors and checkers
    Schema,
}

pub fn run(args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    match args.command {
        ConfigCommand::Schema => print(&grid::render_config_schema())?,
    }
    Ok(ExitCode::SUCCESS)
}
