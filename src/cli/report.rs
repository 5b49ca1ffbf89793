//! `fashion-bench report`: a page and a leaderboard made of results tables.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use fashion_bench::dataset::{self, DatasetError, DatasetName, DatasetRequest, RawDataset};
use fashion_bench::figures::KnownFigures;
use fashion_bench::report::{
    ReportRequest, Suspects, build_report, render_leaderboard, render_page, split_by_dataset,
};
use fashion_bench::results::{Record, RowKind, Table, publish};

use super::data_files::DataFiles;
use super::output::{print, warn};

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The results tables [default: results/*.jsonl]
    results: Vec<PathBuf>,
    /// Directory that index.html and README.md are written to
    #[arg(long, value_name = "DIR", default_value = "results/report")]
    out: PathBuf,
    /// Directory of table3.json and of sklearn.jsonl, a results table [default: those built in]
    #[arg(long, value_name = "DIR")]
    reference_dir: Option<PathBuf>,
    /// Index file of suspected label errors, which the page can leave out; repeatable
    #[arg(long, value_name = "FILE")]
    suspects: Vec<PathBuf>,
    /// Directory of the data's files, for pictures [default: FASHION_MNIST_DIR or MNIST_DIR, else
    /// data/<DATASET> if it is there]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
}

pub fn run(args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let paths = match &args.results[..] {
        [] => default_tables()?,
        paths => paths.to_vec(),
    };
    let (records, n_original) = read_tables(&paths)?;
    if records.is_empty() {
        bail!("the results tables hold no row of this program");
    }
    let page = args.out.join("index.html");
    let leaderboard = args.out.join("README.md");
    check_replaceable(&page, "<title>fashion-bench</title>")?;
    check_replaceable(&leaderboard, "# Results\n")?;
    let known = load_figures(args.reference_dir.as_deref())?.with_rows(&records);
    let suspects = args.suspects.iter().map(|path| Suspects::load(path));
    let suspects: Vec<Suspects> = suspects.collect::<Result<_, _>>()?;
    let raw = load_data(&records, args)?;
    let report = build_report(&ReportRequest {
        records: &records,
        n_original,
        known: &known,
        suspects: &suspects,
        raw: &raw,
    })?;
    write(&page, &render_page(&report)?)?;
    write(&leaderboard, &render_leaderboard(&report)?)?;
    print(&format!(
        "wrote {} and {}\n",
        page.display(),
        leaderboard.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Checks that a file at `path`, if there is one, is of an earlier report: `mark` must be in its
/// first kilobyte.
fn check_replaceable(path: &Path, mark: &str) -> anyhow::Result<()> {
    const HEAD_LEN: u64 = 1 << 10;
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(HEAD_LEN).read_to_end(&mut head),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    }
    .with_context(|| format!("cannot read {}", path.display()))?;
    if !String::from_utf8_lossy(&head).contains(mark) {
        bail!(
            "{} is there and is not of an earlier report; name another folder with --out",
            path.display()
        );
    }
    Ok(())
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    publish(text.as_bytes(), path).with_context(|| format!("cannot write {}", path.display()))
}

/// Lists the tables that runs write by default.
fn default_tables() -> anyhow::Result<Vec<PathBuf>> {
    let directory = Path::new("results");
    let entries = fs::read_dir(directory)
        .context("there is no results/ here; name the results tables to report")?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        bail!("there is no table in results/; name the results tables to report");
    }
    paths.sort();
    Ok(paths)
}

/// Reads the rows of the tables, and counts those of the original benchmark.
pub fn read_tables(paths: &[PathBuf]) -> anyhow::Result<(Vec<Record>, usize)> {
    let (mut records, mut n_original) = (Vec::new(), 0);
    for path in paths {
        // A run takes a missing table for an empty one, but a reader must not.
        fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        let table = Table::new(path);
        for row in table.read()? {
            match row.kind {
                RowKind::Ours(record) => records.push(*record),
                RowKind::Original(_) => n_original += 1,
            }
        }
        if let Some(torn) = table.torn() {
            warn(&format!(
                "{}:{} is torn and was not read",
                path.display(),
                torn.line
            ));
        }
    }
    Ok((records, n_original))
}

/// Loads the figures in `directory`, or those that the program was built with.
pub fn load_figures(directory: Option<&Path>) -> anyhow::Result<KnownFigures> {
    Ok(match directory {
        Some(directory) => KnownFigures::load(directory)?,
        None => KnownFigures::embedded(),
    })
}

/// Loads the data of the rows as far as it is on this machine; nothing is downloaded for pictures.
/// A folder that was named must hold the data of some of the rows.
fn load_data(records: &[Record], args: &ReportArgs) -> anyhow::Result<Vec<RawDataset>> {
    let data_dir = args.data_dir.as_deref();
    let own = args.files.own();
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for sheet in split_by_dataset(records) {
        let name = match sheet.dataset.name.as_str() {
            _ if own.is_some() => DatasetName::FashionMnist,
            "demo" if data_dir.is_some() => continue,
            "custom" => DatasetName::FashionMnist,
            name => match name.parse() {
                Ok(name) => name,
                Err(_) => continue,
            },
        };
        let request = DatasetRequest {
            data_dir: data_dir.map(Path::to_owned),
            allow_custom: true,
            offline: true,
            own: own.clone(),
            transpose: sheet.dataset.transposed,
            subset: sheet.dataset.subset.unwrap_or_default(),
            scaling: sheet.dataset.scaling,
            ..DatasetRequest::new(name)
        };
        let is_named = own.is_some() || request.place().is_named();
        match dataset::load(&request, &mut |_| {}) {
            Ok(raw) if raw.identity.is_same_data(sheet.dataset) => found.push(raw),
            Ok(_) => {}
            // The folder may hold the data of other rows of these tables.
            Err(error @ (DatasetError::WrongDataset { .. } | DatasetError::TooFewRows { .. })) => {
                refused.push(error);
            }
            Err(error) if is_named => return Err(error).context("cannot draw pictures"),
            Err(DatasetError::NotFound(_)) => {}
            Err(error) => warn(&format!(
                "no pictures of {}: {:#}",
                sheet.dataset.name,
                anyhow::Error::from(error)
            )),
        }
    }
    if own.is_some() && found.is_empty() {
        bail!(
            "the files of --data are not the data that the rows are of; name those that they were \
             run on, or leave --data out for a page without pictures"
        );
    }
    if let Some(dir) = data_dir.filter(|_| found.is_empty()) {
        if let Some(error) = refused.pop() {
            return Err(error).context("cannot draw pictures");
        }
        bail!(
            "{} does not hold the data that the rows are of; name their folder, or leave \
             --data-dir out for a page without pictures",
            dir.display()
        );
    }
    for error in refused {
        warn(&format!("no pictures: {error}"));
    }
    Ok(found)
}
