//! `fashion-bench data`: download the data, check it, look at it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context;
use clap::{Args, Subcommand};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use fashion_bench::dataset::{
    self, ConvertFormat, DatasetIdentity, DatasetName, DatasetRequest, Inspection, RawDataset,
    Verification,
};
use fashion_bench::results::part_label;

use super::data_files::{DataFiles, DataPart};
use super::loading::Loading;
use super::suspects;

#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    /// Download the files that are missing to --data-dir or data/<DATASET>, and check them; files
    /// of your own are never touched
    Fetch(SourceArgs),
    /// Print each file's hashes and the revision; exit 1 if they are not the published files
    Verify(SourceArgs),
    /// Print classes, counts, duplicates, mean, deviation and hashes, and draw a contact sheet
    Info(Box<InfoArgs>),
    /// Write a data set in another container
    Convert(Box<ConvertArgs>),
    /// List the data sets that have names, and the formats that can be read
    List,
    /// Find test images that nearly every classifier takes for the same other class
    Suspects(suspects::SuspectsArgs),
}

#[derive(Debug, Args)]
struct SourceArgs {
    /// A data set by name; `data list` shows them
    #[arg(default_value = "fashion-mnist")]
    dataset: DatasetName,
    /// Directory of the files [default: FASHION_MNIST_DIR or MNIST_DIR, else data/<DATASET>; a
    /// download goes to this directory or to data/<DATASET>]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Accept files other than the published ones; rows then say dataset `custom`
    #[arg(long)]
    allow_custom: bool,
}

#[derive(Debug, Args)]
struct InfoArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    files: DataFiles,
    #[command(flatten)]
    part: DataPart,
    /// Do not download what is missing
    #[arg(long)]
    offline: bool,
    /// Write a contact sheet: three rows of samples for each class
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ConvertArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    files: DataFiles,
    #[command(flatten)]
    part: DataPart,
    /// npz (one file), csv (train and test, the label first) or idx (MNIST's four files)
    #[arg(long = "to", value_name = "FORMAT", value_parser = ConvertFormat::from_str)]
    format: ConvertFormat,
    /// The folder that the files are written to; nothing in it is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl SourceArgs {
    fn request(&self) -> DatasetRequest {
        DatasetRequest {
            data_dir: self.data_dir.clone(),
            allow_custom: self.allow_custom,
            ..DatasetRequest::new(self.dataset)
        }
    }
}

pub fn run(args: &DataArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        DataCommand::Fetch(source) => fetch(&source.request()),
        DataCommand::Verify(source) => verify(&source.request()),
        DataCommand::Info(info) => {
            let request = DatasetRequest {
                offline: info.offline,
                own: info.files.own(),
                transpose: info.files.transpose,
                subset: info.part.subset(),
                ..info.source.request()
            };
            show_info(&request, info.out.as_deref())
        }
        DataCommand::Convert(args) => convert(args),
        DataCommand::List => list(),
        DataCommand::Suspects(args) => suspects::run(args),
    }
}

fn convert(args: &ConvertArgs) -> anyhow::Result<ExitCode> {
    let request = DatasetRequest {
        own: args.files.own(),
        transpose: args.files.transpose,
        subset: args.part.subset(),
        ..args.source.request()
    };
    let mut loading = Loading::default();
    let raw = dataset::load(&request, &mut |event| loading.show(event))
        .context("failed to load the data")?;
    let paths = dataset::convert(&raw, args.format, &args.out)?;
    let mut out = std::io::stdout().lock();
    for path in paths {
        writeln!(out, "wrote {}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list() -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for name in DatasetName::ALL {
        let place = match name {
            DatasetName::Auto => {
                "fashion-mnist if it is found or can be downloaded, else demo".to_owned()
            }
            DatasetName::Demo => "built in".to_owned(),
            name => DatasetRequest::new(name).place().to_string(),
        };
        writeln!(out, "{:16} {place}", name.as_str())?;
    }
    writeln!(out, "\nfiles of your own (--data): {}", dataset::formats())?;
    Ok(ExitCode::SUCCESS)
}

fn fetch(request: &DatasetRequest) -> anyhow::Result<ExitCode> {
    if request.name == DatasetName::Demo && request.data_dir.is_none() {
        writeln!(
            std::io::stdout(),
            "the demo set is built in, there is nothing to download"
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    download(request)
}

#[cfg(feature = "download")]
fn download(request: &DatasetRequest) -> anyhow::Result<ExitCode> {
    let mut loading = Loading::default();
    let dir = dataset::fetch(request, &mut |event| loading.show(event))
        .context("failed to download the data")?;
    let fetched = DatasetRequest {
        data_dir: Some(dir),
        ..request.clone()
    };
    verify(&fetched)
}

#[cfg(not(feature = "download"))]
fn download(request: &DatasetRequest) -> anyhow::Result<ExitCode> {
    anyhow::bail!(
        "this build cannot download; fetch the files of {} otherwise and put them in {}, or build \
         with the feature `download`",
        request.name,
        request.place()
    )
}

fn verify(request: &DatasetRequest) -> anyhow::Result<ExitCode> {
    let mut loading = Loading::default();
    let verification = dataset::verify(request, &mut |event| loading.show(event))
        .context("failed to verify the data")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", file_table(&verification))?;
    match &verification.verdict {
        Ok(identity) => {
            writeln!(out, "{}", describe(identity))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let error = anyhow::Error::msg(error.to_string());
            writeln!(out, "not accepted: {error:#}")?;
            Ok(ExitCode::from(1))
        }
    }
}

fn show_info(request: &DatasetRequest, out_path: Option<&Path>) -> anyhow::Result<ExitCode> {
    if let Some(path) = out_path {
        let is_png = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("png"));
        anyhow::ensure!(is_png, "`--out` must end in .png, got {}", path.display());
    }
    let mut loading = Loading::default();
    let raw = dataset::load(request, &mut |event| loading.show(event))
        .context("failed to load the data")?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", describe(&raw.identity))?;
    let (train, test) = (&raw.train, &raw.test);
    let what = match train.shape.is_image() {
        true => format!("images of {} pixels", train.shape),
        false => format!("rows of {}", train.shape),
    };
    writeln!(
        out,
        "{} train and {} test {what}, {} classes",
        train.n_samples(),
        test.n_samples(),
        raw.class_names.len()
    )?;
    if let Some(subset) = &raw.identity.subset {
        writeln!(out, "a part of the data: {}", part_label(subset))?;
    }
    let inspection = dataset::inspect(&raw);
    let unit = if inspection.is_bytes && train.shape.is_image() {
        " (of grey values 0 to 255)"
    } else {
        ""
    };
    let ((train_mean, train_std), (test_mean, test_std)) = (train.mean_std(), test.mean_std());
    writeln!(
        out,
        "train split: mean {train_mean:.2}, standard deviation {train_std:.2}{unit}"
    )?;
    writeln!(
        out,
        "test split:  mean {test_mean:.2}, standard deviation {test_std:.2}"
    )?;
    write_findings(&mut out, &inspection, train.n_features())?;
    writeln!(out, "\n{}\n", class_table(&raw))?;
    for file in &raw.identity.files {
        let md5 = file
            .md5
            .as_deref()
            .unwrap_or(match raw.identity.name.as_str() {
                "demo" => "none (generated)",
                _ => "not taken",
            });
        writeln!(out, "{}\n  MD5     {md5}", file.name)?;
        writeln!(out, "  SHA-256 {} (content)", file.sha256)?;
    }
    if let Some(path) = out_path {
        let sheet =
            dataset::render_contact_sheet(&raw).context("failed to draw the contact sheet")?;
        dataset::write_contact_sheet(&sheet, path).context("failed to draw the contact sheet")?;
        writeln!(
            out,
            "\nwrote {}: three rows of train images for each class, numbered as above",
            path.display()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes how many rows are there twice and how many features say nothing.
fn write_findings(
    out: &mut dyn Write,
    inspection: &Inspection,
    n_features: usize,
) -> std::io::Result<()> {
    for (found, place) in [
        (inspection.train, "of the train split equal an earlier one"),
        (inspection.test, "of the test split equal an earlier one"),
        (
            inspection.across,
            "of the test split are in the train split",
        ),
    ] {
        writeln!(
            out,
            "duplicates:  {} rows {place}, {} of them with another label",
            found.n_rows, found.n_other_label
        )?;
    }
    writeln!(
        out,
        "constant:    {} of {} features have one value in all train rows",
        inspection.n_constant, n_features
    )
}

/// Renders the data set and its revision in one line.
fn describe(identity: &DatasetIdentity) -> String {
    let revision = identity.revision.as_deref().unwrap_or_default();
    let name = format!("{} {revision}", identity.name);
    let note = match (identity.name.as_str(), revision) {
        ("fashion-mnist", "v3") => " (2017-08-31, today's files)",
        ("fashion-mnist", "v2") => {
            " (2017-08-26, replaced; recognised by its labels, the images are not checked)"
        }
        ("fashion-mnist", "v1") => {
            " (2017-08-25, replaced; recognised by its labels, the images are not checked)"
        }
        ("custom", _) => " (not the published files)",
        ("k49" | "emnist-letters" | "emnist-balanced" | "emnist-digits", _) => {
            " (no hashes of the content are published)"
        }
        _ => "",
    };
    format!("dataset: {}{note}", name.trim_end())
}

fn file_table(verification: &Verification) -> Table {
    let mut table = plain_table();
    table.set_header([
        "file",
        "MD5 of the file",
        "SHA-256 of the content",
        "published in",
    ]);
    for file in &verification.files {
        table.add_row([
            file.path.display().to_string(),
            file.md5.clone().unwrap_or_else(|| "-".to_owned()),
            file.sha256
                .clone()
                .unwrap_or_else(|| "cannot be decompressed".to_owned()),
            file.revision.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    table
}

fn class_table(raw: &RawDataset) -> Table {
    let n_classes = raw.class_names.len();
    let counts = raw
        .train
        .class_counts(n_classes)
        .into_iter()
        .zip(raw.test.class_counts(n_classes));
    let mut table = plain_table();
    table.set_header(["label", "class", "train", "test"]);
    let classes = raw.labels.iter().zip(&raw.class_names).zip(counts);
    for ((label, name), (n_train, n_test)) in classes {
        table.add_row([
            label.clone(),
            name.clone(),
            n_train.to_string(),
            n_test.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}
