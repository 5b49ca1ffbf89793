//! From rows to the page's view of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::charts::{Point, draw_ranges, draw_scatter};
use super::curves::{build_curves, is_on_curve};
use super::details::Details;
use super::error::ReportError;
use super::pictures::{Sprite, confusions};
use super::row_figures::RowFigures;
use super::sheet::{Sheet, split_by_dataset};
use super::side_by_side::{Side, pair_up};
use super::suspects::Suspects;
use super::view::{FamilyView, Headline, PageView, RowView, SheetView, SuspectsView, status_of};
use super::words::{dataset_label, family_label, percent, points, ratio, seconds};
use crate::dataset::{RawDataset, Shape, known_classes};
use crate::figures::KnownFigures;
use crate::results::label::label;
use crate::results::{Record, median, part_label};

/// The input of a report.
#[derive(Debug, Clone, Copy)]
pub struct ReportRequest<'a> {
    /// The rows of the tables, in the order of the files.
    pub records: &'a [Record],
    /// The number of rows of the original benchmark in the tables. They are only counted, because
    /// they name no data set.
    pub n_original: usize,
    /// The figures that the rows are compared with.
    pub known: &'a KnownFigures,
    /// The suspected label errors; those of other data are not shown.
    pub suspects: &'a [Suspects],
    /// The data sets that pictures are taken from.
    pub raw: &'a [RawDataset],
}

/// A report, ready to be written.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    pub(super) page: PageView,
    pub(super) data: BTreeMap<String, SheetData<'a>>,
}

/// The data of a sheet that the page's script reads.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SheetData<'a> {
    classes: Vec<String>,
    /// Height, width and channels of an image; absent for a table.
    shape: Option<[usize; 3]>,
    /// The names of a table's features.
    features: Vec<String>,
    sprite: Option<Sprite>,
    /// The details by the key of the row.
    rows: BTreeMap<String, Details<'a>>,
}

/// Builds a report of rows.
///
/// # Errors
/// Returns [`ReportError`] if a row's predictions cannot be read or a chart cannot be drawn.
pub fn build_report<'a>(request: &ReportRequest<'a>) -> Result<Report<'a>, ReportError> {
    let all_sheets = split_by_dataset(request.records);
    let curves = build_curves(&all_sheets)?;
    // The sizes of a learning curve are in a tab of their own; only the largest has one beside it.
    let sheets: Vec<Sheet<'_>> = all_sheets
        .iter()
        .filter(|sheet| !is_on_curve(sheet, &all_sheets))
        .cloned()
        .collect();
    let mut views = Vec::new();
    let mut data = BTreeMap::new();
    let mut figures_of = Vec::new();
    for sheet in &sheets {
        let figures: Vec<RowFigures> = sheet
            .rows
            .iter()
            .map(|record| RowFigures::of(record, request.known))
            .collect();
        let names = Names::of(sheet, &sheets, &views);
        let (view, sheet_data) = build_sheet(sheet, names, &figures, request)?;
        data.insert(view.key.clone(), sheet_data);
        views.push(view);
        figures_of.push(figures);
    }
    let sides: Vec<Side<'_>> = sheets
        .iter()
        .zip(&views)
        .zip(figures_of)
        // A part of one data set is not held against another.
        .filter(|((sheet, _), _)| sheet.dataset.subset.is_none())
        .map(|((sheet, view), figures)| Side {
            dataset: &sheet.dataset.name,
            view,
            rows: sheet.rows.iter().copied().zip(figures).collect(),
        })
        .collect();
    let (pairs, has_both) = pair_up(&sides, request.known);
    drop(sides);
    let mut labels: Vec<&str> = Vec::new();
    for sheet in &all_sheets {
        let label = dataset_label(sheet.dataset);
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let page = PageView {
        version: env!("CARGO_PKG_VERSION"),
        subject: list(&labels),
        // With no rows at all, the page says how to compute these.
        has_seed: labels.is_empty() || all_sheets.iter().any(is_seed),
        sheets: views,
        pairs,
        curves,
        has_both,
        has_submitted: request
            .records
            .iter()
            .any(|record| record.submission.is_some()),
        n_original: request.n_original,
    };
    Ok(Report { page, data })
}

/// The names of a tab.
struct Names {
    key: String,
    label: String,
    /// The text before an id in the key of a row; empty in the first tab.
    prefix: String,
}

impl Names {
    fn of(sheet: &Sheet<'_>, sheets: &[Sheet<'_>], earlier: &[SheetView]) -> Self {
        let dataset = sheet.dataset;
        let namesakes = sheets.iter().filter(|s| s.dataset.name == dataset.name);
        let mut key = dataset.name.clone();
        let mut label = dataset_label(dataset).to_owned();
        if namesakes.count() > 1
            && let Some(revision) = &dataset.revision
        {
            key = format!("{key}-{revision}");
            label = format!("{label} {revision}");
        }
        if let Some(subset) = dataset.subset {
            let sizes = [subset.train, subset.test]
                .map(|rows| rows.map_or("all".to_owned(), |rows| rows.to_string()));
            key = format!("{key}-{}-{}", sizes[0], sizes[1]);
            label = format!("{label}, {}", part_label(&subset));
        }
        // Only their hashes tell the files of two custom data sets apart.
        if earlier.iter().any(|view| view.key == key) {
            let hash = &dataset.sha256()[..8];
            key = format!("{key}-{hash}");
            label = format!("{label} {hash}");
        }
        let prefix = if earlier.is_empty() {
            String::new()
        } else {
            format!("{key}.")
        };
        Self { key, label, prefix }
    }
}

fn build_sheet<'a>(
    sheet: &Sheet<'a>,
    names: Names,
    figures: &[RowFigures],
    request: &ReportRequest<'a>,
) -> Result<(SheetView, SheetData<'a>), ReportError> {
    let raw = request
        .raw
        .iter()
        .find(|raw| raw.identity.is_same_data(sheet.dataset));
    let suspects = request
        .suspects
        .iter()
        .find(|suspects| suspects.dataset.is_same_data(sheet.dataset))
        .filter(|suspects| !suspects.images.is_empty());
    let (confusions, sprite) = confusions(sheet, raw)?;
    let key = |record: &Record| format!("{}{}", names.prefix, record.id);
    let mut rows = Vec::new();
    let mut details = BTreeMap::new();
    for ((record, figures), confusions) in sheet.rows.iter().zip(figures).zip(confusions) {
        let without = suspects.map(|suspects| suspects.accuracy_without(record));
        let without = without.transpose()?.flatten();
        rows.push(RowView::of(record, key(record), figures, without));
        let row = Details::of(record, figures.clone(), confusions);
        details.insert(key(record), row);
    }
    let points = chart_points(sheet, figures, &rows);
    let missing = if is_seed(sheet) && sheet.dataset.subset.is_none() {
        let ids = sheet.rows.iter().map(|record| &record.id);
        request.known.missing_of_published(ids)
    } else {
        Vec::new()
    };
    let view = SheetView {
        dataset: describe(sheet),
        families: count_families(sheet),
        statuses: count_statuses(sheet, figures),
        headline: headline(&rows, figures),
        scatter: draw_scatter(&points)?,
        ranges: draw_ranges(&points, family_label)?,
        suspects: suspects.map(|suspects| SuspectsView {
            n: suspects.images.len(),
            agreement: format!("{:.0}", suspects.rule.agreement * 100.0),
            n_voters: suspects.voters.values().sum(),
            n_families: suspects.voters.len(),
        }),
        has_pictures: raw.is_some(),
        missing: missing
            .iter()
            .map(|row| label(&row.name, &row.parameter))
            .collect(),
        n_published: request.known.n_published(),
        rows,
        key: names.key,
        label: names.label,
    };
    let data = SheetData {
        classes: class_names(sheet, raw),
        shape: sheet.dataset.shape.unwrap_or(Shape::grey(28, 28)).image(),
        features: sheet.dataset.features.clone(),
        sprite,
        rows: details,
    };
    Ok((view, data))
}

/// Returns one point per row with an accuracy, in the order of the rows, which is best first.
fn chart_points(sheet: &Sheet<'_>, figures: &[RowFigures], rows: &[RowView]) -> Vec<Point> {
    let all = sheet.rows.iter().zip(figures).zip(rows);
    all.filter_map(|((record, figures), row)| {
        let (accuracy, fit_s) = figures.accuracy.zip(figures.fit_cpu_s)?;
        let figures = format!("{} %, {} CPU seconds", percent(accuracy), seconds(fit_s));
        Some(Point {
            key: row.key.clone(),
            label: format!("{}\n{figures} to train", record.label()),
            family: record.family,
            fit_s,
            accuracy,
        })
    })
    .collect()
}

fn count_families(sheet: &Sheet<'_>) -> Vec<FamilyView> {
    let mut counts = BTreeMap::new();
    for record in &sheet.rows {
        *counts.entry(record.family).or_insert(0) += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|(family, n_rows)| FamilyView {
            family,
            label: family_label(family),
            n_rows,
        })
        .collect()
}

/// Counts how many rows ended in each way, in the order in which the ways first occur.
fn count_statuses(sheet: &Sheet<'_>, figures: &[RowFigures]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (record, figures) in sheet.rows.iter().zip(figures) {
        let (_, status) = status_of(record, figures);
        match counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, n)) => *n += 1,
            None => counts.push((status, 1)),
        }
    }
    counts
}

fn headline(rows: &[RowView], figures: &[RowFigures]) -> Option<Headline> {
    let best = rows.first()?;
    let speedups: Vec<f64> = figures.iter().filter_map(|row| row.speedup).collect();
    let above_sklearn: Vec<f64> = figures
        .iter()
        .filter_map(RowFigures::above_sklearn)
        .collect();
    let above_published: Vec<f64> = figures
        .iter()
        .filter_map(RowFigures::above_published)
        .collect();
    Some(Headline {
        best: best.name.clone(),
        best_key: best.key.clone(),
        best_accuracy: best.accuracy.as_ref()?.text.clone(),
        n_sklearn: above_sklearn.len(),
        median_speedup: median(speedups).map(ratio),
        median_above_sklearn: median(above_sklearn).map(points),
        n_published: above_published.len(),
        median_above_published: median(above_published).map(points),
    })
}

/// Whether a sheet is of a data set that the published table has.
fn is_seed(sheet: &Sheet<'_>) -> bool {
    matches!(sheet.dataset.name.as_str(), "fashion-mnist" | "mnist")
}

/// Joins names: `A`, `A and B`, `A, B and C`.
fn list(names: &[&str]) -> String {
    match names {
        [] => "Fashion-MNIST".to_owned(),
        [name] => (*name).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Describes the data: `Fashion-MNIST v3, 60000 images to train, 10000 to test`.
fn describe(sheet: &Sheet<'_>) -> String {
    let dataset = sheet.dataset;
    let revision = dataset.revision.as_deref().unwrap_or_default();
    let name = format!("{} {revision}", dataset_label(dataset));
    format!(
        "{}, {} {} to train, {} to test{}",
        name.trim_end(),
        dataset.n_train,
        if dataset.shape.is_none_or(Shape::is_image) {
            "images"
        } else {
            "rows"
        },
        dataset.n_test,
        dataset.subset.map_or_else(String::new, |part| format!(
            " (a part: {})",
            part_label(&part)
        ))
    )
}

fn class_names(sheet: &Sheet<'_>, raw: Option<&RawDataset>) -> Vec<String> {
    if let Some(raw) = raw {
        return raw.class_names.clone();
    }
    if !sheet.dataset.classes.is_empty() {
        return sheet.dataset.classes.clone();
    }
    let known = sheet.dataset.name.parse().ok().and_then(known_classes);
    if let Some(known) = known {
        return known.into_iter().map(|(_, title)| title).collect();
    }
    let matrices = sheet.rows.iter().flat_map(|record| &record.repeats);
    let n_classes = matrices.map(|repeat| repeat.confusion.len()).max();
    let labels = 0..n_classes.unwrap_or(0);
    labels.map(|label| label.to_string()).collect()
}
