//! `fashion-bench check`: has anything changed against the recorded rows?

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use fashion_bench::check::{
    Reference, Report, Verdict, judge, render_annotations, render_junit, render_markdown,
    render_text,
};
use fashion_bench::results::{Record, Row, Table};
use serde::Serialize;

use super::output::print;

/// Exit code 0: nothing changed beyond its tolerance; 1: a row regressed, failed, or improved
/// without anybody recording it; 2: rows are missing or of other data, so no verdict.
///
/// In GitHub Actions the findings also become annotations and a step summary.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The results table
    results: PathBuf,
    /// The recorded rows
    #[arg(long, value_name = "FILE")]
    reference: PathBuf,
    /// Record the table's rows in the reference instead, showing what changes
    #[arg(long)]
    update: bool,
    /// Id or name of the row whose fit is the unit of time, from now on
    #[arg(long, value_name = "ROW", requires = "update")]
    calibration: Option<String>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Write the findings as JUnit XML, too
    #[arg(long, value_name = "FILE", conflicts_with = "update")]
    junit: Option<PathBuf>,
}

/// What `--update --json` prints.
#[derive(Debug, Serialize)]
struct Update<'a> {
    /// Rows now recorded.
    recorded: usize,
    /// The reference.
    reference: &'a Path,
    /// What the old reference said of the table.
    #[serde(flatten)]
    changes: Option<&'a Report>,
}

pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let records = read_records(&args.results)?;
    if args.update {
        update(args, &records)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = judge(&records, &Reference::load(&args.reference)?);
    if let Some(path) = &args.junit {
        fs::write(path, render_junit(&report)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    tell_github(&report)?;
    print(&if args.json {
        json(&report)?
    } else {
        render_text(&report)
    })?;
    Ok(match report.verdict {
        Verdict::Unchanged => ExitCode::SUCCESS,
        Verdict::Changed => ExitCode::from(1),
        Verdict::CannotJudge => ExitCode::from(2),
    })
}

/// The rows of a table, which must be there.
pub fn read_records(path: &Path) -> anyhow::Result<Vec<Record>> {
    // An absent table reads as an empty one, which would be told as missing rows.
    if !path.exists() {
        bail!("there is no results table {}", path.display());
    }
    let rows = Table::new(path).read()?;
    Ok(rows.iter().filter_map(Row::record).cloned().collect())
}

fn update(args: &CheckArgs, records: &[Record]) -> anyhow::Result<()> {
    let path = &args.reference;
    let old = path.exists().then(|| Reference::load(path)).transpose()?;
    let new = Reference::from_records(records, old.as_ref(), args.calibration.as_deref())
        .with_context(|| format!("cannot make a reference of {}", args.results.display()))?;
    let changes = old.map(|old| judge(records, &old));
    new.store(path)?;
    let recorded = new.rows.len();
    if args.json {
        return print(&json(&Update {
            recorded,
            reference: path,
            changes: changes.as_ref(),
        })?);
    }
    let changes = changes.as_ref().map(render_text).unwrap_or_default();
    print(&format!(
        "{changes}recorded {recorded} rows in {}\n",
        path.display()
    ))
}

/// Annotations and step summary, where the environment says that this is GitHub Actions.
fn tell_github(report: &Report) -> anyhow::Result<()> {
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        // GitHub reads both streams; standard output may be redirected to a file.
        std::io::stderr().write_all(render_annotations(report).as_bytes())?;
    }
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
