//! `fashion-bench compare`: two tables, row by row.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use fashion_bench::compare::{
    Comparison, Side, TestLabels, compare, compare_scores, engines_of, render_markdown,
    render_text, split_engine,
};
use fashion_bench::figures::KnownFigures;
use fashion_bench::results::{LabelScore, Record};

use super::data_files::DataFiles;
use super::loading::load_data_of;
use super::output::print;
use super::table::{find_row, read_records};

/// Accuracies are compared test image by test image where both sides have predictions
/// (McNemar's test), as proportions otherwise, and corrected for the number of rows (Holm), data set
/// by data set. Other scores of two tables are compared by the paired bootstrap, for which the data
/// are loaded: a table does not hold their true labels. Exit code 0, whatever the differences; 2 if A
/// and B are of different data.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A results table, `published` or `sklearn`
    a: String,
    /// Another one; `sklearn` means the rows of scikit-learn in A, if it has some
    #[arg(required_unless_present_any = ["engines", "rows"])]
    b: Option<String>,
    /// Compare the rows of A with those of each engine in A
    #[arg(long, conflicts_with = "b")]
    engines: bool,
    /// Compare one row of A with one row of B, or of A if there is no B, by their ids or the first
    /// digits of them
    #[arg(long, num_args = 2, value_names = ["ID_A", "ID_B"], conflicts_with = "engines")]
    rows: Vec<String>,
    /// The data set of the rows of `--rows`, where a table has rows of several with their ids
    #[arg(long, value_name = "NAME", requires = "rows")]
    dataset: Option<String>,
    /// The score to compare by
    #[arg(long, value_enum, default_value_t = ScoreName::Accuracy)]
    score: ScoreName,
    /// Directory of the data, for a score other than the accuracy [default: as in `run`]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScoreName {
    Accuracy,
    BalancedAccuracy,
    F1Macro,
    F1Weighted,
    Matthews,
    Kappa,
}

impl ScoreName {
    /// Returns the score of labels, nothing for the accuracy.
    fn of_labels(self) -> Option<LabelScore> {
        match self {
            Self::Accuracy => None,
            Self::BalancedAccuracy => Some(LabelScore::BalancedAccuracy),
            Self::F1Macro => Some(LabelScore::F1Macro),
            Self::F1Weighted => Some(LabelScore::F1Weighted),
            Self::Matthews => Some(LabelScore::Matthews),
            Self::Kappa => Some(LabelScore::Kappa),
        }
    }
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

/// True labels, loaded once for each data set.
type Truth = Vec<TestLabels>;

pub fn run(args: &CompareArgs) -> anyhow::Result<ExitCode> {
    if let [id_a, id_b] = &args.rows[..] {
        show_rows(args, id_a, id_b)?;
        return Ok(ExitCode::SUCCESS);
    }
    let a = Source::read(&args.a)?;
    let engines = match &a {
        Source::Table(records) => engines_of(records),
        Source::Published | Source::Sklearn => Vec::new(),
    };
    if let Source::Table(records) = &a
        && args.engines
    {
        anyhow::ensure!(!engines.is_empty(), "{} has no row of an engine", args.a);
        show_engines(args, records, &engines)?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = args.b.as_deref().unwrap_or_default();
    if let Source::Table(records) = &a
        && engines.iter().any(|engine| engine == name)
    {
        let comparison = compare_engine(args, &mut Truth::new(), records, name)?;
        show(args.format, &comparison)?;
        return Ok(ExitCode::SUCCESS);
    }
    let b = Source::read(name)?;
    let known = KnownFigures::embedded();
    let comparison = compare_sides(args, &mut Truth::new(), a.side(&known), b.side(&known))
        .with_context(|| format!("cannot compare `{}` (A) with `{name}` (B)", args.a))?;
    show(args.format, &comparison)?;
    Ok(ExitCode::SUCCESS)
}

/// Compares by the score that was asked for.
fn compare_sides(
    args: &CompareArgs,
    truth: &mut Truth,
    a: Side<'_>,
    b: Side<'_>,
) -> anyhow::Result<Comparison> {
    let Some(score) = args.score.of_labels() else {
        return Ok(compare(a, b)?);
    };
    let (Side::Table(a), Side::Table(b)) = (a, b) else {
        bail!(
            "published figures and scikit-learn's are accuracies alone; compare two results tables by {}",
            score.name()
        );
    };
    for record in a {
        let is_same = |other: &Record| other.dataset.is_same_data(&record.dataset);
        let is_known = truth
            .iter()
            .any(|truth| truth.dataset.is_same_data(&record.dataset));
        if !is_known && b.iter().any(is_same) {
            let raw = load_data_of(record, args.data_dir.as_deref(), &args.files)?;
            truth.push(TestLabels {
                dataset: record.dataset.clone(),
                labels: raw.test.labels,
            });
        }
    }
    Ok(compare_scores(score, a, b, truth)?)
}

/// Compares two rows, whatever they are of.
fn show_rows(args: &CompareArgs, id_a: &str, id_b: &str) -> anyhow::Result<()> {
    let path_a = Path::new(&args.a);
    let path_b = args.b.as_deref().map_or(path_a, Path::new);
    let (a, b) = (read_records(path_a)?, read_records(path_b)?);
    let dataset = args.dataset.as_deref();
    let a = find_row(&a, id_a, dataset, path_a)?.clone();
    let mut b = find_row(&b, id_b, dataset, path_b)?.clone();
    let labels = [a.label(), b.label()];
    // Rows are paired by their ids.
    b.id.clone_from(&a.id);
    let comparison = compare_sides(
        args,
        &mut Truth::new(),
        Side::Table(&[a]),
        Side::Table(&[b]),
    )
    .with_context(|| format!("cannot compare {} with {}", labels[0], labels[1]))?;
    if !matches!(args.format, Format::Json) {
        print(&format!("A: {}, B: {}\n\n", labels[0], labels[1]))?;
    }
    show(args.format, &comparison)
}

/// Compares the rows of this program in A with those of an engine in A.
fn compare_engine(
    args: &CompareArgs,
    truth: &mut Truth,
    records: &[Record],
    engine: &str,
) -> anyhow::Result<Comparison> {
    let (ours, theirs) = split_engine(records, engine);
    compare_sides(args, truth, Side::Table(&ours), Side::Table(&theirs)).with_context(|| {
        format!(
            "cannot compare the rows of {} with those of {engine}",
            args.a
        )
    })
}

fn show_engines(args: &CompareArgs, records: &[Record], engines: &[String]) -> anyhow::Result<()> {
    let (mut all, mut truth) = (BTreeMap::new(), Truth::new());
    for engine in engines {
        let mut comparison = compare_engine(args, &mut truth, records, engine)?;
        // Most engines have a few classifiers: what they lack says nothing.
        comparison.only_a.clear();
        all.insert(engine, comparison);
    }
    if matches!(args.format, Format::Json) {
        return print(&(serde_json::to_string_pretty(&all)? + "\n"));
    }
    for (engine, comparison) in &all {
        let mark = if matches!(args.format, Format::Markdown) {
            "## "
        } else {
            ""
        };
        print(&format!("{mark}A: ours, B: {engine}\n\n"))?;
        show(args.format, comparison)?;
    }
    Ok(())
}

fn show(format: Format, comparison: &Comparison) -> anyhow::Result<()> {
    print(&match format {
        Format::Text => render_text(comparison),
        Format::Json => serde_json::to_string_pretty(comparison)? + "\n",
        Format::Markdown => render_markdown(comparison),
    })
}
