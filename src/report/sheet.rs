//! The rows of several tables, grouped by data set, with each model once.

use crate::dataset::DatasetIdentity;
use crate::results::{DataSets, Record, latest};

/// The rows of one data set.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// The data set.
    pub dataset: &'a DatasetIdentity,
    /// The rows, best first; those without an accuracy come last.
    pub rows: Vec<&'a Record>,
}

/// Groups `records` by data set: Fashion-MNIST, MNIST, then any others. If a model has several rows
/// on one data set, the last one counts, as everywhere.
#[must_use]
pub fn split_by_dataset(records: &[Record]) -> Vec<Sheet<'_>> {
    let rows = latest(records);
    let sheet = |dataset| {
        let is_of = |record: &&&Record| record.dataset.is_same_data(dataset);
        Sheet {
            dataset,
            rows: rows.iter().filter(is_of).copied().collect(),
        }
    };
    let mut sheets: Vec<Sheet<'_>> = DataSets::of(records).into_iter().map(sheet).collect();
    for sheet in &mut sheets {
        sheet.rows.sort_by(|a, b| {
            let accuracy = |record: &Record| record.mean_accuracy.unwrap_or(-1.0);
            accuracy(b)
                .total_cmp(&accuracy(a))
                .then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id)))
        });
    }
    sheets.sort_by_key(|sheet| match sheet.dataset.name.as_str() {
        "fashion-mnist" => 0,
        "mnist" => 1,
        _ => 2,
    });
    sheets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    #[test]
    fn the_last_row_of_a_job_counts_and_data_sets_are_kept_apart() {
        let mut mnist = record("A", &[0.75]);
        mnist.dataset.name = "mnist".to_owned();
        mnist.dataset.files[0].sha256 = "11".to_owned();
        let records = [
            record("A", &[0.25]),
            mnist,
            record("B", &[0.5]),
            record("Failed", &[]),
            record("A", &[0.125]),
        ];
        let sheets = split_by_dataset(&records);
        let shown: Vec<_> = sheets
            .iter()
            .map(|sheet| {
                let rows = sheet.rows.iter();
                let rows: Vec<_> = rows.map(|row| (&*row.name, row.mean_accuracy)).collect();
                (&*sheet.dataset.name, rows)
            })
            .collect();
        let demo = vec![("B", Some(0.5)), ("A", Some(0.125)), ("Failed", None)];
        assert_eq!(shown, [("mnist", vec![("A", Some(0.75))]), ("demo", demo)]);
    }
}
