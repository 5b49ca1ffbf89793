//! The values that fill in the templates: text, and beside it the number to sort by.

use serde::Serialize;

use super::cell::Cell;
use super::charts::{Chart, RangeChart};
use super::curves::CurvesView;
use super::interval::IntervalSource;
use super::pair::PairView;
use super::row_figures::RowFigures;
use super::words::{family_label, percent, points, ratio, seconds};
use crate::catalog::Family;
use crate::results::label::render_params;
use crate::results::{Engine, Record, Status, escape, is_link};

/// The whole page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PageView {
    /// The version of this crate.
    pub version: &'static str,
    pub sheets: Vec<SheetView>,
    pub pairs: Vec<PairView>,
    /// The learning curves, one entry per data set that was run at several sizes.
    pub curves: Vec<CurvesView>,
    /// The data sets in words: `Fashion-MNIST and MNIST`.
    pub subject: String,
    /// Whether there are rows of Fashion-MNIST or MNIST, which the published table is of.
    pub has_seed: bool,
    /// Whether there are rows of both Fashion-MNIST and MNIST.
    pub has_both: bool,
    /// Whether there are rows that were handed in.
    pub has_submitted: bool,
    /// The number of rows of the original benchmark in the tables, which name no data set.
    pub n_original: usize,
}

/// A tab: the rows of one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SheetView {
    /// The name of the tab in links.
    pub key: String,
    pub label: String,
    /// A description of the data.
    pub dataset: String,
    pub rows: Vec<RowView>,
    pub families: Vec<FamilyView>,
    /// The statuses that occur, each with the number of rows that have it.
    pub statuses: Vec<(String, usize)>,
    pub headline: Option<Headline>,
    pub scatter: Option<Chart>,
    pub ranges: Option<RangeChart>,
    /// The suspected label errors that can be left out.
    pub suspects: Option<SuspectsView>,
    pub has_pictures: bool,
    /// The calls of the published table that have no row here.
    pub missing: Vec<String>,
    pub n_published: usize,
}

/// A family that can be selected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FamilyView {
    pub family: Family,
    pub label: &'static str,
    pub n_rows: usize,
}

/// The first things to know about a sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Headline {
    pub best: String,
    pub best_key: String,
    pub best_accuracy: String,
    /// The number of rows that scikit-learn has figures for.
    pub n_sklearn: usize,
    pub median_speedup: Option<String>,
    pub median_above_sklearn: Option<String>,
    /// The number of rows that have published figures.
    pub n_published: usize,
    pub median_above_published: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SuspectsView {
    pub n: usize,
    pub agreement: String,
    pub n_voters: usize,
    pub n_families: usize,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RowView {
    /// The name of the row in links.
    pub key: String,
    pub name: String,
    /// Where one can read more of a submission; an address of http or https, or nothing.
    pub link: Option<LinkView>,
    /// The library or program that the classifier is of, with its version.
    pub engine: Option<String>,
    pub params: String,
    pub family: Family,
    pub family_label: &'static str,
    pub accuracy: Option<Cell>,
    /// Half the 95 % interval, in percentage points.
    pub interval: Option<Cell>,
    /// The source of the interval, in words.
    pub interval_source: &'static str,
    /// The accuracy without suspected label errors.
    pub accuracy_without: Option<Cell>,
    pub above_sklearn: Option<Cell>,
    pub above_published: Option<Cell>,
    pub fit: Option<Cell>,
    pub predict: Option<Cell>,
    pub speedup: Option<Cell>,
    pub n_repeats: usize,
    pub repeats_title: String,
    /// A word for style sheets: `ok`, `unconverged`, `failed`, `claimed`, ….
    pub state: &'static str,
    pub status: String,
    /// The reason, where the row did not end well.
    pub reason: Option<String>,
}

impl RowView {
    pub(super) fn of(
        record: &Record,
        key: String,
        figures: &RowFigures,
        accuracy_without: Option<f64>,
    ) -> Self {
        let (state, status) = status_of(record, figures);
        let without = |accuracy| {
            let title = "without suspected label errors of the test split".to_owned();
            Cell::new(percent(accuracy), accuracy, title)
        };
        Self {
            key,
            name: escape::line(&record.name),
            link: LinkView::of(record),
            engine: record.engine.as_ref().map(engine_label),
            params: render_params(&record.parameter),
            family: record.family,
            family_label: family_label(record.family),
            accuracy: figures.accuracy.map(|accuracy| {
                let title = figures.interval.map_or_else(String::new, interval_title);
                Cell::new(percent(accuracy), accuracy, title)
            }),
            interval: figures.interval.map(|interval| {
                let half = interval.half_width();
                Cell::new(
                    format!("±\u{a0}{}", percent(half)),
                    half,
                    interval_title(interval),
                )
            }),
            interval_source: figures
                .interval
                .map_or("", |interval| source_label(interval.source)),
            accuracy_without: accuracy_without.map(without),
            above_sklearn: figures
                .above_sklearn()
                .zip(figures.sklearn)
                .map(|(by, theirs)| {
                    let title = format!("scikit-learn: {} %", percent(theirs.accuracy));
                    Cell::new(points(by), by, title)
                }),
            above_published: figures.above_published().zip(figures.published).map(
                |(by, theirs)| {
                    let title = format!("published: {:.1} %", theirs * 100.0);
                    Cell::new(points(by), by, title)
                },
            ),
            fit: time(record, figures.fit_s, figures.fit_cpu_s),
            predict: time(record, figures.predict_s, figures.predict_cpu_s),
            speedup: speedup(figures),
            n_repeats: record.num_repeat,
            repeats_title: repeats_title(record),
            state,
            status,
            reason: record.reason.as_deref().map(escape::line),
        }
    }
}

fn speedup(figures: &RowFigures) -> Option<Cell> {
    if let Some((speedup, theirs)) = figures.speedup.zip(figures.sklearn) {
        let took = seconds(theirs.cpu_s);
        let title = format!("scikit-learn took {took} CPU seconds to fit and predict");
        return Some(Cell::new(format!("{}×", ratio(speedup)), speedup, title));
    }
    let (least, limit_s) = figures.least_speedup.zip(figures.sklearn_unfinished_s)?;
    let title = format!(
        "scikit-learn was stopped after {} CPU seconds",
        seconds(limit_s)
    );
    Some(Cell::new(format!(">\u{a0}{}×", ratio(least)), least, title))
}

fn time(record: &Record, wall_s: Option<f64>, cpu_s: Option<f64>) -> Option<Cell> {
    let wall_s = wall_s?;
    if record.submission.is_some() {
        let title = "as claimed, on a machine of theirs".to_owned();
        let text = format!("{} (claimed)", seconds(wall_s));
        return Some(Cell::new(text, wall_s, title));
    }
    let cpu = cpu_s.map_or_else(
        || "CPU seconds were not taken".to_owned(),
        |cpu_s| format!("{} CPU seconds", seconds(cpu_s)),
    );
    let title = format!("median of the repeats; {cpu}");
    Some(Cell::new(seconds(wall_s), wall_s, title))
}

/// `sklearn 1.5.2`: the library of an engine's row, or else the engine.
fn engine_label(engine: &Engine) -> String {
    let software = engine.library.as_ref().or(engine.program.as_ref());
    escape::line(&software.map_or_else(
        || engine.name.clone(),
        |software| format!("{} {}", software.name, software.version),
    ))
}

fn interval_title(interval: super::interval::Interval) -> String {
    format!(
        "95 % interval: {} % to {} %, {}",
        percent(interval.low),
        percent(interval.high),
        match interval.source {
            IntervalSource::Repeats => "of the mean over the repeats (Student)",
            IntervalSource::TestSplit => "of a share of the test split's images (Wilson)",
        }
    )
}

fn source_label(source: IntervalSource) -> &'static str {
    match source {
        IntervalSource::Repeats => "repeats",
        IntervalSource::TestSplit => "test split",
    }
}

fn repeats_title(record: &Record) -> String {
    let asked = record.repeats_asked;
    if record.invariant && record.num_repeat < asked {
        return format!("{asked} asked for; stopped, as the first two scores were equal");
    }
    format!("{asked} asked for")
}

/// A link of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LinkView {
    pub url: String,
    pub host: String,
}

impl LinkView {
    /// Whatever is no web address does not become a link, whoever wrote it into the table.
    fn of(record: &Record) -> Option<Self> {
        let url = record.submission.as_ref()?.url.as_deref();
        let url = url.filter(|url| is_link(url))?;
        let host = url.split('/').nth(2).unwrap_or_default();
        Some(Self {
            url: url.to_owned(),
            host: host.to_owned(),
        })
    }
}

/// Returns how a row ended, as a word for style sheets and in words for people.
pub(super) fn status_of(record: &Record, figures: &RowFigures) -> (&'static str, String) {
    if let Some(state) = record.submission_state() {
        return (state, state.to_owned());
    }
    if record.status == Status::Ok && figures.converged == Some(false) {
        return ("unconverged", "not converged".to_owned());
    }
    (record.status.name(), record.status.label().to_owned())
}
