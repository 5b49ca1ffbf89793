//! `fashion-bench score`: predictions that were made elsewhere, as a row of a results table.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use fashion_bench::dataset::{self, DatasetName, DatasetRequest, RawDataset};
use fashion_bench::results::{Record, Submission, Table, data_label, escape, is_link, score};
use fashion_bench::submission::{
    Claim, KnownLabels, claimed_row, find_doubt, is_no_better_than_chance, read_predictions, row,
};
use jiff::Timestamp;
use ndarray::Array1;

use super::data_files::DataFiles;
use super::loading::Loading;
use super::output::{print, warn};

/// The longest name, which stands in every table.
const NAME_LEN: usize = 80;
/// The longest of the other texts.
const TEXT_LEN: usize = 500;

/// The file holds the predicted labels of the test images, in the order of the data's file: `.npy`,
/// CSV (with or without a header and an index), or one per line; or the probabilities of the
/// classes, one column each.
///
/// Predictions that are no better than chance, or that fit far better with other numbers for the
/// classes, are not taken: they are of other data or in another order. Exit code 0: the row was
/// written; 2: it was not.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The predictions
    #[arg(required_unless_present = "claimed_accuracy")]
    predictions: Option<PathBuf>,
    /// What the row is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// Where one can read more, or find the code
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// How the images were prepared
    #[arg(long, value_name = "TEXT")]
    preprocessing: Option<String>,
    /// Anything else that readers should know
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Seconds that training took; shown as claimed
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    fit_s: Option<f64>,
    /// Seconds that predicting the test images took; shown as claimed
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    predict_s: Option<f64>,
    /// An accuracy in [0, 1] without predictions; the row says that it is only claimed
    #[arg(
        long,
        value_name = "ACCURACY",
        conflicts_with = "predictions",
        allow_negative_numbers = true
    )]
    claimed_accuracy: Option<f64>,
    /// The data set that was predicted, by name; `data list` shows them
    #[arg(long, value_name = "NAME", default_value = "fashion-mnist")]
    dataset: DatasetName,
    /// Directory of its files [default: as in `run`]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
    /// The results table that the row is appended to
    #[arg(long, value_name = "FILE", default_value = "results/submitted.jsonl")]
    results: PathBuf,
    /// Take predictions that are no better than chance
    #[arg(long)]
    anyway: bool,
}

pub fn run(args: &ScoreArgs) -> anyhow::Result<ExitCode> {
    check_texts(args)?;
    let claim = Claim {
        fit_s: args.fit_s,
        predict_s: args.predict_s,
    };
    let submission = Submission {
        url: args.url.clone(),
        preprocessing: args.preprocessing.clone(),
        note: args.note.clone(),
        time: Timestamp::now().as_second(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let raw = load_data(args)?;
    let record = match (&args.predictions, args.claimed_accuracy) {
        (Some(_), _) => scored_row(args, submission, claim, &raw)?,
        (None, accuracy) => {
            let accuracy = accuracy.unwrap_or_default();
            claimed_row(&args.name, submission, accuracy, claim, &raw.identity)
        }
    };
    append(&record, args)?;
    let verb = if record.has_predictions() {
        "scored"
    } else {
        "noted"
    };
    print(&format!(
        "{verb} {} on {}: accuracy {:.4}; the row is in {}\n",
        escape::line(&args.name),
        data_label(&raw.identity),
        record.mean_accuracy.unwrap_or_default(),
        args.results.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn check_texts(args: &ScoreArgs) -> anyhow::Result<()> {
    let texts = [
        ("name", Some(&args.name), NAME_LEN),
        ("preprocessing", args.preprocessing.as_ref(), TEXT_LEN),
        ("note", args.note.as_ref(), TEXT_LEN),
        ("url", args.url.as_ref(), TEXT_LEN),
    ];
    for (key, text, longest) in texts {
        let Some(text) = text else { continue };
        let n = text.chars().count();
        let is_text = !text.trim().is_empty() && !text.chars().any(char::is_control);
        ensure!(
            is_text && n <= longest,
            "the `{key}` of a submission must be one line of 1 to {longest} characters, got {n}: {}",
            escape::line(text)
        );
    }
    if let Some(url) = &args.url {
        ensure!(
            is_link(url),
            "the `url` of a submission must be an address that begins with http:// or https://, got {}",
            escape::line(url)
        );
    }
    for (key, seconds) in [("fit-s", args.fit_s), ("predict-s", args.predict_s)] {
        ensure!(
            seconds.is_none_or(|s| s.is_finite() && s >= 0.0),
            "the `{key}` of a submission must be a number in [0, inf), got {}",
            seconds.unwrap_or_default()
        );
    }
    if let Some(accuracy) = args.claimed_accuracy {
        ensure!(
            (0.0..=1.0).contains(&accuracy),
            "the `claimed-accuracy` of a submission must be a number in [0, 1], got {accuracy}"
        );
    }
    Ok(())
}

fn load_data(args: &ScoreArgs) -> anyhow::Result<RawDataset> {
    // Predictions of Fashion-MNIST are never scored on the demo set in its place.
    let name = match args.dataset {
        DatasetName::Auto => DatasetName::FashionMnist,
        name => name,
    };
    let request = DatasetRequest {
        data_dir: args.data_dir.clone(),
        own: args.files.own(),
        transpose: args.files.transpose,
        ..DatasetRequest::new(name)
    };
    let mut loading = Loading::default();
    Ok(dataset::load(&request, &mut |event| loading.show(event))?)
}

fn scored_row(
    args: &ScoreArgs,
    submission: Submission,
    claim: Claim,
    raw: &RawDataset,
) -> anyhow::Result<Record> {
    let path = args.predictions.as_deref().unwrap_or("".as_ref());
    let (truth, n_classes) = (&raw.test.labels, raw.class_names.len());
    let predictions = read_predictions(path, truth.len(), n_classes)?;
    for note in &predictions.notes {
        warn(note);
    }
    if !args.anyway {
        refuse_doubtful(args, &predictions.labels, raw)?;
    }
    let codes =
        |labels: &[u16]| -> Array1<usize> { labels.iter().copied().map(usize::from).collect() };
    let (truth, labels) = (codes(truth), codes(&predictions.labels));
    let score = score(truth.view(), labels.view(), n_classes)
        .map_err(|label| anyhow::anyhow!("no class has the label {label}"))?;
    Ok(row(
        &args.name,
        submission,
        predictions.notes,
        score,
        claim,
        &raw.identity,
    ))
}

/// Refuses predictions that are probably of something else.
fn refuse_doubtful(args: &ScoreArgs, labels: &[u16], raw: &RawDataset) -> anyhow::Result<()> {
    let (truth, n_classes) = (&raw.test.labels, raw.class_names.len());
    let others = if is_no_better_than_chance(truth, labels, n_classes) {
        other_labels(args, labels.len())
    } else {
        Vec::new()
    };
    let known: Vec<KnownLabels<'_>> = others
        .iter()
        .map(|(name, labels)| KnownLabels {
            name: name.as_str(),
            labels,
        })
        .collect();
    let Some(doubt) = find_doubt(truth, labels, n_classes, &known) else {
        return Ok(());
    };
    let pairs = truth.iter().zip(labels);
    let n_right = pairs.filter(|(truth, label)| truth == label).count();
    bail!(
        "the predictions have an accuracy of {:.4} on {}: {doubt} (--anyway takes them as they are)",
        n_right as f64 / truth.len() as f64,
        data_label(&raw.identity)
    )
}

/// The test labels of the other data sets that are on this machine and of this size.
fn other_labels(args: &ScoreArgs, n_test: usize) -> Vec<(DatasetName, Vec<u16>)> {
    let is_other = |name: &DatasetName| {
        let is_named = args.files.own().is_none() && *name == args.dataset;
        !is_named && !matches!(name, DatasetName::Auto | DatasetName::Demo)
    };
    let load = |name: DatasetName| {
        let request = DatasetRequest {
            offline: true,
            ..DatasetRequest::new(name)
        };
        let raw = dataset::load(&request, &mut |_| {}).ok()?;
        Some((name, raw.test.labels)).filter(|(_, labels)| labels.len() == n_test)
    };
    let names = DatasetName::ALL.into_iter().filter(is_other);
    names.filter_map(load).collect()
}

/// Appends the row, unless the table has one of that name on the same data.
fn append(record: &Record, args: &ScoreArgs) -> anyhow::Result<()> {
    let is_namesake = |other: &Record| {
        other.submission.is_some()
            && other.name == record.name
            && other.dataset.is_same_data(&record.dataset)
    };
    let table = Table::new(&args.results);
    let namesake = table
        .append_unless(record, &is_namesake, &|_| true)
        .context("the row was not written")?;
    let Some(namesake) = namesake else {
        return Ok(());
    };
    let name = escape::line(&args.name);
    let table = args.results.display();
    if namesake.id == record.id {
        bail!("{table} has these predictions of {name} already; nothing was written");
    }
    bail!(
        "{table} has other predictions of {name}, with an accuracy of {:.4}; give a new version \
         another --name, or take that row out of the table",
        namesake.mean_accuracy.unwrap_or_default()
    )
}
