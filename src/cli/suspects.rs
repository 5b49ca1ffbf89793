//! `fashion-bench data suspects`: an index of test images whose label may be wrong.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use fashion_bench::report::{SuspectRule, Suspects, find_suspects};

use super::output::print;
use super::report::{read_tables, write};

#[derive(Debug, Args)]
pub struct SuspectsArgs {
    /// The results tables, of one data set and at least three families
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Least share of the families' rows that predict the same wrong label
    #[arg(long, value_name = "SHARE", default_value_t = SuspectRule::default().agreement, value_parser = share)]
    agreement: f64,
    /// Accuracy from which a row has a vote
    #[arg(long, value_name = "ACCURACY", default_value_t = SuspectRule::default().min_accuracy, value_parser = share)]
    min_accuracy: f64,
    /// The index file; standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err("expected a number in (0, 1]".to_owned()),
    }
}

pub fn run(args: &SuspectsArgs) -> anyhow::Result<ExitCode> {
    let (records, _) = read_tables(&args.results)?;
    let rule = SuspectRule {
        agreement: args.agreement,
        min_accuracy: args.min_accuracy,
    };
    let suspects = find_suspects(&records, rule)?;
    let text = serde_json::to_string_pretty(&suspects)? + "\n";
    let Some(path) = &args.out else {
        print(&text)?;
        return Ok(ExitCode::SUCCESS);
    };
    write(path, &text)?;
    print(&summary(&suspects, &path.display().to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn summary(suspects: &Suspects, path: &str) -> String {
    let n_voters: usize = suspects.voters.values().sum();
    format!(
        "{} of {} test images are suspected by {n_voters} rows of {} families; wrote {path}\n",
        suspects.images.len(),
        suspects.dataset.n_test,
        suspects.voters.len(),
    )
}
