//! `fashion-bench merge`: the results tables of several machines as one.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use fashion_bench::results::merge::{Merged, merge};
use fashion_bench::results::{RowKind, publish};

use super::output::{print, print_to_stderr};
use super::table::read_rows;

/// Exit code 0: joined; 1: a job has rows that predict differently under the same seed, both of
/// which are kept; 2: a table could not be read.
///
/// A job that several tables hold with the same predictions is kept once.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Results tables, e.g. those of the shards of a run
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write the joined table here instead of to standard output; it may be one of FILES
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: &MergeArgs) -> anyhow::Result<ExitCode> {
    let mut tables = Vec::new();
    for path in &args.files {
        tables.push(read_rows(path)?);
    }
    let merged = merge(&tables);
    let lines = render_rows(&merged)?;
    match &args.out {
        None => print(&lines)?,
        Some(path) => publish(lines.as_bytes(), path)
            .with_context(|| format!("cannot write {}", path.display()))?,
    }
    // Standard output may hold the table, so the summary goes to standard error.
    print_to_stderr(&describe(&merged, &args.files));
    Ok(ExitCode::from(u8::from(!merged.conflicts.is_empty())))
}

fn render_rows(merged: &Merged) -> anyhow::Result<String> {
    let mut lines = String::new();
    for row in &merged.rows {
        lines.push_str(&match row {
            RowKind::Ours(record) => serde_json::to_string(record)?,
            RowKind::Original(original) => serde_json::to_string(original)?,
        });
        lines.push('\n');
    }
    Ok(lines)
}

fn describe(merged: &Merged, files: &[PathBuf]) -> String {
    let mut text = String::new();
    for conflict in &merged.conflicts {
        text.push_str(&format!(
            "conflict: {} {} with seed {} has accuracy {:?} in {}, {:?} in {}\n",
            conflict.first.id,
            conflict.first.label(),
            conflict.first.seed,
            conflict.first.score,
            files[conflict.first_table].display(),
            conflict.second.score,
            files[conflict.second_table].display()
        ));
    }
    text.push_str(&format!(
        "{} rows of {} tables",
        merged.rows.len(),
        files.len()
    ));
    for (n, what) in [
        (merged.n_repeated, "were there already"),
        (merged.n_failed_elsewhere, "failed there and not elsewhere"),
        (merged.conflicts.len(), "conflict"),
    ] {
        if n > 0 {
            text.push_str(&format!("; {n} {what}"));
        }
    }
    text.push('\n');
    text
}
