//! Which rows of joined tables count: of each model on each data set the last one.

use std::collections::HashMap;

use super::record::Record;
use crate::dataset::{DatasetIdentity, Subset};
use crate::grid::JobId;

/// Tells data sets apart by their content, numbering them in the order in which they first come.
#[derive(Debug, Clone, Default)]
pub struct DataSets<'a> {
    known: Vec<&'a DatasetIdentity>,
}

impl<'a> DataSets<'a> {
    /// The number of a data set, from 0.
    pub fn number(&mut self, dataset: &'a DatasetIdentity) -> usize {
        let is_known = |known: &&DatasetIdentity| known.is_same_data(dataset);
        self.known.iter().position(is_known).unwrap_or_else(|| {
            self.known.push(dataset);
            self.known.len() - 1
        })
    }

    /// The data sets of rows, in the order in which they first come.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = &'a Record>) -> Vec<&'a DatasetIdentity> {
        let mut sets = Self::default();
        for record in records {
            sets.number(&record.dataset);
        }
        sets.known
    }
}

/// Returns the last row of each model on each data set, at the place of the first one.
///
/// Whatever picks "the row of a model" from a table picks from these, so that a model that ran on
/// two data sets never has one row that stands for both.
#[must_use]
pub fn latest<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<&'a Record> {
    last_by(records, |_| ())
}

/// Returns the last row of each model on each data set under each base seed, likewise.
#[must_use]
pub fn latest_by_seed<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<&'a Record> {
    last_by(records, |record| record.seed)
}

fn last_by<'a, K: Eq + std::hash::Hash>(
    records: impl IntoIterator<Item = &'a Record>,
    part: impl Fn(&Record) -> K,
) -> Vec<&'a Record> {
    let mut sets = DataSets::default();
    let mut places: HashMap<(usize, &JobId, K), usize> = HashMap::new();
    let mut rows = Vec::new();
    for record in records {
        let key = (sets.number(&record.dataset), &record.id, part(record));
        let place = *places.entry(key).or_insert(rows.len());
        if place == rows.len() {
            rows.push(record);
        } else {
            rows[place] = record;
        }
    }
    rows
}

/// Names a data set for a person: `fashion-mnist v3 (c59f468a)`.
///
/// The hash has a part of each file, so that two data sets of one name are told apart.
#[must_use]
pub fn data_label(dataset: &DatasetIdentity) -> String {
    let mut text = super::escape::line(&dataset.name);
    if let Some(revision) = &dataset.revision {
        text = format!("{text} {}", super::escape::line(revision));
    }
    if let Some(subset) = dataset.subset {
        text = format!("{text}, {}", part_label(&subset));
    }
    if dataset.transposed {
        text.push_str(", transposed");
    }
    if !dataset.scaling.is_standard() {
        text = format!("{text}, scaling {}", dataset.scaling);
    }
    let hash: Vec<String> = dataset
        .files
        .iter()
        .map(|file| file.sha256.chars().take(4).collect())
        .collect();
    format!("{text} ({})", super::escape::line(&hash.concat()))
}

/// Names a part of a data set: `1000 train rows, 500 test rows`.
#[must_use]
pub fn part_label(subset: &Subset) -> String {
    let rows = [(subset.train, "train"), (subset.test, "test")];
    let mut parts: Vec<String> = rows
        .iter()
        .filter_map(|(n, split)| Some(format!("{} {split} rows", (*n)?)))
        .collect();
    if !subset.stratified {
        parts.push("not stratified".to_owned());
    }
    if subset.seed != 0 {
        parts.push(format!("subset seed {}", subset.seed));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    fn on(data: &str, name: &str, score: f64) -> Record {
        let mut row = record(name, &[score]);
        data.clone_into(&mut row.dataset.files[0].sha256);
        row
    }

    #[test]
    fn a_model_on_two_data_sets_has_two_rows_that_count() {
        let rows = [
            on("x", "A", 0.25),
            on("x", "B", 0.5),
            on("y", "A", 0.75),
            on("x", "A", 0.5),
        ];
        let found: Vec<_> = latest(&rows).iter().map(|row| row.score[0]).collect();
        assert_eq!(found, [0.5, 0.5, 0.75]);
        assert_eq!(DataSets::of(&rows).len(), 2);
    }

    #[test]
    fn base_seeds_are_told_apart_where_they_matter() {
        let mut rows = [(); 3].map(|()| on("x", "A", 0.5));
        rows[1].seed += 1;
        assert_eq!(latest(&rows).len(), 1);
        assert_eq!(latest_by_seed(&rows).len(), 2);
    }

    #[test]
    fn a_label_has_a_part_of_every_hash() {
        let mut row = on("0123456789", "A", 0.5);
        row.dataset.revision = Some("v3".to_owned());
        assert_eq!(data_label(&row.dataset), "demo v3 (0123)");
    }
}
