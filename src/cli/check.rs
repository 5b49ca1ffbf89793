//! `fashion-bench check`: has anything changed against the recorded accuracies?

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use comfy_table::{Table, presets};
use fashion_bench::check::{Finding, Outcome, Reference, Report, Verdict, judge};
use fashion_bench::results::summary::render_params;
use fashion_bench::results::{Record, Table as ResultsTable};

use super::output::print;

/// Exit code 0: nothing changed beyond its tolerance; 1: a row regressed, failed, or improved
/// without anybody recording it; 2: rows are missing or of other data, so no verdict.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The results table
    results: PathBuf,
    /// The recorded accuracies
    #[arg(long, value_name = "FILE")]
    reference: PathBuf,
    /// Record the table's accuracies in the reference instead, showing what changes
    #[arg(long)]
    update: bool,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let table = ResultsTable::new(&args.results);
    let records: Vec<_> = table
        .read()?
        .iter()
        .filter_map(|row| row.record().cloned())
        .collect();
    if args.update {
        return update(args, &records);
    }
    let report = judge(&records, &Reference::load(&args.reference)?);
    print_report(&report, args.json)?;
    Ok(match report.verdict {
        Verdict::Unchanged => ExitCode::SUCCESS,
        Verdict::Changed => ExitCode::from(1),
        Verdict::CannotJudge => ExitCode::from(2),
    })
}

fn update(args: &CheckArgs, records: &[Record]) -> anyhow::Result<ExitCode> {
    let old = args
        .reference
        .exists()
        .then(|| Reference::load(&args.reference))
        .transpose()?;
    let new = Reference::from_records(records, old.as_ref())
        .with_context(|| format!("making a reference of {}", args.results.display()))?;
    if let Some(old) = &old {
        print_report(&judge(records, old), args.json)?;
    }
    new.store(&args.reference)?;
    let (n_rows, path) = (new.rows.len(), args.reference.display());
    print(&format!("recorded {n_rows} rows in {path}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn print_report(report: &Report, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print(&(serde_json::to_string_pretty(report)? + "\n"));
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "",
        "classifier",
        "parameters",
        "expected",
        "found",
        "tolerance",
        "reason",
    ]);
    for finding in &report.findings {
        table.add_row(row(finding));
    }
    let n_same = report
        .findings
        .iter()
        .filter(|f| f.outcome == Outcome::Same)
        .count();
    let n_rows = report.findings.len();
    let unrecorded = match report.unrecorded {
        0 => String::new(),
        n => format!("; {n} rows of the table are not recorded"),
    };
    print(&format!(
        "{table}\n{n_same} of {n_rows} recorded rows within tolerance{unrecorded}\n"
    ))
}

fn row(finding: &Finding) -> [String; 7] {
    let outcome = match finding.outcome {
        Outcome::Same => "ok",
        Outcome::Regression => "REGRESSION",
        Outcome::Improvement => "IMPROVEMENT",
        Outcome::Failed => "FAILED",
        Outcome::OtherData => "OTHER DATA",
        Outcome::Missing => "MISSING",
    };
    [
        outcome.to_owned(),
        finding.name.clone(),
        render_params(&finding.parameter),
        format!("{:.4}", finding.expected),
        finding
            .found
            .map_or_else(|| "-".to_owned(), |found| format!("{found:.4}")),
        format!("{:.4}", finding.tolerance),
        finding.reason.clone().unwrap_or_default(),
    ]
}
