//! The command line: one file per subcommand.
//!
//! Exit codes: 0 all well, 1 a finding (failed rows, a regression), 2 the program could not do
//! its work (usage, files, format), 130 interrupted.

mod check;
mod compare;
mod config;
mod data;
mod data_files;
mod dry_run;
mod embed;
mod engine;
mod estimators;
mod init;
mod list;
mod loading;
mod merge;
pub mod output;
mod predictions;
mod prepared_file;
mod report;
mod results;
mod run;
mod score;
mod shell;
mod show;
mod suspects;
mod table;
mod worker;

use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{CommandFactory as _, Parser, Subcommand};
use fashion_bench::numeric::simd::Level;

/// `0.2.0 (revision 1a2b3c4, AVX-512)`: what figures depend on.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let revision = option_env!("FASHION_BENCH_GIT_REVISION").map_or_else(
        || "no revision".to_owned(),
        |revision| format!("revision {revision}"),
    );
    let version = env!("CARGO_PKG_VERSION");
    match Level::from_environment() {
        Ok(level) => format!("{version} ({revision}, {level} instructions)"),
        Err(error) => format!("{version} ({revision}; {error})"),
    }
});

/// The Fashion-MNIST classifier benchmark.
#[derive(Debug, Parser)]
#[command(version = VERSION.as_str(), about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a config to begin with, and say what to do next
    Init(init::InitArgs),
    /// Train and score the jobs of a config, and append their rows to a results table
    Run(Box<run::RunArgs>),
    /// Check a results table against recorded rows, for CI
    Check(check::CheckArgs),
    /// Compare two results tables, or one with the published or scikit-learn's figures
    Compare(compare::CompareArgs),
    /// Join the results tables of several machines
    Merge(merge::MergeArgs),
    /// Make a page and a Markdown leaderboard of results tables
    Report(report::ReportArgs),
    /// Show results tables in the terminal, or as JSON or CSV
    Show(show::ShowArgs),
    /// Score predictions that were made elsewhere, and append their row to a results table
    Score(Box<score::ScoreArgs>),
    /// Write the labels that a row predicted to a file, for other tools
    Predictions(predictions::PredictionsArgs),
    /// Check a results table; print the schema of a row
    Results(results::ResultsArgs),
    /// Download, check and look at the data
    Data(data::DataArgs),
    /// Draw a data set as points of the plane
    Embed(Box<embed::EmbedArgs>),
    /// Show the jobs of a config, and what of it is not run
    List(list::ListArgs),
    /// Describe the format of a config
    Config(config::ConfigArgs),
    /// List the classifiers and their parameters
    Estimators(estimators::EstimatorsArgs),
    /// Print completions for a shell
    Completions(shell::CompletionsArgs),
    /// Write the manual pages
    Man(shell::ManArgs),
    /// Serve this program's classifiers to another program, by the protocol of docs/engines.md
    Engine,
    /// Do one job for a runner
    #[command(hide = true)]
    Worker,
}

/// Runs the subcommand that the arguments name.
pub fn dispatch() -> anyhow::Result<ExitCode> {
    let command = Cli::parse().command;
    // Before anything depends on it.
    Level::from_environment()?;
    match command {
        Command::Init(args) => init::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Predictions(args) => predictions::run(&args),
        Command::Results(args) => results::run(&args),
        Command::Completions(args) => shell::complete(&args, Cli::command()),
        Command::Man(args) => shell::write_manual(&args, Cli::command()),
        Command::Engine => engine::run(),
        Command::Worker => worker::run(),
        Command::Data(args) => data::run(&args),
        Command::Embed(args) => embed::run(&args),
        Command::List(args) => list::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Estimators(args) => estimators::run(&args),
    }
}
