//! `fashion-bench results`: the format of a results table, and a check of one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use fashion_bench::results::validate::{FileReport, validate_file};
use fashion_bench::results::{RowKind, escape, row_schema};

use super::output::print;

#[derive(Debug, Args)]
pub struct ResultsArgs {
    #[command(subcommand)]
    command: ResultsCommand,
}

#[derive(Debug, Subcommand)]
enum ResultsCommand {
    /// Check every row of a table; exit 1 if one is malformed or contradicts itself
    Validate {
        /// The table, e.g. results/fashion-mnist.jsonl
        file: PathBuf,
    },
    /// Print the JSON Schema of a row
    Schema,
}

pub fn run(args: &ResultsArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        ResultsCommand::Validate { file } => validate(file),
        ResultsCommand::Schema => {
            let schema = serde_json::to_string_pretty(&row_schema())?;
            print(&format!("{schema}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn validate(file: &Path) -> anyhow::Result<ExitCode> {
    let report = validate_file(file)?;
    print(&render_report(file, &report))?;
    Ok(ExitCode::from(u8::from(!report.findings.is_empty())))
}

fn render_report(file: &Path, report: &FileReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&format!(
            "{}:{}: {}\n",
            file.display(),
            finding.line,
            escape::line(&finding.problem)
        ));
    }
    let n_original = report
        .rows
        .iter()
        .filter(|row| matches!(row.kind, RowKind::Original(_)))
        .count();
    text.push_str(&format!("{} rows", report.rows.len()));
    if n_original > 0 {
        text.push_str(&format!(", {n_original} of them of the original benchmark"));
    }
    let ending = match report.findings.len() {
        0 => "all well".to_owned(),
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    text.push_str(&format!("; {ending}\n"));
    text
}
