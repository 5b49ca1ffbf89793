//! Which rows belong together, and what they are told apart by.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::holm::holm;
use super::pairing::{Difference, compare_paired, compare_unpaired};
use crate::grid::JobId;
use crate::references::References;
use crate::results::outcomes::unpack;
use crate::results::{Record, Status};

/// A family-wise error below which a difference is called one.
pub const SIGNIFICANT: f64 = 0.05;

/// What somebody else found for a model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Figure {
    /// Accuracy in [0, 1].
    accuracy: f64,
    /// CPU seconds of fit and predict.
    cpu_s: Option<f64>,
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// A results table.
    Table(&'a [Record]),
    /// The published table.
    Published(&'a References),
    /// scikit-learn's measurements.
    Sklearn(&'a References),
}

impl Side<'_> {
    /// What a side without predictions found for the model of a row.
    fn figure(&self, record: &Record) -> Option<Figure> {
        match self {
            Self::Table(_) => None,
            Self::Published(references) => references.published(record).map(|accuracy| Figure {
                accuracy,
                cpu_s: None,
            }),
            Self::Sklearn(references) => references.measured(record).map(|measured| Figure {
                accuracy: measured.accuracy,
                cpu_s: Some(measured.cpu_s),
            }),
        }
    }
}

/// A model on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowComparison {
    /// Stable id.
    pub id: JobId,
    /// Classifier name.
    pub name: String,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// Mean accuracy in A.
    pub accuracy_a: f64,
    /// Mean accuracy in B.
    pub accuracy_b: f64,
    /// By how much A is more accurate.
    #[serde(flatten)]
    pub difference: Difference,
    /// The p-value, corrected for the number of rows.
    pub p_holm: f64,
    /// CPU seconds of fit and predict in A divided by those in B.
    pub time_ratio: Option<f64>,
}

impl RowComparison {
    /// Whether the difference is more than chance, with all rows taken together.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.p_holm < SIGNIFICANT
    }
}

/// Two sides, row by row.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Models on both sides, in the order of the table.
    pub rows: Vec<RowComparison>,
    /// Models of A that B does not have.
    pub only_a: Vec<String>,
    /// Models of B that A does not have.
    pub only_b: Vec<String>,
}

/// Compares A with B; nothing if neither is a table, as only a table says on which data.
///
/// Rows that did not end well count as absent. Of several rows of a model the last counts.
#[must_use]
pub fn compare(a: Side<'_>, b: Side<'_>) -> Option<Comparison> {
    let mut comparison = match (a, b) {
        (Side::Table(a), Side::Table(b)) => of_tables(a, b),
        (Side::Table(a), b) => of_figures(a, b, 1.0),
        (a, Side::Table(b)) => of_figures(b, a, -1.0),
        _ => return None,
    };
    let p: Vec<_> = comparison.rows.iter().map(|row| row.difference.p).collect();
    for (row, p_holm) in comparison.rows.iter_mut().zip(holm(&p)) {
        row.p_holm = p_holm;
    }
    Some(comparison)
}

/// The last row of each model that ended well, in the order of the table.
fn latest(records: &[Record]) -> Vec<&Record> {
    let is_scored =
        |record: &&Record| record.status == Status::Ok && record.mean_accuracy.is_some();
    let scored: Vec<_> = records.iter().filter(is_scored).collect();
    let last: BTreeMap<_, _> = scored
        .iter()
        .enumerate()
        .map(|(idx, record)| (&record.id, idx))
        .collect();
    let stands = |(idx, record): (usize, &&'_ Record)| last[&record.id] == idx;
    let kept: Vec<bool> = scored.iter().enumerate().map(stands).collect();
    let pairs = scored.into_iter().zip(kept);
    pairs
        .filter_map(|(record, kept)| kept.then_some(record))
        .collect()
}

fn of_tables(a: &[Record], b: &[Record]) -> Comparison {
    let (a, b) = (latest(a), latest(b));
    let in_b: BTreeMap<_, _> = b.iter().map(|record| (&record.id, *record)).collect();
    let mut comparison = Comparison::default();
    for record in &a {
        match in_b.get(&record.id) {
            Some(other) => comparison.rows.push(pair(record, other)),
            None => comparison.only_a.push(label(record)),
        }
    }
    let is_in_a = |record: &&&Record| a.iter().any(|other| other.id == record.id);
    let only_b = b.iter().filter(|record| !is_in_a(record));
    comparison.only_b = only_b.map(|record| label(record)).collect();
    comparison
}

fn of_figures(records: &[Record], figures: Side<'_>, sign: f64) -> Comparison {
    let mut comparison = Comparison::default();
    for record in latest(records) {
        let Some((figure, accuracy)) = figures.figure(record).zip(record.mean_accuracy) else {
            let only = if sign > 0.0 {
                &mut comparison.only_a
            } else {
                &mut comparison.only_b
            };
            only.push(label(record));
            continue;
        };
        let (mut accuracies, mut times) =
            ([accuracy, figure.accuracy], [cpu_s(record), figure.cpu_s]);
        if sign < 0.0 {
            accuracies.reverse();
            times.reverse();
        }
        let [a, b] = accuracies;
        let difference = compare_unpaired(a, b, record.dataset.n_test.max(1));
        comparison
            .rows
            .push(row(record, accuracies, difference, times));
    }
    comparison
}

fn pair(a: &Record, b: &Record) -> RowComparison {
    let accuracies = [a, b].map(|record| record.mean_accuracy.unwrap_or_default());
    let is_same_data = a.dataset.is_same_data(&b.dataset);
    let difference = match (shares_right(a), shares_right(b)) {
        (Some(a), Some(b)) if is_same_data && a.len() == b.len() => compare_paired(&a, &b),
        _ => compare_unpaired(accuracies[0], accuracies[1], a.dataset.n_test.max(1)),
    };
    row(a, accuracies, difference, [cpu_s(a), cpu_s(b)])
}

fn row(
    record: &Record,
    [accuracy_a, accuracy_b]: [f64; 2],
    difference: Difference,
    [time_a, time_b]: [Option<f64>; 2],
) -> RowComparison {
    RowComparison {
        id: record.id.clone(),
        name: record.name.clone(),
        parameter: record.parameter.clone(),
        accuracy_a,
        accuracy_b,
        difference,
        p_holm: difference.p,
        time_ratio: time_a
            .zip(time_b)
            .filter(|(_, b)| *b > 0.0)
            .map(|(a, b)| a / b),
    }
}

/// For each test image the share of repeats that had it right; nothing if a row is damaged.
fn shares_right(record: &Record) -> Option<Vec<f64>> {
    let mut n_wrong = vec![0_u32; record.dataset.n_test];
    for repeat in &record.repeats {
        for image_idx in unpack(repeat, n_wrong.len()).ok()?.wrong {
            n_wrong[image_idx] += 1;
        }
    }
    let n_repeats = record.repeats.len() as f64;
    let shares = n_wrong.iter().map(|&n| 1.0 - f64::from(n) / n_repeats);
    (!record.repeats.is_empty()).then(|| shares.collect())
}

/// Mean CPU seconds of a repeat, fit and predict.
fn cpu_s(record: &Record) -> Option<f64> {
    let seconds = record.repeats.iter();
    let sum: f64 = seconds.map(|r| r.fit_cpu_s + r.predict_cpu_s).sum();
    (!record.repeats.is_empty()).then(|| sum / record.repeats.len() as f64)
}

fn label(record: &Record) -> String {
    crate::results::summary::label(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::references::Measured;
    use crate::results::fixture::record;

    #[test]
    fn tables_are_paired_by_image_and_their_order_is_kept() {
        // Of eight images the first four right, and the first six.
        let a = [
            record("B", &[0.5]),
            record("A", &[0.5]),
            record("C", &[0.5]),
        ];
        let b = [
            record("A", &[0.75]),
            record("B", &[0.5]),
            record("D", &[0.5]),
        ];
        let found = compare(Side::Table(&a), Side::Table(&b)).unwrap();
        let names: Vec<_> = found.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["B", "A"]);
        assert_eq!(
            (found.only_a.as_slice(), found.only_b.as_slice()),
            (&["C()".to_owned()][..], &["D()".to_owned()][..])
        );
        let [same, worse] = &found.rows[..] else {
            panic!()
        };
        assert!((same.difference.p - 1.0).abs() < 1e-12 && same.difference.is_paired);
        // Two discordant images, both for B: 2 · (1/2)², times two rows.
        assert!((worse.difference.p - 0.5).abs() < 1e-12);
        assert!((worse.p_holm - 1.0).abs() < 1e-12);
        assert!((worse.difference.mean + 0.25).abs() < 1e-12);
        assert_eq!(worse.time_ratio, Some(1.0));
    }

    #[test]
    fn repeats_are_shares_of_an_image() {
        let shares = shares_right(&record("A", &[0.5, 0.25])).unwrap();
        assert_eq!(shares, [1.0, 1.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn figures_stand_on_either_side() {
        let table = [record("A", &[0.5]), record("B", &[0.5])];
        let measured = Measured {
            accuracy: 0.75,
            cpu_s: 3.5,
        };
        let references = References::of_measured(&table[0], measured);
        let figures = Side::Sklearn(&references);
        let found = compare(Side::Table(&table), figures).unwrap();
        assert!((found.rows[0].difference.mean + 0.25).abs() < 1e-12);
        assert_eq!(found.rows[0].time_ratio, Some(0.5));
        assert_eq!(found.only_a, ["B()"]);
        let turned = compare(figures, Side::Table(&table)).unwrap();
        assert!((turned.rows[0].difference.mean - 0.25).abs() < 1e-12);
        assert_eq!(turned.rows[0].time_ratio, Some(2.0));
        assert_eq!(turned.only_b, ["B()"]);
        assert!(!turned.rows[0].difference.is_paired);
        assert_eq!(compare(figures, Side::Published(&references)), None);
    }

    #[test]
    fn rows_of_other_data_and_damaged_bitmaps_are_not_paired() {
        let a = [record("A", &[0.5])];
        let mut other = a.clone();
        other[0].dataset.files[0].sha256 = "11".to_owned();
        let mut damaged = a.clone();
        damaged[0].repeats[0].correct = "AAAA".to_owned();
        for b in [other, damaged] {
            let found = compare(Side::Table(&a), Side::Table(&b)).unwrap();
            assert!(!found.rows[0].difference.is_paired);
        }
    }

    #[test]
    fn the_last_row_that_ended_well_counts() {
        let mut failed = record("A", &[0.5]);
        failed.status = Status::Failed;
        let a = [record("A", &[0.25]), record("A", &[0.75]), failed];
        let found = compare(Side::Table(&a), Side::Table(&a[1..2])).unwrap();
        assert_eq!(found.rows.len(), 1);
        assert!((found.rows[0].accuracy_a - 0.75).abs() < 1e-12);
    }
}
