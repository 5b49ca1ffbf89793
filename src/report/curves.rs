//! Learning curves: accuracy and training time of each model against the number of train rows.

use std::ops::Range;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use serde::Serialize;

use super::charts::{AXIS, DrawingError, GRID, measure_by_own_font};
use super::error::ReportError;
use super::sheet::Sheet;
use super::words::{dataset_label, percent, seconds};
use crate::catalog::Family;
use crate::dataset::DatasetIdentity;
use crate::results::label::render_params;
use crate::results::{Record, Repeat, Status, escape, median};

/// The size of a chart in pixels.
const SIZE: (u32, u32) = (760, 420);
/// Times below this many seconds are mostly the cost of starting, and do not count for an exponent.
const LEAST_S: f64 = 0.01;

/// The curves of one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CurvesView {
    pub label: String,
    /// The numbers of train rows, ascending.
    pub sizes: Vec<usize>,
    /// The models, the most accurate at the largest size first.
    pub lines: Vec<LineView>,
    pub accuracy: Option<CurveChart>,
    pub time: Option<CurveChart>,
    /// The least seconds that count for an exponent.
    pub least_s: f64,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct LineView {
    pub name: String,
    pub params: String,
    pub family: Family,
    /// The figures at each size.
    pub cells: Vec<Option<CellView>>,
    /// The power of the number of rows by which training time grows.
    pub exponent: Option<String>,
}

/// The figures of a model at a size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CellView {
    pub accuracy: String,
    pub fit: String,
}

/// A chart of lines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CurveChart {
    pub width: u32,
    pub height: u32,
    /// The paper as an SVG element.
    pub paper: String,
    pub lines: Vec<CurveLine>,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CurveLine {
    pub label: String,
    pub family: Family,
    /// The corners as SVG writes them.
    pub points: String,
    pub marks: Vec<(i32, i32)>,
}

/// A model at several sizes: `(rows, accuracy, CPU seconds of fit)`.
struct Curve<'a> {
    record: &'a Record,
    points: Vec<(usize, f64, f64)>,
}

/// Whether two data sets differ in the number of train rows alone.
fn is_same_curve(a: &DatasetIdentity, b: &DatasetIdentity) -> bool {
    let rest = |set: &DatasetIdentity| set.subset.and_then(|subset| subset.test);
    let draw = |set: &DatasetIdentity| set.subset.map(|subset| (subset.stratified, subset.seed));
    // The whole data set is the last point of any curve.
    let is_same_draw = match (draw(a), draw(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    a.is_of_same_files(b) && rest(a) == rest(b) && is_same_draw
}

/// Returns the sheets of each curve, smallest first.
fn groups<'s, 'a>(sheets: &'s [Sheet<'a>]) -> Vec<Vec<&'s Sheet<'a>>> {
    let mut groups: Vec<Vec<&Sheet<'_>>> = Vec::new();
    // Parts come first, so that a whole data set joins the curve of its parts.
    let mut order: Vec<&Sheet<'_>> = sheets.iter().collect();
    order.sort_by_key(|sheet| sheet.dataset.subset.is_none());
    for sheet in order {
        let known = groups.iter_mut().find(|group| {
            group
                .iter()
                .all(|other| is_same_curve(other.dataset, sheet.dataset))
        });
        match known {
            Some(group) => group.push(sheet),
            None => groups.push(vec![sheet]),
        }
    }
    groups.retain(|group| group.len() > 1);
    for group in &mut groups {
        group.sort_by_key(|sheet| sheet.dataset.n_train);
    }
    groups
}

/// Whether a sheet is on a curve and is not its largest size.
pub(super) fn is_on_curve(sheet: &Sheet<'_>, sheets: &[Sheet<'_>]) -> bool {
    groups(sheets).iter().any(|group| {
        let mut smaller = group.iter().take(group.len() - 1);
        smaller.any(|other| other.dataset.is_same_data(sheet.dataset))
    })
}

/// Builds the curves of all data sets that were run at several sizes.
///
/// # Errors
/// Returns [`ReportError::Chart`] if a chart cannot be drawn.
pub(super) fn build_curves(sheets: &[Sheet<'_>]) -> Result<Vec<CurvesView>, ReportError> {
    let groups = groups(sheets);
    groups.iter().map(|group| build(group)).collect()
}

fn build(group: &[&Sheet<'_>]) -> Result<CurvesView, ReportError> {
    let sizes: Vec<usize> = group.iter().map(|sheet| sheet.dataset.n_train).collect();
    let mut curves: Vec<Curve<'_>> = Vec::new();
    for sheet in group {
        let rows = sheet
            .rows
            .iter()
            .filter(|record| record.status == Status::Ok);
        for &record in rows {
            let fit: Vec<f64> = record
                .repeats
                .iter()
                .filter_map(|repeat: &Repeat| repeat.fit_cpu_s)
                .collect();
            let Some((accuracy, fit_s)) = record.mean_accuracy.zip(median(fit)) else {
                continue;
            };
            let point = (sheet.dataset.n_train, accuracy, fit_s);
            match curves.iter_mut().find(|curve| curve.record.id == record.id) {
                Some(curve) => {
                    curve.record = record;
                    curve.points.push(point);
                }
                None => curves.push(Curve {
                    record,
                    points: vec![point],
                }),
            }
        }
    }
    curves.retain(|curve| curve.points.len() > 1);
    let last = |curve: &Curve<'_>| {
        curve
            .points
            .last()
            .map_or((0, 0.0), |point| (point.0, point.1))
    };
    curves.sort_by(|a, b| {
        let (a, b) = (last(a), last(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let [accuracy_range, time_range] = ranges(&curves);
    let chart = |lines, paper| CurveChart {
        width: SIZE.0,
        height: SIZE.1,
        paper,
        lines,
    };
    let failed = |source: DrawingError| ReportError::Chart {
        chart: "learning curves",
        source: Box::new(source),
    };
    let (mut accuracy, mut time) = (None, None);
    if !curves.is_empty() {
        let mut paper = String::new();
        let lines = draw_accuracy(&curves, &sizes, accuracy_range, &mut paper).map_err(failed)?;
        accuracy = Some(chart(lines, paper));
        let mut paper = String::new();
        let lines = draw_time(&curves, &sizes, time_range, &mut paper).map_err(failed)?;
        time = Some(chart(lines, paper));
    }
    let largest = group[group.len() - 1].dataset;
    Ok(CurvesView {
        label: dataset_label(largest).to_owned(),
        lines: curves
            .iter()
            .map(|curve| line_view(curve, &sizes))
            .collect(),
        sizes,
        accuracy,
        time,
        least_s: LEAST_S,
    })
}

/// Returns the ranges of accuracy and of time that the curves take.
fn ranges(curves: &[Curve<'_>]) -> [Range<f64>; 2] {
    let accuracies = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|point| point.1));
    let low = accuracies.clone().fold(1.0, f64::min);
    let high = accuracies.fold(0.0, f64::max);
    let accuracy_range = (low - 0.03).max(0.0)..(high + 0.03).min(1.005);
    let times = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|point| point.2.max(0.001)));
    let shortest = times.clone().fold(f64::INFINITY, f64::min);
    let longest = times.fold(0.001, f64::max);
    let time_range = shortest / 1.5..(longest * 1.5).max(shortest * 15.0);
    [accuracy_range, time_range]
}

fn line_view(curve: &Curve<'_>, sizes: &[usize]) -> LineView {
    let cell = |size: &usize| {
        let point = curve.points.iter().find(|point| point.0 == *size)?;
        Some(CellView {
            accuracy: percent(point.1),
            fit: seconds(point.2),
        })
    };
    LineView {
        name: escape::line(&curve.record.name),
        params: render_params(&curve.record.parameter),
        family: curve.record.family,
        cells: sizes.iter().map(cell).collect(),
        exponent: exponent(&curve.points).map(|power| format!("{power:.2}")),
    }
}

/// Returns the slope of the logarithm of the time over that of the rows, by least squares.
fn exponent(points: &[(usize, f64, f64)]) -> Option<f64> {
    let points: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.2 >= LEAST_S)
        .map(|point| ((point.0 as f64).ln(), point.2.ln()))
        .collect();
    let n = points.len() as f64;
    if points.len() < 2 {
        return None;
    }
    let mean_x = points.iter().map(|point| point.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|point| point.1).sum::<f64>() / n;
    let products = points
        .iter()
        .map(|point| (point.0 - mean_x) * (point.1 - mean_y));
    let squares: f64 = points.iter().map(|point| (point.0 - mean_x).powi(2)).sum();
    (squares > 0.0).then(|| products.sum::<f64>() / squares)
}

fn rows_range(sizes: &[usize]) -> Range<f64> {
    let (low, high) = (sizes[0] as f64, sizes[sizes.len() - 1] as f64);
    low / 1.15..high * 1.15
}

/// Returns the label of a line of the axis, for 1, 2 and 5 in each decade; others would overlap.
fn rows_label(rows: f64) -> String {
    let text = format!("{rows:.0}");
    let is_round = text[1..].bytes().all(|digit| digit == b'0');
    match text.as_bytes()[0] {
        b'1' | b'2' | b'5' if is_round => text,
        _ => String::new(),
    }
}

fn curve_line(curve: &Curve<'_>, marks: Vec<(i32, i32)>) -> CurveLine {
    let points: Vec<_> = marks.iter().map(|(x, y)| format!("{x},{y}")).collect();
    CurveLine {
        label: curve.record.label(),
        family: curve.record.family,
        points: points.join(" "),
        marks,
    }
}

fn draw_accuracy(
    curves: &[Curve<'_>],
    sizes: &[usize],
    range: Range<f64>,
    paper: &mut String,
) -> Result<Vec<CurveLine>, DrawingError> {
    let figure = Figure {
        name: "test accuracy",
        range,
        label: &|accuracy| format!("{:.0} %", accuracy * 100.0),
        of: |point| point.1,
    };
    draw(curves, sizes, figure, paper)
}

fn draw_time(
    curves: &[Curve<'_>],
    sizes: &[usize],
    range: Range<f64>,
    paper: &mut String,
) -> Result<Vec<CurveLine>, DrawingError> {
    let figure = Figure {
        name: "training time in CPU seconds",
        range: range.log_scale(),
        label: &|time| seconds(*time),
        of: |point| point.2.max(0.001),
    };
    draw(curves, sizes, figure, paper)
}

/// What a chart shows over the number of train rows.
struct Figure<'a, Y> {
    name: &'a str,
    range: Y,
    label: &'a dyn Fn(&f64) -> String,
    /// The figure of a point: rows, accuracy and seconds.
    of: fn(&(usize, f64, f64)) -> f64,
}

fn draw<Y>(
    curves: &[Curve<'_>],
    sizes: &[usize],
    figure: Figure<'_, Y>,
    paper: &mut String,
) -> Result<Vec<CurveLine>, DrawingError>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    measure_by_own_font();
    let root = SVGBackend::with_string(paper, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_top(10)
        .margin_right(14)
        .x_label_area_size(46)
        .y_label_area_size(72)
        .build_cartesian_2d(rows_range(sizes).log_scale(), figure.range)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(AXIS)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 13))
        .x_desc("train rows")
        .y_desc(figure.name)
        .x_label_formatter(&|rows| rows_label(*rows))
        .y_label_formatter(figure.label)
        .draw()?;
    let lines = curves.iter().map(|curve| {
        let points = curve.points.iter();
        let marks = points.map(|point| chart.backend_coord(&(point.0 as f64, (figure.of)(point))));
        curve_line(curve, marks.collect())
    });
    let lines = lines.collect();
    root.present()?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Subset;
    use crate::report::split_by_dataset;
    use crate::results::fixture::record;

    fn at(size: usize, name: &str, accuracy: f64, fit_s: f64) -> Record {
        let mut row = record(name, &[accuracy]);
        row.repeats[0].fit_cpu_s = Some(fit_s);
        row.dataset.n_train = size;
        if size < 1000 {
            row.dataset.subset = Some(Subset {
                train: Some(size),
                ..Subset::default()
            });
        }
        row
    }

    #[test]
    fn the_axis_of_rows_names_what_does_not_overlap() {
        let labels: Vec<String> = [1000.0, 2000.0, 3000.0, 5000.0, 9000.0, 10_000.0, 12_000.0]
            .map(rows_label)
            .to_vec();
        assert_eq!(labels, ["1000", "2000", "", "5000", "", "10000", ""]);
    }

    #[test]
    fn sizes_of_one_data_set_make_a_curve_with_its_exponent() {
        let records = [
            at(100, "A", 0.5, 1.0),
            at(1000, "A", 0.75, 100.0),
            at(100, "B", 0.25, 1.0),
            at(1000, "B", 0.875, 10.0),
            at(1000, "C", 0.5, 1.0),
        ];
        let sheets = split_by_dataset(&records);
        let curves = build_curves(&sheets).unwrap();
        let [curves] = &curves[..] else {
            panic!("one data set");
        };
        assert_eq!(curves.sizes, [100, 1000]);
        let lines: Vec<_> = curves
            .lines
            .iter()
            .map(|line| (&*line.name, line.exponent.as_deref()))
            .collect();
        assert_eq!(lines, [("B", Some("1.00")), ("A", Some("2.00"))]);
        let on_curve: Vec<bool> = sheets
            .iter()
            .map(|sheet| is_on_curve(sheet, &sheets))
            .collect();
        assert_eq!(on_curve.iter().filter(|&&is| is).count(), 1);
        let time = curves.time.as_ref().unwrap();
        assert!(time.lines[1].marks[0].1 > time.lines[1].marks[1].1);
    }

    #[test]
    fn other_draws_and_other_data_are_no_points_of_a_curve() {
        let mut other = at(300, "A", 0.5, 1.0);
        other.dataset.files[0].sha256 = "11".to_owned();
        let mut seed = at(500, "A", 0.5, 1.0);
        seed.dataset.subset.as_mut().unwrap().seed = 1;
        let records = [at(100, "A", 0.5, 1.0), other, seed];
        let sheets = split_by_dataset(&records);
        assert_eq!(build_curves(&sheets).unwrap(), []);
    }

    #[test]
    fn short_times_do_not_count_for_an_exponent() {
        assert_eq!(exponent(&[(10, 0.0, 0.001), (100, 0.0, 1.0)]), None);
        assert_eq!(exponent(&[]), None);
    }
}
