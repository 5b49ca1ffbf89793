//! Fashion-MNIST and MNIST side by side: one line per model that has a row of either.

use std::collections::HashMap;

use super::cell::Cell;
use super::pair::{PairCell, PairView};
use super::row_figures::RowFigures;
use super::view::SheetView;
use super::words::{family_label, percent, points};
use crate::figures::KnownFigures;
use crate::grid::JobId;
use crate::results::label::render_params;
use crate::results::{Record, escape};

/// The names of the two data sets.
const NAMES: [&str; 2] = ["fashion-mnist", "mnist"];

/// A sheet's data set and its rows with their figures, in the order of the view's rows.
pub(super) struct Side<'a> {
    pub dataset: &'a str,
    pub view: &'a SheetView,
    pub rows: Vec<(&'a Record, RowFigures)>,
}

/// Returns the lines, best on Fashion-MNIST first, and whether there are rows of both data sets.
pub(super) fn pair_up(sides: &[Side<'_>], known: &KnownFigures) -> (Vec<PairView>, bool) {
    let found = NAMES.map(|name| sides.iter().find(|side| side.dataset == name));
    let mut lines: Vec<PairView> = Vec::new();
    let mut places: HashMap<&JobId, usize> = HashMap::new();
    for (side_idx, side) in found.iter().enumerate() {
        let Some(side) = side else { continue };
        for ((record, figures), row) in side.rows.iter().zip(&side.view.rows) {
            let place = *places.entry(&record.id).or_insert_with(|| {
                lines.push(line(record, known));
                lines.len() - 1
            });
            let cell = Some(PairCell {
                key: row.key.clone(),
                text: figures.accuracy.map_or_else(|| row.status.clone(), percent),
                sort: figures.accuracy,
                state: row.state,
            });
            match side_idx {
                0 => lines[place].fashion = cell,
                _ => lines[place].mnist = cell,
            }
        }
    }
    for line in &mut lines {
        let accuracy = |cell: &Option<PairCell>| cell.as_ref().and_then(|cell| cell.sort);
        line.difference = difference(accuracy(&line.fashion), accuracy(&line.mnist));
    }
    (lines, found.iter().all(Option::is_some))
}

fn line(record: &Record, known: &KnownFigures) -> PairView {
    let published = known.published_row(&record.id);
    let [fashion, mnist] = NAMES.map(|name| published.and_then(|row| row.accuracy(name)));
    let cell =
        |accuracy: f64| Cell::new(format!("{:.1}", accuracy * 100.0), accuracy, String::new());
    PairView {
        name: escape::line(&record.name),
        params: render_params(&record.parameter),
        family: record.family,
        family_label: family_label(record.family),
        fashion: None,
        mnist: None,
        difference: None,
        published_fashion: fashion.map(cell),
        published_mnist: mnist.map(cell),
        published_difference: difference(fashion, mnist),
    }
}

fn difference(fashion: Option<f64>, mnist: Option<f64>) -> Option<Cell> {
    let by = mnist? - fashion?;
    Some(Cell::new(points(by), by, String::new()))
}
