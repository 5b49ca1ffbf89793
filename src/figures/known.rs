//! The figures that rows stand beside: the published table, and scikit-learn on the same files.
//!
//! A row and a figure belong together if they are of the same model: the figure's explicit
//! parameters, completed with the defaults of the library that it was measured with, have the id of
//! the row. The published table is history and is compared more loosely: a row that differs from it
//! only in what scikit-learn's defaults were and are stands beside it as well.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::error::FiguresError;
use super::measured::{Measured, MeasuredRows};
use super::published::{Published, PublishedFile};
use crate::catalog::{self, Params, Profile};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::{LineError, Record, Row, Table, parse_rows};

/// File of the published table.
const PUBLISHED: &str = "table3.json";
/// Results table with scikit-learn's rows.
const MEASURED: &str = "sklearn.jsonl";
/// The published table that this binary was built with.
const EMBEDDED_PUBLISHED: &str = include_str!("../../benchmark/reference/table3.json");
/// scikit-learn's rows that this binary was built with.
const EMBEDDED_MEASURED: &str = include_str!("../../results/sklearn.jsonl");

/// Published and measured figures, by model.
#[derive(Debug, Clone, Default)]
pub struct KnownFigures {
    published: Vec<Published>,
    /// Place in `published` by id under either profile.
    published_by_id: HashMap<JobId, usize>,
    measured: MeasuredRows,
}

impl KnownFigures {
    /// The figures that this binary was built with.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn embedded() -> Self {
        let mut figures = Self::default();
        figures
            .take_in_published(EMBEDDED_PUBLISHED)
            .expect("the embedded table is well-formed");
        let rows = embedded_rows().expect("the embedded rows are well-formed");
        figures.measured.extend(rows.iter().filter_map(Row::record));
        figures
    }

    /// The figures in the files of `directory`: `table3.json`, and `sklearn.jsonl`, a results table;
    /// one that is missing counts as empty.
    ///
    /// # Errors
    /// [`FiguresError`] if none of them is there, or one cannot be read.
    pub fn load(directory: &Path) -> Result<Self, FiguresError> {
        let mut figures = Self::default();
        let path = directory.join(PUBLISHED);
        let missing = match fs::read_to_string(&path) {
            Ok(text) => {
                figures
                    .take_in_published(&text)
                    .map_err(|source| FiguresError::Format { path, source })?;
                None
            }
            Err(source) if source.kind() == ErrorKind::NotFound => {
                Some(FiguresError::Io { path, source })
            }
            Err(source) => return Err(FiguresError::Io { path, source }),
        };
        let path = directory.join(MEASURED);
        match missing {
            Some(missing) if !path.exists() => return Err(missing),
            None if !path.exists() => {}
            _ => {
                let rows = Table::new(path).read_whole()?;
                figures.measured.extend(rows.iter().filter_map(Row::record));
            }
        }
        Ok(figures)
    }

    /// Lets the rows of scikit-learn among `records` stand in for those that were known of the same
    /// models on the same data: what was measured in one run with ours is compared with ours.
    #[must_use]
    pub fn with_rows(mut self, records: &[Record]) -> Self {
        self.measured.replace(records);
        self
    }

    fn take_in_published(&mut self, text: &str) -> Result<(), serde_json::Error> {
        let file: PublishedFile = serde_json::from_str(text)?;
        for row in file.rows {
            for profile in [Profile::Sklearn15, Profile::Sklearn019] {
                if let Some(id) = resolve(&row.name, &row.parameter, profile) {
                    self.published_by_id.insert(id, self.published.len());
                }
            }
            self.published.push(row);
        }
        Ok(())
    }

    /// The published accuracy of a row's model on the data set of that name.
    #[must_use]
    pub fn published(&self, record: &Record) -> Option<f64> {
        let row = self.published_row(&record.id)?;
        is_all_of_it(&record.dataset).then(|| row.accuracy(&record.dataset.name))?
    }

    /// Whether there are published figures of that data. The table is of the data's first revision,
    /// and is held against any.
    #[must_use]
    pub fn has_published(&self, dataset: &DatasetIdentity) -> bool {
        let mut rows = self.published.iter();
        is_all_of_it(dataset) && rows.any(|row| row.accuracy(&dataset.name).is_some())
    }

    /// Whether scikit-learn was measured on that data.
    #[must_use]
    pub fn has_measured(&self, dataset: &DatasetIdentity) -> bool {
        self.measured.has(dataset)
    }

    /// The row of the published table that is a model.
    #[must_use]
    pub fn published_row(&self, id: &JobId) -> Option<&Published> {
        self.published_by_id
            .get(id)
            .map(|&place| &self.published[place])
    }

    /// Rows of the published table that are none of the models of `ids`.
    #[must_use]
    pub fn missing_of_published<'a>(
        &self,
        ids: impl Iterator<Item = &'a JobId>,
    ) -> Vec<&Published> {
        let found: HashSet<usize> = ids
            .filter_map(|id| self.published_by_id.get(id).copied())
            .collect();
        (0..self.published.len())
            .filter(|place| !found.contains(place))
            .map(|place| &self.published[place])
            .collect()
    }

    /// How many rows the published table has.
    #[must_use]
    pub fn n_published(&self) -> usize {
        self.published.len()
    }

    /// One measured figure, of the model and data of a row.
    #[cfg(test)]
    pub(crate) fn of_measured(record: &Record, measured: Measured) -> Self {
        Self {
            measured: MeasuredRows::of_one(record, measured),
            ..Self::default()
        }
    }

    /// What scikit-learn did with a row's model on the same data.
    #[must_use]
    pub fn measured(&self, record: &Record) -> Option<Measured> {
        self.measured.measured(record)
    }

    /// CPU seconds in which scikit-learn was not done with a row's model on the same data, where it
    /// was never done.
    #[must_use]
    pub fn unfinished_s(&self, record: &Record) -> Option<f64> {
        self.measured.unfinished_s(record)
    }
}

fn embedded_rows() -> Result<Vec<Row>, (usize, LineError)> {
    parse_rows(EMBEDDED_MEASURED.as_bytes())
}

/// Whether it is the whole data set as published: what others found for the whole says nothing of a
/// part.
fn is_all_of_it(dataset: &DatasetIdentity) -> bool {
    dataset.subset.is_none() && !dataset.transposed && dataset.scaling.is_standard()
}

/// The id of a model; nothing for one that is not ours or does not exist.
fn resolve(name: &str, parameter: &Params, profile: Profile) -> Option<JobId> {
    let spec = catalog::find(name).ok()?;
    let resolved = spec.resolve(parameter, profile).ok()?;
    Some(JobId::new(name, &resolved.params))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::results::fixture::{dataset, record};
    use crate::results::{Engine, Status};

    fn row(name: &str, parameter: serde_json::Value, profile: Profile) -> Record {
        let mut row = record(name, &[0.5]);
        row.id = resolve(name, parameter.as_object().unwrap(), profile).unwrap();
        row
    }

    /// A row of scikit-learn with the default parameters of `name`.
    fn theirs(name: &str, scores: &[f64]) -> Record {
        let mut row = record(&format!("sklearn::{name}"), scores);
        row.engine = Some(Engine {
            name: "sklearn".to_owned(),
            ..Engine::default()
        });
        row
    }

    fn figures(rows: &[Record]) -> KnownFigures {
        KnownFigures::default().with_rows(rows)
    }

    #[test]
    fn every_embedded_figure_is_a_model_of_ours() {
        let figures = KnownFigures::embedded();
        assert_eq!(figures.published.len(), 126);
        let file: PublishedFile = serde_json::from_str(EMBEDDED_PUBLISHED).unwrap();
        for row in file.rows {
            let id = resolve(&row.name, &row.parameter, Profile::Sklearn019);
            assert!(id.is_some(), "{} {:?}", row.name, row.parameter);
        }
        assert_eq!(figures.measured.len(), embedded_rows().unwrap().len());
    }

    #[test]
    fn no_embedded_row_contradicts_itself() {
        for row in embedded_rows().unwrap() {
            let record = row.record().unwrap();
            let problems = crate::results::validate::problems(record);
            assert_eq!(problems, Vec::<String>::new(), "line {}", row.line);
        }
    }

    #[test]
    fn a_row_is_held_against_the_same_model_only() {
        let figures = KnownFigures::embedded();
        let measured_on = embedded_rows().unwrap().remove(0);
        let measured_on = measured_on.record().unwrap().dataset.clone();
        let forest = json!({"criterion": "gini", "max_depth": 100, "n_estimators": 10});
        let mut forest = row("RandomForestClassifier", forest, Profile::Sklearn15);
        forest.dataset = measured_on.clone();
        assert!(figures.measured(&forest).is_some());
        assert!(figures.published(&forest).is_some());
        // The same parameters and one more.
        let other = json!({"criterion": "gini", "max_depth": 100, "n_estimators": 10,
            "min_samples_leaf": 5});
        let mut other = row("RandomForestClassifier", other, Profile::Sklearn15);
        other.dataset = measured_on;
        assert_eq!(figures.measured(&other), None);
        assert_eq!(figures.published(&other), None);
        // The same model on other data.
        let fashion = figures.published(&forest);
        forest.dataset.files[0].sha256 = "11".to_owned();
        assert_eq!(figures.measured(&forest), None);
        forest.dataset.name = "mnist".to_owned();
        assert_ne!(figures.published(&forest), fashion);
    }

    #[test]
    fn cpu_seconds_are_preferred_to_wall_seconds() {
        let ours = row("GaussianNB", json!({}), Profile::Sklearn15);
        let mut wall = theirs("GaussianNB", &[0.5]);
        let repeat = &mut wall.repeats[0];
        (repeat.fit_cpu_s, repeat.predict_cpu_s) = (None, None);
        (repeat.fit_s, repeat.predict_s) = (Some(9.0), Some(1.0));
        let mut cpu = theirs("GaussianNB", &[0.625]);
        let repeat = &mut cpu.repeats[0];
        (repeat.fit_cpu_s, repeat.predict_cpu_s) = (Some(2.0), Some(1.0));
        (repeat.fit_s, repeat.predict_s) = (Some(50.0), Some(1.0));
        let mut stopped = theirs("GaussianNB", &[]);
        stopped.status = Status::TimedOut;
        let expected = |accuracy, cpu_s| Some(Measured { accuracy, cpu_s });
        let measured = |rows: &[Record]| figures(rows).measured(&ours);
        assert_eq!(measured(&[wall.clone()]), expected(0.5, 10.0));
        assert_eq!(measured(&[wall, cpu, stopped]), expected(0.5625, 3.0));
    }

    #[test]
    fn a_limit_that_was_hit_counts_where_nothing_else_is_known() {
        let ours = row("GaussianNB", json!({}), Profile::Sklearn15);
        let mut stopped = theirs("GaussianNB", &[]);
        (stopped.status, stopped.limit_cpu_s) = (Status::TimedOut, Some(1200.0));
        let unfinished_s = |rows: &[Record]| {
            let figures = figures(rows);
            (
                figures.measured(&ours).is_some(),
                figures.unfinished_s(&ours),
            )
        };
        let done = theirs("GaussianNB", &[0.5]);
        assert_eq!(unfinished_s(&[stopped.clone()]), (false, Some(1200.0)));
        assert_eq!(unfinished_s(&[stopped, done]), (true, None));
        assert_eq!(unfinished_s(&[]), (false, None));
    }

    #[test]
    fn rows_of_the_same_run_stand_in_for_what_was_known() {
        let ours = row("GaussianNB", json!({}), Profile::Sklearn15);
        let known = figures(&[theirs("GaussianNB", &[0.5])]);
        let accuracy = |known: &KnownFigures| known.measured(&ours).map(|found| found.accuracy);
        let mut elsewhere = theirs("GaussianNB", &[0.25]);
        elsewhere.dataset.files[0].sha256 = "11".to_owned();
        assert_eq!(accuracy(&known.clone().with_rows(&[elsewhere])), Some(0.5));
        let anew = [theirs("GaussianNB", &[0.75]), ours.clone()];
        assert_eq!(accuracy(&known.with_rows(&anew)), Some(0.75));
    }

    #[test]
    fn files_are_read_from_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        assert!(KnownFigures::load(directory.path()).is_err());
        let table = directory.path().join(MEASURED);
        let row = serde_json::to_string(&theirs("GaussianNB", &[0.5])).unwrap();
        fs::write(&table, row + "\n").unwrap();
        let figures = KnownFigures::load(directory.path()).unwrap();
        assert_eq!(figures.n_published(), 0);
        assert!(figures.has_measured(&dataset()));
        fs::write(directory.path().join(PUBLISHED), EMBEDDED_PUBLISHED).unwrap();
        let figures = KnownFigures::load(directory.path()).unwrap();
        assert_eq!(figures.n_published(), 126);
        fs::write(&table, "nonsense\n").unwrap();
        let error = KnownFigures::load(directory.path()).unwrap_err();
        assert!(error.to_string().contains("sklearn.jsonl"), "{error}");
    }
}
