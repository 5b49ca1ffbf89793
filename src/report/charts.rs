//! The charts of a sheet: accuracy against training time, and the range of each family.
//!
//! plotters draws the paper, the grid, the axes and the front. What a reader points at (one mark
//! per row) is placed by its coordinates and drawn by the page's template, so that it can carry a
//! name, a link and the colour of its family in either theme.

use std::ops::Range;
use std::sync::Once;

use epaint_default_fonts::UBUNTU_LIGHT;
use plotters::prelude::*;
use plotters::style::register_font;
use serde::Serialize;

use super::error::ReportError;
use crate::catalog::Family;

/// The size of the scatter in pixels.
const SCATTER: (u32, u32) = (760, 420);
/// The width of the families' chart in pixels.
const RANGES_WIDTH: u32 = 760;
/// The height of a family's line in pixels.
const LINE: u32 = 30;
/// The margin left of the plot for labels, in pixels.
const LEFT: u32 = 72;
/// The margin left of the families' plot for their names, in pixels.
const NAMES: u32 = 124;
/// The margin right of the families' plot for the best figure, in pixels.
const BEST: u32 = 76;
/// The margin below a plot for labels, in pixels.
const BELOW: u32 = 46;
/// Shorter times are drawn at this many seconds, because a logarithmic axis has no zero.
const SHORTEST_S: f64 = 0.001;

/// A row as a chart sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// The key of the row in the page.
    pub key: String,
    /// The name of the row for the reader.
    pub label: String,
    pub family: Family,
    /// The median CPU seconds of `fit`.
    pub fit_s: f64,
    pub accuracy: f64,
}

/// A mark that a reader can point at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Mark {
    pub key: String,
    pub label: String,
    pub family: Family,
    pub x: i32,
    pub y: i32,
    /// Whether no other row is both as quick and more accurate.
    pub is_front: bool,
}

/// A chart: what plotters drew, and what the template draws over it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Chart {
    pub width: u32,
    pub height: u32,
    /// The paper as an SVG element.
    pub paper: String,
    pub marks: Vec<Mark>,
}

/// A family's line in [`draw_ranges`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FamilyRange {
    pub family: Family,
    pub label: &'static str,
    pub best: String,
    pub n_rows: usize,
    /// The left end, the right end and the middle of the bar.
    pub left: i32,
    pub right: i32,
    pub y: i32,
}

/// The families' chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RangeChart {
    #[serde(flatten)]
    pub chart: Chart,
    pub families: Vec<FamilyRange>,
}

/// Returns the rows that no other row beats in both time and accuracy, by time: each is more
/// accurate than all quicker ones.
fn front(points: &[Point]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&points[a], &points[b]);
        let by_time = a.fit_s.total_cmp(&b.fit_s);
        by_time.then(b.accuracy.total_cmp(&a.accuracy))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|&place| {
        let is_better = points[place].accuracy > best;
        best = best.max(points[place].accuracy);
        is_better
    });
    order
}

/// Returns a round range around the accuracies, so that no point lies on the edge.
fn accuracy_range(points: &[Point]) -> Range<f64> {
    let accuracies = points.iter().map(|point| point.accuracy);
    let low = accuracies.clone().fold(1.0, f64::min);
    let high = accuracies.fold(0.0, f64::max);
    let step = if high - low > 0.2 { 0.1 } else { 0.02 };
    let low = ((low / step - 0.15).floor() * step).max(0.0);
    let high = ((high / step + 0.15).ceil() * step).min(1.005);
    low..high
}

/// Returns a range around the times that spans at least a factor of ten.
fn time_range(points: &[Point]) -> Range<f64> {
    let times = points.iter().map(|point| point.fit_s.max(SHORTEST_S));
    let low = times.clone().fold(f64::INFINITY, f64::min);
    let high = times.fold(0.0, f64::max);
    // The ends get a little air on the logarithmic axis.
    let low = 10_f64.powf(low.log10() - 0.12);
    let high = 10_f64.powf(high.log10() + 0.12).max(low * 10.0);
    low..high
}

/// Draws accuracy against training time; returns nothing if there are no points.
pub(super) fn draw_scatter(points: &[Point]) -> Result<Option<Chart>, ReportError> {
    if points.is_empty() {
        return Ok(None);
    }
    let chart = "scatter";
    let mut paper = String::new();
    let marks = scatter(points, &mut paper).map_err(|source| ReportError::Chart {
        chart,
        source: Box::new(source),
    })?;
    let (width, height) = SCATTER;
    Ok(Some(Chart {
        width,
        height,
        paper,
        marks,
    }))
}

pub(super) type DrawingError = DrawingAreaErrorKind<std::io::Error>;

/// Registers the font by which plotters measures text; the page itself uses the reader's font.
pub(super) fn measure_by_own_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An unusable font shows up when text is measured.
        let _ = register_font("sans-serif", FontStyle::Normal, UBUNTU_LIGHT);
    });
}

fn scatter(points: &[Point], paper: &mut String) -> Result<Vec<Mark>, DrawingError> {
    measure_by_own_font();
    let root = SVGBackend::with_string(paper, SCATTER).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_top(10)
        .margin_right(14)
        .x_label_area_size(BELOW)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(time_range(points).log_scale(), accuracy_range(points))?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(AXIS)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 13))
        .x_desc("training time in CPU seconds")
        .y_desc("test accuracy")
        .x_label_formatter(&|seconds| format_power(*seconds))
        .y_label_formatter(&|accuracy| format!("{:.0} %", accuracy * 100.0))
        .y_labels(8)
        .draw()?;
    let place = |point: &Point| (point.fit_s.max(SHORTEST_S), point.accuracy);
    let front = front(points);
    let line = front.iter().map(|&place_idx| place(&points[place_idx]));
    chart.draw_series(LineSeries::new(line, AXIS.stroke_width(2)))?;
    let marks = points.iter().enumerate().map(|(point_idx, point)| {
        let (x, y) = chart.backend_coord(&place(point));
        mark(point, x, y, front.contains(&point_idx))
    });
    let marks = marks.collect();
    root.present()?;
    Ok(marks)
}

/// The grey of the grid, which the style sheet replaces by the theme's.
pub(super) const GRID: RGBColor = RGBColor(221, 221, 221);
/// The grey of the axes, which the style sheet replaces as well.
pub(super) const AXIS: RGBColor = RGBColor(119, 119, 119);

fn format_power(seconds: f64) -> String {
    if seconds < 1.0 {
        let digits = -seconds.log10().round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most the digits of the shortest time"
        )]
        let digits = digits as usize;
        format!("{seconds:.digits$}")
    } else {
        format!("{seconds:.0}")
    }
}

fn mark(point: &Point, x: i32, y: i32, is_front: bool) -> Mark {
    Mark {
        key: point.key.clone(),
        label: point.label.clone(),
        family: point.family,
        x,
        y,
        is_front,
    }
}

/// Draws the range of accuracies of each family, best family first; returns nothing if there are no
/// points.
pub(super) fn draw_ranges(
    points: &[Point],
    label: fn(Family) -> &'static str,
) -> Result<Option<RangeChart>, ReportError> {
    if points.is_empty() {
        return Ok(None);
    }
    let mut groups: Vec<(Family, Vec<&Point>)> = Vec::new();
    // The points come best first, so the families appear in the order of their best points.
    for point in points {
        match groups
            .iter_mut()
            .find(|(family, _)| *family == point.family)
        {
            Some((_, group)) => group.push(point),
            None => groups.push((point.family, vec![point])),
        }
    }
    let mut paper = String::new();
    let chart = ranges(&groups, accuracy_range(points), label, &mut paper);
    let (marks, families, height) = chart.map_err(|source| ReportError::Chart {
        chart: "bars",
        source: Box::new(source),
    })?;
    let chart = Chart {
        width: RANGES_WIDTH,
        height,
        paper,
        marks,
    };
    Ok(Some(RangeChart { chart, families }))
}

fn ranges(
    groups: &[(Family, Vec<&Point>)],
    accuracies: Range<f64>,
    label: fn(Family) -> &'static str,
    paper: &mut String,
) -> Result<(Vec<Mark>, Vec<FamilyRange>, u32), DrawingError> {
    measure_by_own_font();
    let n_lines = groups.len() as u32;
    let height = n_lines * LINE + BELOW + 10;
    let root = SVGBackend::with_string(paper, (RANGES_WIDTH, height)).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_top(10)
        .margin_right(BEST)
        .margin_left(NAMES)
        .x_label_area_size(BELOW)
        .build_cartesian_2d(accuracies, 0.0..f64::from(n_lines))?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(AXIS)
        .disable_y_mesh()
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 13))
        .x_desc("test accuracy, from the worst row to the best")
        .x_label_formatter(&|accuracy| format!("{:.0} %", accuracy * 100.0))
        .draw()?;
    let (mut marks, mut families) = (Vec::new(), Vec::new());
    for (line_idx, (family, group)) in groups.iter().enumerate() {
        let middle = f64::from(n_lines) - line_idx as f64 - 0.5;
        let place = |point: &Point| chart.backend_coord(&(point.accuracy, middle));
        let placed: Vec<(i32, i32)> = group.iter().map(|point| place(point)).collect();
        let (best, worst) = (placed[0], placed[placed.len() - 1]);
        families.push(FamilyRange {
            family: *family,
            label: label(*family),
            best: format!("{:.2} %", group[0].accuracy * 100.0),
            n_rows: group.len(),
            left: worst.0,
            right: best.0,
            y: best.1,
        });
        let group_marks = group.iter().zip(&placed).enumerate();
        marks.extend(
            group_marks.map(|(place_idx, (point, &(x, y)))| mark(point, x, y, place_idx == 0)),
        );
    }
    root.present()?;
    Ok((marks, families, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(fit_s: f64, accuracy: f64) -> Point {
        Point {
            key: format!("{fit_s}"),
            label: String::new(),
            family: Family::Svm,
            fit_s,
            accuracy,
        }
    }

    #[test]
    fn the_front_holds_what_nothing_beats_in_both() {
        let points = [
            point(10.0, 0.9),
            point(1.0, 0.8),
            point(2.0, 0.7),
            point(1.0, 0.6),
            point(20.0, 0.9),
            point(0.5, 0.1),
        ];
        assert_eq!(front(&points), [5, 1, 0]);
        assert_eq!(front(&[]), Vec::<usize>::new());
    }

    #[test]
    fn marks_lie_where_their_figures_say() {
        let points = [point(100.0, 0.9), point(1.0, 0.8), point(0.0, 0.8)];
        let chart = draw_scatter(&points).unwrap().unwrap();
        let [slow, quick, instant] = &chart.marks[..] else {
            panic!("three marks");
        };
        assert!(slow.x > quick.x && quick.x > instant.x && instant.x > 0);
        assert!(slow.y < quick.y && quick.y == instant.y);
        assert!(slow.is_front && !quick.is_front && instant.is_front);
        assert!(chart.paper.starts_with("<svg") && chart.paper.trim_end().ends_with("</svg>"));
        assert!(chart.paper.contains("90 %"), "{}", chart.paper);
    }

    #[test]
    fn a_familys_bar_reaches_from_its_worst_row_to_its_best() {
        let points = [point(1.0, 0.9), point(1.0, 0.8), point(1.0, 0.7)];
        let chart = draw_ranges(&points, |_| "SVM").unwrap().unwrap();
        let [svm] = &chart.families[..] else {
            panic!("one family");
        };
        assert_eq!((svm.n_rows, &*svm.best), (3, "90.00 %"));
        assert_eq!(
            (svm.right, svm.left),
            (chart.chart.marks[0].x, chart.chart.marks[2].x)
        );
        assert!(svm.left < svm.right);
    }

    #[test]
    fn one_row_and_none_can_be_drawn() {
        assert_eq!(draw_scatter(&[]).unwrap(), None);
        assert!(draw_scatter(&[point(1.0, 1.0)]).unwrap().is_some());
        assert!(draw_ranges(&[point(1.0, 0.0)], |_| "").unwrap().is_some());
    }
}
