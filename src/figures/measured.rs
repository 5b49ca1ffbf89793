//! What scikit-learn did with the models of rows, from a results table with its rows.

use std::collections::HashMap;

use serde::Serialize;

use crate::catalog::engine::{SEPARATOR, counterpart};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::{Record, Repeat, mean_accuracy, median};

/// The engine whose rows are scikit-learn's.
const ENGINE: &str = "sklearn";

/// What scikit-learn did with the model of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// Mean accuracy, in [0, 1].
    pub accuracy: f64,
    /// Seconds of fit and predict together: CPU seconds, or wall seconds of one thread on a quiet
    /// machine where only those were taken.
    pub cpu_s: f64,
}

/// Rows of scikit-learn by the ids of our classifiers with the same name and parameters.
///
/// A model may have several rows: what was measured on two machines is taken together.
#[derive(Debug, Clone, Default)]
pub(super) struct MeasuredRows {
    by_id: HashMap<JobId, Vec<Record>>,
}

impl MeasuredRows {
    /// Takes in the rows of scikit-learn among `records`; those of classifiers that are none of ours
    /// stand beside nothing.
    pub(super) fn extend<'a>(&mut self, records: impl IntoIterator<Item = &'a Record>) {
        for record in records {
            let engine = record.engine.as_ref();
            if engine.is_some_and(|engine| engine.name == ENGINE)
                && let Some(id) = our_id(record)
            {
                self.by_id.entry(id).or_default().push(record.clone());
            }
        }
    }

    /// Takes in the rows of scikit-learn among `records` in the place of those of the same models on
    /// the same data.
    pub(super) fn replace(&mut self, records: &[Record]) {
        let mut found = Self::default();
        found.extend(records);
        for (id, rows) in found.by_id {
            let known = self.by_id.entry(id).or_default();
            known.retain(|old| {
                !rows
                    .iter()
                    .any(|row| row.dataset.is_same_data(&old.dataset))
            });
            known.extend(rows);
        }
    }

    /// Whether there are rows of that data.
    pub(super) fn has(&self, dataset: &DatasetIdentity) -> bool {
        let mut rows = self.by_id.values().flatten();
        rows.any(|row| row.dataset.is_same_data(dataset))
    }

    /// What was measured of a row's model on the same data.
    pub(super) fn measured(&self, record: &Record) -> Option<Measured> {
        let repeats: Vec<&Repeat> = self.rows(record).flat_map(|row| &row.repeats).collect();
        let accuracies: Vec<f64> = repeats.iter().map(|repeat| repeat.accuracy).collect();
        let seconds = |of: fn(&Repeat) -> Option<f64>| -> Vec<f64> {
            repeats.iter().filter_map(|repeat| of(repeat)).collect()
        };
        let mut times = seconds(Repeat::cpu_s);
        if times.is_empty() {
            times = seconds(Repeat::wall_s);
        }
        Some(Measured {
            accuracy: mean_accuracy(&accuracies)?,
            cpu_s: median(times)?,
        })
    }

    /// CPU seconds in which scikit-learn was not done with a row's model on the same data, where it
    /// was never done.
    pub(super) fn unfinished_s(&self, record: &Record) -> Option<f64> {
        if self.rows(record).any(|row| !row.repeats.is_empty()) {
            return None;
        }
        let limits = self.rows(record).filter_map(|row| row.limit_cpu_s);
        limits.max_by(f64::total_cmp)
    }

    /// One row, of the model and data of `record`.
    #[cfg(test)]
    pub(super) fn of_one(record: &Record, measured: Measured) -> Self {
        let mut row = record.clone();
        row.repeats.truncate(1);
        let repeat = &mut row.repeats[0];
        repeat.accuracy = measured.accuracy;
        (repeat.fit_cpu_s, repeat.predict_cpu_s) = (Some(measured.cpu_s), Some(0.0));
        Self {
            by_id: HashMap::from([(record.id.clone(), vec![row])]),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_id.values().map(Vec::len).sum()
    }

    /// The rows of a row's model on the same data.
    fn rows<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a Record> {
        let rows = self.by_id.get(&record.id).into_iter().flatten();
        rows.filter(|row| row.dataset.is_same_data(&record.dataset))
    }
}

/// Returns the id of our classifier that an engine's row is like, in name and parameters; nothing
/// where there is none.
#[must_use]
pub fn our_id(record: &Record) -> Option<JobId> {
    let (engine, classifier) = record.name.split_once(SEPARATOR)?;
    let (spec, params) = counterpart(engine, classifier, &record.parameter, record.defaults)?;
    Some(JobId::new(spec.name, &params))
}
