//! `fashion-bench show`: a results table in the terminal, or for other tools.

use std::cmp::Ordering;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use fashion_bench::catalog::Family;
use fashion_bench::figures::KnownFigures;
use fashion_bench::report::{IntervalSource, RowFigures, split_by_dataset};
use fashion_bench::results::columns::{Column, draw};
use fashion_bench::results::label::render_params;
use fashion_bench::results::number::{fixed, signed};
use fashion_bench::results::{Record, escape};
use serde::Serialize;
use serde_json::{Map, Value};

use super::output::print;
use super::report::{load_figures, read_tables};

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The results tables
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// What the rows are sorted by; the best, quickest or first comes first
    #[arg(long, value_enum, value_name = "KEY", default_value_t = SortKey::Accuracy)]
    sort: SortKey,
    /// Only rows of this family, e.g. svm; repeatable
    #[arg(long, value_name = "FAMILY")]
    family: Vec<Family>,
    /// Only the best row of each classifier
    #[arg(long)]
    best: bool,
    /// Print JSON: a list of rows
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV with a header
    #[arg(long)]
    csv: bool,
    /// Directory of table3.json and of sklearn.jsonl, a results table [default: those built in]
    #[arg(long, value_name = "DIR")]
    reference_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortKey {
    Accuracy,
    Name,
    Family,
    Fit,
    Predict,
    Speedup,
}

/// A row in the form that other tools read; fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    dataset: &'a str,
    id: &'a str,
    name: &'a str,
    family: Family,
    parameter: &'a Map<String, Value>,
    status: &'static str,
    reason: Option<&'a str>,
    /// The engine that the classifier is of; absent for this program's own.
    engine: Option<&'a str>,
    /// Where one can read more of a submission.
    url: Option<&'a str>,
    n_repeats: usize,
    #[serde(flatten)]
    figures: RowFigures,
}

pub fn run(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let (records, _) = read_tables(&args.results)?;
    let known = load_figures(args.reference_dir.as_deref())?.with_rows(&records);
    let rows = select(args, &records, &known);
    let text = if args.json {
        serde_json::to_string_pretty(&rows)? + "\n"
    } else if args.csv {
        render_csv(&rows)?
    } else {
        let n_hidden = records.len() - rows.len();
        let hidden = match n_hidden {
            0 => String::new(),
            n => format!("; {n} more not shown"),
        };
        format!("{}\n{} rows{hidden}\n", draw_rows(&rows), rows.len())
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn select<'a>(args: &ShowArgs, records: &'a [Record], known: &KnownFigures) -> Vec<Shown<'a>> {
    let mut rows = Vec::new();
    for sheet in split_by_dataset(records) {
        let mut seen = Vec::new();
        // The rows come best first, so the first row of a classifier is its best.
        for record in sheet.rows {
            let is_wanted = args.family.is_empty() || args.family.contains(&record.family);
            if !is_wanted || (args.best && seen.contains(&&record.name)) {
                continue;
            }
            seen.push(&record.name);
            rows.push(Shown {
                dataset: &record.dataset.name,
                id: record.id.as_str(),
                name: &record.name,
                family: record.family,
                parameter: &record.parameter,
                status: record.submission_state().unwrap_or(record.status.label()),
                engine: record.engine.as_ref().map(|engine| engine.name.as_str()),
                url: record
                    .submission
                    .as_ref()
                    .and_then(|submission| submission.url.as_deref()),
                reason: record.reason.as_deref(),
                n_repeats: record.num_repeat,
                figures: RowFigures::of(record, known),
            });
        }
    }
    // The sort is stable, so equal rows stay in the order of their accuracy.
    rows.sort_by(|a, b| args.sort.compare(a, b));
    rows
}

impl SortKey {
    fn compare(self, a: &Shown<'_>, b: &Shown<'_>) -> Ordering {
        let (x, y) = (&a.figures, &b.figures);
        match self {
            Self::Accuracy => descending(x.accuracy, y.accuracy),
            Self::Name => a.name.cmp(b.name),
            Self::Family => a.family.cmp(&b.family),
            Self::Fit => descending(x.fit_s.map(|s| -s), y.fit_s.map(|s| -s)),
            Self::Predict => descending(x.predict_s.map(|s| -s), y.predict_s.map(|s| -s)),
            Self::Speedup => descending(x.speedup, y.speedup),
        }
    }
}

/// Orders large values before small ones, and absent values last.
fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    let key = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    key(b).total_cmp(&key(a))
}

const COLUMNS: [Column; 10] = [
    Column::text("classifier", None),
    Column::text("parameters", None),
    Column::number("accuracy", None),
    Column::text("95 % interval", Some(1)),
    Column::number("vs sklearn", Some(4)),
    Column::number("vs published", Some(2)),
    Column::number("fit s", Some(6)),
    Column::number("predict s", Some(3)),
    Column::number("speed-up", Some(5)),
    Column::text("status", None),
];

/// Renders the rows as a table: as wide as the terminal, or as wide as needed for a pipe.
fn draw_rows(rows: &[Shown<'_>]) -> String {
    let rows: Vec<_> = rows.iter().map(cells).collect();
    draw(&COLUMNS, &rows, Table::new().width())
}

fn cells(row: &Shown<'_>) -> [String; 10] {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(String::new, |value| fixed(value, digits))
    };
    let difference = |value: Option<f64>| value.map_or_else(String::new, |value| signed(value, 4));
    let figures = &row.figures;
    let interval = figures.interval.map(|interval| {
        let source = match interval.source {
            IntervalSource::Repeats => "repeats",
            IntervalSource::TestSplit => "test split",
        };
        format!("{:.4} to {:.4} ({source})", interval.low, interval.high)
    });
    let speedup = figures.speedup.map(|speedup| format!("{speedup:.1}x"));
    let status = match row.reason {
        Some(reason) => format!("{}: {}", row.status, escape::line(reason)),
        None if figures.converged == Some(false) => "not converged".to_owned(),
        None => row.status.to_owned(),
    };
    [
        escape::line(row.name),
        render_params(row.parameter),
        number(figures.accuracy, 4),
        interval.unwrap_or_default(),
        difference(figures.above_sklearn()),
        difference(figures.above_published()),
        number(figures.fit_s, 3),
        number(figures.predict_s, 3),
        speedup.unwrap_or_default(),
        status,
    ]
}

fn render_csv(rows: &[Shown<'_>]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "dataset",
        "id",
        "name",
        "family",
        "parameter",
        "status",
        "reason",
        "n_repeats",
        "accuracy",
        "low",
        "high",
        "fit_s",
        "fit_cpu_s",
        "predict_s",
        "predict_cpu_s",
        "converged",
        "published",
        "sklearn_accuracy",
        "sklearn_cpu_s",
        "speedup",
        "engine",
        "url",
        "balanced_accuracy",
        "f1_macro",
        "f1_weighted",
        "matthews",
        "kappa",
        "log_loss",
        "brier",
        "top_2_accuracy",
        "calibration_error",
        "roc_auc",
    ])?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for row in rows {
        let figures = &row.figures;
        let (labels, proba) = (figures.of_labels, figures.of_probabilities.as_ref());
        writer.write_record([
            row.dataset.to_owned(),
            row.id.to_owned(),
            row.name.to_owned(),
            row.family.name().to_owned(),
            serde_json::to_string(row.parameter)?,
            row.status.to_owned(),
            row.reason.unwrap_or_default().to_owned(),
            row.n_repeats.to_string(),
            number(figures.accuracy),
            number(figures.interval.map(|interval| interval.low)),
            number(figures.interval.map(|interval| interval.high)),
            number(figures.fit_s),
            number(figures.fit_cpu_s),
            number(figures.predict_s),
            number(figures.predict_cpu_s),
            figures
                .converged
                .map_or_else(String::new, |converged| converged.to_string()),
            number(figures.published),
            number(figures.sklearn.map(|measured| measured.accuracy)),
            number(figures.sklearn.map(|measured| measured.cpu_s)),
            number(figures.speedup),
            row.engine.unwrap_or_default().to_owned(),
            row.url.unwrap_or_default().to_owned(),
            number(labels.map(|it| it.balanced_accuracy)),
            number(labels.map(|it| it.f1_macro)),
            number(labels.map(|it| it.f1_weighted)),
            number(labels.map(|it| it.matthews)),
            number(labels.and_then(|it| it.kappa)),
            number(proba.map(|it| it.log_loss)),
            number(proba.map(|it| it.brier)),
            number(proba.map(|it| it.top_2_accuracy)),
            number(proba.map(|it| it.calibration_error)),
            number(proba.and_then(|it| it.roc_auc)),
        ])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
