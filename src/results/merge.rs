//! Joining the tables of runs on several machines.

use std::collections::HashMap;

use super::original::OriginalRecord;
use super::record::{Record, Status};
use super::row::{Row, RowKind};
use crate::grid::JobId;

/// Several tables as one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Merged {
    /// Each row once, in the order given.
    pub rows: Vec<RowKind>,
    /// Rows left out because the same job was there with the same answer.
    pub n_repeated: usize,
    /// Rows left out because the job ended badly there, and well elsewhere.
    pub n_failed_elsewhere: usize,
    /// Jobs with two answers; both rows stand in `rows`.
    pub conflicts: Vec<Conflict>,
}

/// Two rows of one job under the same seed that predict differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Where the row that was there comes from: the position of its table.
    pub first_table: usize,
    /// The row that was there.
    pub first: Box<Record>,
    /// Where the other one comes from.
    pub second_table: usize,
    /// The other one.
    pub second: Box<Record>,
}

/// What makes two rows the same job: model, content of the data, base seed, repeats asked for.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    id: JobId,
    contents: Vec<String>,
    seed: u64,
    repeats_asked: usize,
}

impl Key {
    fn of(record: &Record) -> Self {
        let files = record.dataset.files.iter();
        Self {
            id: record.id.clone(),
            contents: files.map(|file| file.sha256.clone()).collect(),
            seed: record.seed,
            repeats_asked: record.repeats_asked,
        }
    }
}

/// Joins tables: a job that several of them hold with the same predictions is kept once, as it
/// first stands.
///
/// A row that ended well goes before one that did not. Two that ended well and predict differently
/// are a [`Conflict`], which the same seed must not give. Within a table the last row of a job
/// counts, as everywhere.
#[must_use]
pub fn merge(tables: &[Vec<Row>]) -> Merged {
    let mut merged = Merged::default();
    // Where each job stands, and from which table.
    let mut places: HashMap<Key, Vec<(usize, usize)>> = HashMap::new();
    for (table_idx, table) in tables.iter().enumerate() {
        for row in last_of_each_job(table) {
            match &row.kind {
                RowKind::Original(original) => merged.add_original(original),
                RowKind::Ours(record) => {
                    let standing = places.entry(Key::of(record)).or_default();
                    merged.add(record, table_idx, standing);
                }
            }
        }
    }
    merged
}

/// The rows of a table without those that a later one of the same job replaces.
fn last_of_each_job(table: &[Row]) -> impl Iterator<Item = &Row> {
    let mut last: HashMap<Key, usize> = HashMap::new();
    for (row_idx, row) in table.iter().enumerate() {
        if let Some(record) = row.record() {
            last.insert(Key::of(record), row_idx);
        }
    }
    table.iter().enumerate().filter_map(move |(row_idx, row)| {
        let stands = row
            .record()
            .is_none_or(|record| last[&Key::of(record)] == row_idx);
        stands.then_some(row)
    })
}

impl Merged {
    fn add_original(&mut self, original: &OriginalRecord) {
        let row = RowKind::Original(original.clone());
        if self.rows.contains(&row) {
            self.n_repeated += 1;
        } else {
            self.rows.push(row);
        }
    }

    /// Adds a row of a job that stands at the places `standing`, each with its table.
    fn add(&mut self, record: &Record, table_idx: usize, standing: &mut Vec<(usize, usize)>) {
        let is_ok = |record: &Record| record.status == Status::Ok;
        for (place, first_table) in standing.iter_mut() {
            let RowKind::Ours(first) = &mut self.rows[*place] else {
                continue;
            };
            match (is_ok(first), is_ok(record)) {
                (true, true) if predictions(first) != predictions(record) => continue,
                (true, true) | (false, false) => self.n_repeated += 1,
                (true, false) => self.n_failed_elsewhere += 1,
                (false, true) => {
                    **first = record.clone();
                    *first_table = table_idx;
                    self.n_failed_elsewhere += 1;
                }
            }
            return;
        }
        if let Some(&(place, first_table)) = standing.first()
            && let RowKind::Ours(first) = &self.rows[place]
        {
            self.conflicts.push(Conflict {
                first_table,
                first: first.clone(),
                second_table: table_idx,
                second: Box::new(record.clone()),
            });
        }
        standing.push((self.rows.len(), table_idx));
        self.rows.push(RowKind::Ours(Box::new(record.clone())));
    }
}

/// What a row found, repeat by repeat. Accuracies tell rows apart that hold no predictions.
fn predictions(record: &Record) -> Vec<(Option<&str>, f64)> {
    let repeats = record.repeats.iter();
    repeats
        .map(|repeat| (repeat.predictions_sha256.as_deref(), repeat.accuracy))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    fn single(record: &Record) -> Vec<Row> {
        table(std::slice::from_ref(record))
    }

    fn table(records: &[Record]) -> Vec<Row> {
        let rows = records.iter().enumerate();
        rows.map(|(idx, record)| Row {
            line: idx + 1,
            kind: RowKind::Ours(Box::new(record.clone())),
        })
        .collect()
    }

    fn names(merged: &Merged) -> Vec<&str> {
        let rows = merged.rows.iter();
        rows.map(|row| match row {
            RowKind::Ours(record) => record.name.as_str(),
            RowKind::Original(original) => original.name.as_str(),
        })
        .collect()
    }

    fn predicting(hash: &str) -> Record {
        let mut row = record("A", &[0.5]);
        row.repeats[0].predictions_sha256 = Some(hash.to_owned());
        row
    }

    #[test]
    fn rows_of_different_jobs_are_joined() {
        let merged = merge(&[
            table(&[record("A", &[0.5]), record("B", &[0.5])]),
            table(&[record("C", &[0.5])]),
        ]);
        assert_eq!(names(&merged), ["A", "B", "C"]);
        assert_eq!((merged.n_repeated, merged.conflicts.len()), (0, 0));
    }

    #[test]
    fn a_job_with_the_same_answer_is_kept_once_whatever_it_took() {
        let mut again = record("A", &[0.5]);
        again.repeats[0].fit_s = Some(3.0);
        again.environment.as_mut().unwrap().host = "other".to_owned();
        let first = record("A", &[0.5]);
        let merged = merge(&[single(&first), single(&again), single(&first)]);
        assert_eq!(merged.rows, [RowKind::Ours(Box::new(first))]);
        assert_eq!(merged.n_repeated, 2);
    }

    #[test]
    fn two_answers_under_the_same_seed_are_a_conflict_and_both_stay() {
        let tables = [
            single(&predicting("x")),
            single(&predicting("y")),
            single(&predicting("y")),
        ];
        let merged = merge(&tables);
        assert_eq!(names(&merged), ["A", "A"]);
        assert_eq!((merged.n_repeated, merged.conflicts.len()), (1, 1));
        let conflict = &merged.conflicts[0];
        assert_eq!((conflict.first_table, conflict.second_table), (0, 1));
    }

    #[test]
    fn other_seeds_repeats_and_data_are_other_jobs() {
        let rows = [(); 4].map(|()| record("A", &[0.5]));
        let [first, mut seed, mut repeats, mut data] = rows;
        seed.seed += 1;
        repeats.repeats_asked += 1;
        data.dataset.files[0].sha256 = "11".to_owned();
        let merged = merge(&[table(&[first, seed]), table(&[repeats, data])]);
        assert_eq!(merged.rows.len(), 4);
    }

    #[test]
    fn a_row_that_ended_well_goes_before_one_that_did_not() {
        let mut failed = record("A", &[]);
        failed.status = Status::TimedOut;
        failed.repeats_asked = 1;
        let good = record("A", &[0.5]);
        for tables in [
            [single(&failed), single(&good)],
            [single(&good), single(&failed)],
        ] {
            let merged = merge(&tables);
            assert_eq!(merged.rows, [RowKind::Ours(Box::new(good.clone()))]);
            assert_eq!((merged.n_failed_elsewhere, merged.conflicts.len()), (1, 0));
        }
    }

    #[test]
    fn within_a_table_the_last_row_of_a_job_counts() {
        let merged = merge(&[table(&[predicting("old"), predicting("new")])]);
        assert_eq!(merged.rows, [RowKind::Ours(Box::new(predicting("new")))]);
        assert_eq!(merged.conflicts, []);
    }
}
