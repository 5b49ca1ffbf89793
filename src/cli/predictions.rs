//! `fashion-bench predictions`: the labels that a row predicted, for other tools.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use fashion_bench::dataset;
use fashion_bench::results::outcomes::predicted;
use fashion_bench::results::publish;

use super::data_files::DataFiles;
use super::loading::load_data_of;
use super::output::print;
use super::report::write;
use super::table::{find_row, read_records};

/// A table holds which test images were right and what the others were taken for; the true labels
/// come from the data that the row is of.
#[derive(Debug, Args)]
pub struct PredictionsArgs {
    /// The results table
    results: PathBuf,
    /// The row: its id, or the first digits of it
    #[arg(long)]
    id: String,
    /// The data set of the row, where the table has rows of several with this id
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// The file to write: `.npy`, or `.csv` with the columns index and label; labels are those of
    /// the data, numbers or names
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Which of its repeats, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    /// Directory of the data [default: as in `run`]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
}

pub fn run(args: &PredictionsArgs) -> anyhow::Result<ExitCode> {
    let records = read_records(&args.results)?;
    let record = find_row(&records, &args.id, args.dataset.as_deref(), &args.results)?;
    let n_repeats = record.repeats.len();
    let repeat = args.repeat.checked_sub(1);
    let Some(repeat) = repeat.and_then(|idx| record.repeats.get(idx)) else {
        bail!(
            "the `repeat` of {} must be an integer in [1, {n_repeats}], got {}",
            record.label(),
            args.repeat
        );
    };
    ensure!(
        repeat.correct.is_some(),
        "the row of {} holds no predictions",
        record.label()
    );
    let raw = load_data_of(record, args.data_dir.as_deref(), &args.files)?;
    let labels = predicted(repeat, &raw.test.labels)?;
    match args
        .out
        .extension()
        .and_then(|extension| extension.to_str())
    {
        Some("npy") => {
            let file = dataset::render_labels(labels.iter().copied(), &raw.labels);
            publish(&file, &args.out)
                .with_context(|| format!("cannot write {}", args.out.display()))?;
        }
        Some("csv") => {
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(["index", "label"])?;
            for (row, &label) in labels.iter().enumerate() {
                csv.write_record([&row.to_string(), &raw.labels[usize::from(label)]])?;
            }
            write(&args.out, &String::from_utf8(csv.into_inner()?)?)?;
        }
        _ => bail!("{} must end with .npy or .csv", args.out.display()),
    }
    print(&format!(
        "wrote {} labels of {} to {}\n",
        labels.len(),
        record.label(),
        args.out.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
