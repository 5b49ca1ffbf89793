//! `fashion-bench check`: has anything changed against the recorded rows?

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use fashion_bench::builtin::asked_name;
use fashion_bench::check::{
    Changes, RecordingRequest, Reference, Report, Verdict, judge, record, render_annotations,
    render_junit, render_markdown, render_text,
};
use fashion_bench::results::{Record, publish};
use serde::Serialize;

use super::output::{print, warn};
use super::table::read_records;

/// Exit code 0: nothing changed beyond its tolerance; 1: a row regressed, failed, or improved
/// without anybody recording it; 2: rows are missing, damaged or of other data, so no verdict.
///
/// In GitHub Actions the findings also become annotations and a step summary.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The results table
    results: PathBuf,
    /// The recorded rows; `builtin:quick`, `builtin:ci`, `builtin:mnist-ci` and `builtin:baselines`
    /// are inside the program
    #[arg(long, value_name = "FILE")]
    reference: PathBuf,
    /// Record the table's rows in the reference instead, showing what changes; other rows stay
    #[arg(long)]
    update: bool,
    /// Drop recorded rows that the table does not have
    #[arg(long, requires = "update")]
    prune: bool,
    /// Id or name of the row whose fit is the unit of time, from now on
    #[arg(long, value_name = "ROW", requires = "update")]
    calibration: Option<String>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Also write the findings as JUnit XML
    #[arg(long, value_name = "FILE", conflicts_with = "update")]
    junit: Option<PathBuf>,
    /// Give no good verdict where a row's times could not be judged
    #[arg(long, conflicts_with = "update")]
    require_times: bool,
}

/// The output of `--update --json`.
#[derive(Debug, Serialize)]
struct Update<'a> {
    /// The number of rows now recorded.
    recorded: usize,
    /// The path of the reference.
    reference: &'a Path,
    /// The fate of each row of the reference.
    rows: &'a Changes,
    /// The findings on the table by the old reference, if there was one.
    #[serde(flatten)]
    changes: Option<&'a Report>,
}

pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let records = read_records(&args.results)?;
    if args.update {
        update(args, &records)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = judge(&records, &Reference::load(&args.reference)?);
    if args.require_times {
        report.require_times();
    }
    // Every output is attempted before an error is returned, so that a file that cannot be written
    // hides neither the verdict nor the other files.
    let told = [
        print_report(args, &report),
        write_junit(args, &report),
        annotate(&report),
        summarise_step(&report),
    ];
    let mut errors: Vec<_> = told.into_iter().filter_map(Result::err).collect();
    if let Some(last) = errors.pop() {
        for error in errors {
            warn(&format!("{error:#}"));
        }
        return Err(last);
    }
    Ok(match report.verdict {
        Verdict::Unchanged => ExitCode::SUCCESS,
        Verdict::Changed => ExitCode::from(1),
        Verdict::CannotJudge => ExitCode::from(2),
    })
}

fn print_report(args: &CheckArgs, report: &Report) -> anyhow::Result<()> {
    print(&if args.json {
        json(report)?
    } else {
        render_text(report)
    })
}

fn write_junit(args: &CheckArgs, report: &Report) -> anyhow::Result<()> {
    let Some(path) = &args.junit else {
        return Ok(());
    };
    publish(render_junit(report)?.as_bytes(), path)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn update(args: &CheckArgs, records: &[Record]) -> anyhow::Result<()> {
    let path = &args.reference;
    if asked_name(path).is_some() {
        bail!(
            "--update: {} is inside the program; name a file to record the rows in",
            path.display()
        );
    }
    let old = path.exists().then(|| Reference::load(path)).transpose()?;
    let recording = record(&RecordingRequest {
        records,
        old: old.as_ref(),
        calibration: args.calibration.as_deref(),
        is_pruned: args.prune,
    })
    .with_context(|| format!("cannot make a reference of {}", args.results.display()))?;
    let new = &recording.reference;
    let changes = old.as_ref().map(|old| judge(records, old));
    new.store(path)?;
    let recorded = new.rows.len();
    if args.json {
        return print(&json(&Update {
            recorded,
            reference: path,
            rows: &recording.changes,
            changes: changes.as_ref(),
        })?);
    }
    let changes = changes.as_ref().map(render_text).unwrap_or_default();
    print(&format!(
        "{changes}{}recorded {recorded} rows in {}\n",
        if old.is_some() {
            recording.changes.render()
        } else {
            String::new()
        },
        path.display()
    ))
}

/// Prints annotations if the environment says that this is GitHub Actions.
fn annotate(report: &Report) -> anyhow::Result<()> {
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        // GitHub reads both streams; standard output may be redirected to a file.
        std::io::stderr().write_all(render_annotations(report).as_bytes())?;
    }
    Ok(())
}

/// Appends the step summary to the file that the environment names, if it names one.
fn summarise_step(report: &Report) -> anyhow::Result<()> {
    if let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .and_then(|mut file| file.write_all(render_markdown(report).as_bytes()))
            .with_context(|| format!("cannot write the step summary {}", path.display()))?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
