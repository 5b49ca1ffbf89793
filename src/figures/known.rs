//! The figures that rows stand beside: the published table, and scikit-learn on the same files.
//!
//! A row and a figure belong together if they are of the same model: the figure's explicit
//! parameters, completed with the defaults of the library that it was measured with, have the id of
//! the row. The published table is history and is compared more loosely: a row that differs from it
//! only in what scikit-learn's defaults were and are stands beside it as well.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use super::error::FiguresError;
use super::measured::{Measured, MeasuredLine};
use super::published::{Published, PublishedFile};
use crate::catalog::{self, Params, Profile};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::{Record, mean_accuracy, median};

/// File of the published table.
const PUBLISHED: &str = "table3.json";
/// Files of scikit-learn's figures.
const MEASURED: [&str; 2] = ["sklearn.jsonl", "sklearn-cpu.jsonl"];
/// What this binary was built with.
const EMBEDDED: [&str; 3] = [
    include_str!("../../benchmark/reference/table3.json"),
    include_str!("../../benchmark/reference/sklearn.jsonl"),
    include_str!("../../benchmark/reference/sklearn-cpu.jsonl"),
];

/// Published and measured figures, by model.
#[derive(Debug, Clone, Default)]
pub struct KnownFigures {
    published: Vec<Published>,
    /// Place in `published` by id under either profile.
    published_by_id: HashMap<JobId, usize>,
    measured: HashMap<(String, JobId), Vec<MeasuredLine>>,
}

impl KnownFigures {
    /// The figures that this binary was built with.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn embedded() -> Self {
        let [published, measured @ ..] = EMBEDDED;
        Self::parse(published, &measured)
            .map_err(|(_, error)| error)
            .expect("the embedded figures are well-formed")
    }

    /// The figures in the files of `directory`: `table3.json`, `sklearn.jsonl`,
    /// `sklearn-cpu.jsonl`; one that is missing counts as empty.
    ///
    /// # Errors
    /// [`FiguresError`] if none of them is there, or one cannot be read.
    pub fn load(directory: &Path) -> Result<Self, FiguresError> {
        let mut missing = None;
        let mut n_found = 0;
        let mut read = |file: &str, otherwise: &str| {
            let path = directory.join(file);
            match fs::read_to_string(&path) {
                Ok(text) => {
                    n_found += 1;
                    Ok(text)
                }
                Err(source) => {
                    let is_missing = source.kind() == std::io::ErrorKind::NotFound;
                    let error = FiguresError::Io { path, source };
                    if !is_missing {
                        return Err(error);
                    }
                    missing = Some(error);
                    Ok(otherwise.to_owned())
                }
            }
        };
        let published = read(PUBLISHED, "{\"rows\": []}")?;
        let [wall, cpu] = [read(MEASURED[0], "")?, read(MEASURED[1], "")?];
        match missing {
            Some(error) if n_found == 0 => Err(error),
            _ => Self::parse(&published, &[&wall, &cpu]).map_err(|(file, source)| {
                let path = directory.join(file);
                FiguresError::Format { path, source }
            }),
        }
    }

    /// Parses the files; an error names the file.
    fn parse(
        published: &str,
        measured: &[&str],
    ) -> Result<Self, (&'static str, serde_json::Error)> {
        let file: PublishedFile =
            serde_json::from_str(published).map_err(|error| (PUBLISHED, error))?;
        let mut figures = Self::default();
        for row in file.rows {
            for profile in [Profile::Sklearn15, Profile::Sklearn019] {
                if let Some(id) = resolve(&row.name, &row.parameter, profile) {
                    let place = figures.published.len();
                    figures.published_by_id.insert(id, place);
                }
            }
            figures.published.push(row);
        }
        for (text, file) in measured.iter().zip(MEASURED) {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let line: MeasuredLine =
                    serde_json::from_str(line).map_err(|error| (file, error))?;
                if let Some(id) = resolve(&line.name, &line.parameter, line.profile) {
                    let key = (line.dataset.clone(), id);
                    figures.measured.entry(key).or_default().push(line);
                }
            }
        }
        Ok(figures)
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
        let mut keys = self.measured.keys();
        is_measured_revision(dataset) && keys.any(|(name, _)| *name == dataset.name)
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
        let line = MeasuredLine {
            name: record.name.clone(),
            parameter: Params::new(),
            profile: Profile::default(),
            dataset: record.dataset.name.clone(),
            accuracy: Some(measured.accuracy),
            fit_s: None,
            predict_s: None,
            fit_cpu_s: Some(measured.cpu_s),
            predict_cpu_s: Some(0.0),
            limit_cpu_s: None,
        };
        let key = (line.dataset.clone(), record.id.clone());
        let measured = HashMap::from([(key, vec![line])]);
        Self {
            measured,
            ..Self::default()
        }
    }

    /// What scikit-learn did with a row's model on the same data.
    #[must_use]
    pub fn measured(&self, record: &Record) -> Option<Measured> {
        let lines = self.lines(record);
        let accuracies: Vec<f64> = lines.iter().filter_map(|line| line.accuracy).collect();
        let mut seconds: Vec<f64> = lines.iter().filter_map(MeasuredLine::cpu_s).collect();
        if seconds.is_empty() {
            seconds = lines.iter().filter_map(MeasuredLine::wall_s).collect();
        }
        Some(Measured {
            accuracy: mean_accuracy(&accuracies)?,
            cpu_s: median(seconds)?,
        })
    }

    /// CPU seconds in which scikit-learn was not done with a row's model on the same data, where it
    /// was never done.
    #[must_use]
    pub fn unfinished_s(&self, record: &Record) -> Option<f64> {
        let lines = self.lines(record);
        if lines.iter().any(|line| line.accuracy.is_some()) {
            return None;
        }
        let limits = lines.iter().filter_map(|line| line.limit_cpu_s);
        limits.max_by(f64::total_cmp)
    }

    /// What was measured of a row's model on the same data.
    fn lines(&self, record: &Record) -> &[MeasuredLine] {
        let dataset = &record.dataset;
        if !is_measured_revision(dataset) {
            return &[];
        }
        let key = (dataset.name.clone(), record.id.clone());
        self.measured.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// Whether it is the revision that scikit-learn was measured on: Fashion-MNIST was drawn anew twice,
/// and what stands today was measured.
fn is_measured_revision(dataset: &DatasetIdentity) -> bool {
    let is_revision = dataset.name != "fashion-mnist" || dataset.revision.as_deref() == Some("v3");
    is_revision && is_all_of_it(dataset)
}

/// Whether it is the whole data set as published: what others found for the whole says nothing of a
/// part.
fn is_all_of_it(dataset: &DatasetIdentity) -> bool {
    dataset.subset.is_none() && !dataset.transposed
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
    use crate::results::fixture::record;

    fn row(name: &str, parameter: serde_json::Value, profile: Profile) -> Record {
        let mut row = record(name, &[0.5]);
        row.id = resolve(name, parameter.as_object().unwrap(), profile).unwrap();
        row.dataset.name = "fashion-mnist".to_owned();
        row.dataset.revision = Some("v3".to_owned());
        row
    }

    #[test]
    fn every_embedded_figure_is_a_model_of_ours() {
        let figures = KnownFigures::embedded();
        assert_eq!(figures.published.len(), 126);
        let [published, measured @ ..] = EMBEDDED;
        let file: PublishedFile = serde_json::from_str(published).unwrap();
        for row in file.rows {
            let id = resolve(&row.name, &row.parameter, Profile::Sklearn019);
            assert!(id.is_some(), "{} {:?}", row.name, row.parameter);
        }
        let n_lines: usize = measured.iter().map(|text| text.lines().count()).sum();
        let n_found: usize = figures.measured.values().map(Vec::len).sum();
        assert_eq!(n_found, n_lines);
    }

    #[test]
    fn a_row_is_held_against_the_same_model_only() {
        let figures = KnownFigures::embedded();
        let forest = json!({"criterion": "gini", "max_depth": 100, "n_estimators": 10});
        let mut forest = row("RandomForestClassifier", forest, Profile::Sklearn15);
        assert!(figures.measured(&forest).is_some());
        assert!(figures.published(&forest).is_some());
        // The same parameters and one more.
        let other = json!({"criterion": "gini", "max_depth": 100, "n_estimators": 10,
            "min_samples_leaf": 5});
        let other = row("RandomForestClassifier", other, Profile::Sklearn15);
        assert_eq!(figures.measured(&other), None);
        assert_eq!(figures.published(&other), None);
        // The same model on other data.
        forest.dataset.revision = Some("v1".to_owned());
        assert_eq!(figures.measured(&forest), None);
        forest.dataset.name = "mnist".to_owned();
        assert_ne!(
            figures.published(&forest),
            figures.published(&row(
                "RandomForestClassifier",
                json!({"criterion": "gini", "max_depth": 100, "n_estimators": 10}),
                Profile::Sklearn15
            ))
        );
    }

    #[test]
    fn cpu_seconds_are_preferred_to_wall_seconds() {
        let params = "\"name\": \"GaussianNB\", \"parameter\": {}";
        let wall = format!("{{{params}, \"accuracy\": 0.5, \"fit_s\": 9, \"predict_s\": 1}}\n");
        let cpu = format!(
            "{{{params}, \"accuracy\": 0.6, \"fit_cpu_s\": 2, \"predict_cpu_s\": 1, \
             \"fit_s\": 50, \"predict_s\": 1}}\n{{{params}, \"status\": \"timed_out\"}}"
        );
        let row = row("GaussianNB", json!({}), Profile::Sklearn15);
        let measured = |texts: [&str; 2]| {
            let figures = KnownFigures::parse("{\"rows\": []}", &texts).unwrap();
            figures.measured(&row)
        };
        let expected = |accuracy, cpu_s| Some(Measured { accuracy, cpu_s });
        assert_eq!(measured([&wall, ""]), expected(0.5, 10.0));
        assert_eq!(measured([&wall, &cpu]), expected(0.55, 3.0));
    }

    #[test]
    fn a_limit_that_was_hit_counts_where_nothing_else_is_known() {
        let params = "\"name\": \"GaussianNB\", \"parameter\": {}";
        let stopped = format!("{{{params}, \"status\": \"timed_out\", \"limit_cpu_s\": 1200}}\n");
        let done = format!("{{{params}, \"accuracy\": 0.6, \"fit_s\": 9, \"predict_s\": 1}}\n");
        let row = row("GaussianNB", json!({}), Profile::Sklearn15);
        let unfinished_s = |text: &str| {
            let figures = KnownFigures::parse("{\"rows\": []}", &[text, ""]).unwrap();
            (figures.measured(&row).is_some(), figures.unfinished_s(&row))
        };
        assert_eq!(unfinished_s(&stopped), (false, Some(1200.0)));
        assert_eq!(unfinished_s(&format!("{stopped}{done}")), (true, None));
        assert_eq!(unfinished_s(""), (false, None));
    }

    #[test]
    fn files_are_read_from_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        assert!(KnownFigures::load(directory.path()).is_err());
        fs::write(directory.path().join(PUBLISHED), EMBEDDED[0]).unwrap();
        assert_eq!(
            KnownFigures::load(directory.path()).unwrap().n_published(),
            126
        );
        fs::write(directory.path().join(MEASURED[0]), "nonsense").unwrap();
        let error = KnownFigures::load(directory.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("sklearn.jsonl is not"), "{error}");
    }
}
