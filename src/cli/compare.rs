//! `fashion-bench compare`: two tables, row by row.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use fashion_bench::compare::{Side, compare, render_markdown, render_text};
use fashion_bench::figures::KnownFigures;
use fashion_bench::results::Record;

use super::output::print;
use super::table::read_records;

/// Accuracies are compared test image by test image where both sides have predictions
/// (McNemar's test), as proportions otherwise, and corrected for the number of rows (Holm), data set
/// by data set. Exit code 0, whatever the differences; 2 if A and B are of different data.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A results table, `published` or `sklearn`
    a: String,
    /// Another one
    b: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

/// One side of the comparison.
enum Source {
    Table(Vec<Record>),
    Published,
    Sklearn,
}

impl Source {
    fn read(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "published" => Self::Published,
            "sklearn" => Self::Sklearn,
            path => Self::Table(read_records(Path::new(path))?),
        })
    }

    fn side<'a>(&'a self, known: &'a KnownFigures) -> Side<'a> {
        match self {
            Self::Table(records) => Side::Table(records),
            Self::Published => Side::Published(known),
            Self::Sklearn => Side::Sklearn(known),
        }
    }
}

pub fn run(args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let (a, b) = (Source::read(&args.a)?, Source::read(&args.b)?);
    let known = KnownFigures::embedded();
    let comparison = compare(a.side(&known), b.side(&known))
        .with_context(|| format!("cannot compare `{}` (A) with `{}` (B)", args.a, args.b))?;
    print(&match args.format {
        Format::Text => render_text(&comparison),
        Format::Json => serde_json::to_string_pretty(&comparison)? + "\n",
        Format::Markdown => render_markdown(&comparison),
    })?;
    Ok(ExitCode::SUCCESS)
}
