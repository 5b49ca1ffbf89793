//! `fashion-bench predictions`: the labels that a row predicted, for other tools.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use fashion_bench::dataset::{self, DatasetName, DatasetRequest, RawDataset};
use fashion_bench::results::outcomes::{predictions_sha256, unpack};
use fashion_bench::results::{Record, Repeat, publish};

use super::data_files::DataFiles;
use super::loading::Loading;
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
    let record = find_row(&records, &args.id, &args.results)?;
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
    let raw = load_data(record, args)?;
    let labels = predicted(repeat, &raw)?;
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

fn load_data(record: &Record, args: &PredictionsArgs) -> anyhow::Result<RawDataset> {
    let own = args.files.own();
    let name = match &own {
        Some(_) => DatasetName::FashionMnist,
        None => record.dataset.name.parse().with_context(|| {
            format!(
                "the row is of the data set `{}`, whose labels cannot be had by name; name its files \
                 with --data",
                record.dataset.name
            )
        })?,
    };
    let request = DatasetRequest {
        data_dir: args.data_dir.clone(),
        allow_custom: true,
        own,
        transpose: record.dataset.transposed,
        subset: record.dataset.subset.unwrap_or_default(),
        scaling: record.dataset.scaling,
        ..DatasetRequest::new(name)
    };
    let mut loading = Loading::default();
    let raw = dataset::load(&request, &mut |event| loading.show(event))?;
    ensure!(
        raw.identity.is_same_data(&record.dataset),
        "the data are not those that the row is of; name theirs with --data-dir or --data"
    );
    Ok(raw)
}

/// The labels that a repeat predicted, checked against the hash in the row.
fn predicted(repeat: &Repeat, raw: &RawDataset) -> anyhow::Result<Vec<u16>> {
    let mut labels = raw.test.labels.clone();
    let outcomes = unpack(repeat, labels.len())?;
    let Some(others) = outcomes.labels else {
        bail!("the row is of schema 1, which does not say what wrong images were taken for");
    };
    for (image, label) in outcomes.wrong.into_iter().zip(others) {
        labels[image] = label;
    }
    ensure!(
        predictions_sha256(labels.iter().copied(), repeat.confusion.len())
            == repeat.predictions_sha256.as_deref().unwrap_or_default(),
        "the labels do not have the hash that the row gives for its predictions"
    );
    Ok(labels)
}
