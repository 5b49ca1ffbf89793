//! Which rows belong together, and what they are told apart by.

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::CompareError;
use super::holm::holm;
use super::pairing::{Difference, compare_paired, compare_unpaired};
use super::side::Side;
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::outcomes::unpack;
use crate::results::{DataSets, LabelScore, Record, Repeat, Status, data_label, latest};

/// A family-wise error below which a difference is called one.
pub const SIGNIFICANT: f64 = 0.05;

/// A model on both sides, on the same data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowComparison {
    /// Stable id.
    pub id: JobId,
    /// The data set that both rows are of.
    pub dataset: String,
    /// Classifier name.
    pub name: String,
    /// Parameters as the config wrote them.
    pub parameter: Map<String, Value>,
    /// Mean score in A.
    pub score_a: f64,
    /// Mean score in B.
    pub score_b: f64,
    /// By how much A is better.
    #[serde(flatten)]
    pub difference: Difference,
    /// The p-value, corrected for the number of rows of the data set.
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
    /// The score of the rows; `None` for the accuracy.
    pub score: Option<LabelScore>,
    /// The data sets that both sides have, in the order in which the table has them.
    pub datasets: Vec<String>,
    /// Models on both sides, by data set, in the order of the table.
    pub rows: Vec<RowComparison>,
    /// Models of A that B does not have.
    pub only_a: Vec<String>,
    /// Models of B that A does not have.
    pub only_b: Vec<String>,
}

/// Compares A with B, data set by data set.
///
/// Rows that did not end well count as absent. Of several rows of a model on one data set the last
/// counts.
///
/// # Errors
/// [`CompareError`] if neither is a table, as only a table says on which data; if a table has no
/// rows; if the sides have no data set in common.
pub fn compare(a: Side<'_>, b: Side<'_>) -> Result<Comparison, CompareError> {
    let mut comparison = match (a, b) {
        (Side::Table(a), Side::Table(b)) => of_tables(a, b, &|a, b| Ok(pair(a, b)))?,
        (Side::Table(a), b) => of_figures(a, b, true)?,
        (a, Side::Table(b)) => of_figures(b, a, false)?,
        _ => return Err(CompareError::NoTable),
    };
    comparison.correct();
    Ok(comparison)
}

impl Comparison {
    /// Corrects the p-values for the number of rows of each data set.
    pub(super) fn correct(&mut self) {
        for dataset in &self.datasets {
            let is_of = |row: &&mut RowComparison| row.dataset == *dataset;
            let mut rows: Vec<_> = self.rows.iter_mut().filter(is_of).collect();
            let p: Vec<_> = rows.iter().map(|row| row.difference.p).collect();
            for (row, p_holm) in rows.iter_mut().zip(holm(&p)) {
                row.p_holm = p_holm;
            }
        }
    }
}

/// The last row of each model on each data set that ended well, in the order of the table.
fn scored<'a>(records: &'a [Record], side: &'static str) -> Result<Vec<&'a Record>, CompareError> {
    let is_scored =
        |record: &&Record| record.status == Status::Ok && record.mean_accuracy.is_some();
    let rows = latest(records.iter().filter(is_scored));
    if rows.is_empty() {
        return Err(CompareError::NoRows { side });
    }
    Ok(rows)
}

/// Compares two rows of one model on the same data.
pub(super) type Pair<'p> = dyn Fn(&Record, &Record) -> Result<RowComparison, CompareError> + 'p;

pub(super) fn of_tables(
    a: &[Record],
    b: &[Record],
    pair: &Pair<'_>,
) -> Result<Comparison, CompareError> {
    let (a, b) = (scored(a, "A")?, scored(b, "B")?);
    let sets = [&a, &b].map(|rows| DataSets::of(rows.iter().copied()));
    let [of_a, of_b] = &sets;
    let is_in_b = |set: &&DatasetIdentity| of_b.iter().any(|other| other.is_same_data(set));
    let shared: Vec<_> = of_a.iter().copied().filter(is_in_b).collect();
    if shared.is_empty() {
        let [a, b] = sets.map(|sets| labels(&sets));
        return Err(CompareError::OtherData { a, b });
    }
    let is_alone = of_a.len() == 1 && of_b.len() == 1;
    let mut comparison = Comparison {
        datasets: shared.iter().map(|set| data_label(set)).collect(),
        ..Comparison::default()
    };
    for set in shared {
        for record in a.iter().filter(|record| record.dataset.is_same_data(set)) {
            if let Some(other) = find_same(&b, record) {
                comparison.rows.push(pair(record, other)?);
            }
        }
    }
    let without = |rows: &[&Record], others: &[&Record]| -> Vec<String> {
        let alone = rows
            .iter()
            .filter(|record| find_same(others, record).is_none());
        alone.map(|record| label(record, is_alone)).collect()
    };
    comparison.only_a = without(&a, &b);
    comparison.only_b = without(&b, &a);
    Ok(comparison)
}

/// The row of the same model on the same data.
fn find_same<'a>(rows: &[&'a Record], record: &Record) -> Option<&'a Record> {
    let is_same =
        |other: &&&Record| other.id == record.id && other.dataset.is_same_data(&record.dataset);
    rows.iter().find(is_same).copied()
}

fn labels(sets: &[&DatasetIdentity]) -> String {
    let labels: Vec<_> = sets.iter().map(|set| data_label(set)).collect();
    labels.join(" and ")
}

fn of_figures(
    records: &[Record],
    figures: Side<'_>,
    is_table_a: bool,
) -> Result<Comparison, CompareError> {
    let rows = scored(records, if is_table_a { "A" } else { "B" })?;
    let sets = DataSets::of(rows.iter().copied());
    let covered: Vec<_> = sets
        .iter()
        .copied()
        .filter(|set| figures.covers(set))
        .collect();
    if covered.is_empty() {
        let (mut a, mut b) = (labels(&sets), figures.measured_on().to_owned());
        if !is_table_a {
            std::mem::swap(&mut a, &mut b);
        }
        return Err(CompareError::OtherData { a, b });
    }
    let mut comparison = Comparison {
        datasets: covered.iter().map(|set| data_label(set)).collect(),
        ..Comparison::default()
    };
    let mut only = Vec::new();
    for set in &sets {
        for record in rows
            .iter()
            .filter(|record| record.dataset.is_same_data(set))
        {
            let Some((figure, accuracy)) = figures.figure(record).zip(record.mean_accuracy) else {
                only.push(label(record, sets.len() == 1));
                continue;
            };
            let (mut accuracies, mut times) =
                ([accuracy, figure.accuracy], [cpu_s(record), figure.cpu_s]);
            if !is_table_a {
                accuracies.reverse();
                times.reverse();
            }
            let [a, b] = accuracies;
            let difference = compare_unpaired(a, b, record.dataset.n_test.max(1));
            comparison
                .rows
                .push(row(record, accuracies, difference, times));
        }
    }
    if is_table_a {
        comparison.only_a = only;
    } else {
        comparison.only_b = only;
    }
    Ok(comparison)
}

fn pair(a: &Record, b: &Record) -> RowComparison {
    let accuracies = [a, b].map(|record| record.mean_accuracy.unwrap_or_default());
    let difference = match (shares_right(a), shares_right(b)) {
        (Some(a), Some(b)) if a.len() == b.len() => compare_paired(&a, &b),
        _ => compare_unpaired(accuracies[0], accuracies[1], a.dataset.n_test.max(1)),
    };
    row(a, accuracies, difference, [cpu_s(a), cpu_s(b)])
}

pub(super) fn row(
    record: &Record,
    [score_a, score_b]: [f64; 2],
    difference: Difference,
    [time_a, time_b]: [Option<f64>; 2],
) -> RowComparison {
    RowComparison {
        id: record.id.clone(),
        dataset: data_label(&record.dataset),
        name: record.name.clone(),
        parameter: record.parameter.clone(),
        score_a,
        score_b,
        difference,
        p_holm: difference.p,
        time_ratio: time_a
            .zip(time_b)
            // No clock tells a time of nothing from a short one.
            .filter(|(a, b)| *a > 0.0 && *b > 0.0)
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
pub(super) fn cpu_s(record: &Record) -> Option<f64> {
    // What a submission claims was measured on another machine.
    let repeats = record
        .repeats
        .iter()
        .filter(|_| record.submission.is_none());
    let seconds: Vec<f64> = repeats.filter_map(Repeat::cpu_s).collect();
    (!seconds.is_empty()).then(|| seconds.iter().sum::<f64>() / seconds.len() as f64)
}

fn label(record: &Record, is_alone: bool) -> String {
    let label = record.label();
    if is_alone {
        return label;
    }
    format!("{label} on {}", data_label(&record.dataset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{KnownFigures, Measured};
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
        let known = KnownFigures::of_measured(&table[0], measured);
        let figures = Side::Sklearn(&known);
        let found = compare(Side::Table(&table), figures).unwrap();
        assert!((found.rows[0].difference.mean + 0.25).abs() < 1e-12);
        assert_eq!(found.rows[0].time_ratio, Some(0.5));
        assert_eq!(found.only_a, ["B()"]);
        let turned = compare(figures, Side::Table(&table)).unwrap();
        assert!((turned.rows[0].difference.mean - 0.25).abs() < 1e-12);
        assert_eq!(turned.rows[0].time_ratio, Some(2.0));
        assert_eq!(turned.only_b, ["B()"]);
        assert!(!turned.rows[0].difference.is_paired);
        assert_eq!(
            compare(figures, Side::Published(&known)),
            Err(CompareError::NoTable)
        );
    }

    fn on(data: &str, name: &str, score: f64) -> Record {
        let mut row = record(name, &[score]);
        data.clone_into(&mut row.dataset.files[0].sha256);
        row
    }

    #[test]
    fn damaged_bitmaps_are_not_paired() {
        let a = [record("A", &[0.5])];
        let mut damaged = a.clone();
        damaged[0].repeats[0].correct = Some("AAAA".to_owned());
        let found = compare(Side::Table(&a), Side::Table(&damaged)).unwrap();
        assert!(!found.rows[0].difference.is_paired);
    }

    #[test]
    fn tables_of_other_data_are_not_compared_and_both_are_named() {
        let (a, b) = ([on("aaaa", "A", 0.5)], [on("bbbb", "A", 0.75)]);
        let error = compare(Side::Table(&a), Side::Table(&b)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "A is of demo (aaaa), B is of demo (bbbb): rows of different data cannot be compared"
        );
        let error = compare(Side::Table(&a), Side::Table(&[])).unwrap_err();
        assert_eq!(error, CompareError::NoRows { side: "B" });
    }

    #[test]
    fn a_joined_table_is_compared_data_set_by_data_set() {
        let a = [on("x", "A", 0.25), on("y", "A", 0.5), on("y", "B", 0.5)];
        let b = [on("y", "A", 0.75), on("x", "A", 0.25), on("z", "C", 0.5)];
        let found = compare(Side::Table(&a), Side::Table(&b)).unwrap();
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|row| (row.dataset.as_str(), row.score_a, row.score_b))
            .collect();
        assert_eq!(rows, [("demo (x)", 0.25, 0.25), ("demo (y)", 0.5, 0.75)]);
        assert_eq!(found.only_a, ["B() on demo (y)"]);
        assert_eq!(found.only_b, ["C() on demo (z)"]);
        // Each data set is corrected for its own rows alone.
        assert!((found.rows[1].p_holm - found.rows[1].difference.p).abs() < 1e-12);
    }

    #[test]
    fn published_figures_are_not_held_against_other_data() {
        let known = KnownFigures::embedded();
        let table = [record("GaussianNB", &[0.5])];
        for figures in [Side::Published(&known), Side::Sklearn(&known)] {
            let error = compare(figures, Side::Table(&table)).unwrap_err();
            assert!(matches!(error, CompareError::OtherData { .. }), "{error}");
        }
    }

    #[test]
    fn the_last_row_that_ended_well_counts() {
        let mut failed = record("A", &[0.5]);
        failed.status = Status::Failed;
        let a = [record("A", &[0.25]), record("A", &[0.75]), failed];
        let found = compare(Side::Table(&a), Side::Table(&a[1..2])).unwrap();
        assert_eq!(found.rows.len(), 1);
        assert!((found.rows[0].score_a - 0.75).abs() < 1e-12);
    }
}
