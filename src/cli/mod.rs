//! The command line: one file a subcommand.
//!
//! Exit codes: 0 all well, 1 a finding (failed rows, a regression), 2 the program could not do
//! its work (usage, files, format).

mod config;
mod data;
mod estimators;
mod list;
mod loading;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The Fashion-MNIST classifier benchmark.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Download, check and look at the data
    Data(data::DataArgs),
    /// Show the jobs of a config, and what of it is not run
    List(list::ListArgs),
    /// Describe the format of a config
    Config(config::ConfigArgs),
    /// List the classifiers and their parameters
    Estimators(estimators::EstimatorsArgs),
}

/// Runs the subcommand that the arguments name.
pub fn dispatch() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Data(args) => data::run(&args),
        Command::List(args) => list::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Estimators(args) => estimators::run(&args),
    }
}
