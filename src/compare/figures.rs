//! What others found for our models: the published table, and scikit-learn's measurements.
//!
//! A figure is a row's if its parameters, completed with the defaults of the library that it was
//! measured with, have the row's id.

use std::collections::HashMap;

use serde::Deserialize;

use super::rows::Figure;
use crate::estimators::registry;
use crate::estimators::spec::{Params, Profile};
use crate::grid::JobId;
use crate::results::{Record, mean_accuracy};

const PUBLISHED: &str = include_str!("../../benchmark/reference/table3.json");
const SKLEARN: &str = include_str!("../../benchmark/reference/sklearn-cpu.jsonl");

/// Figures by data set and model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    by_model: HashMap<(String, JobId), Vec<Figure>>,
}

#[derive(Deserialize)]
struct PublishedTable {
    rows: Vec<PublishedRow>,
}

#[derive(Deserialize)]
struct PublishedRow {
    name: String,
    parameter: Params,
    fashion: f64,
    mnist: f64,
}

#[derive(Deserialize)]
struct SklearnLine {
    name: String,
    parameter: Params,
    #[serde(default)]
    profile: Profile,
    #[serde(default = "fashion_mnist")]
    dataset: String,
    /// Absent where scikit-learn failed or was stopped.
    accuracy: Option<f64>,
    fit_cpu_s: Option<f64>,
    predict_cpu_s: Option<f64>,
}

fn fashion_mnist() -> String {
    "fashion-mnist".to_owned()
}

impl Figures {
    /// The published table, of 2017's data and 2017's scikit-learn.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn published() -> Self {
        let table: PublishedTable = serde_json::from_str(PUBLISHED).expect("it is well-formed");
        let mut figures = Self::default();
        for row in table.rows {
            for (dataset, accuracy) in [("fashion-mnist", row.fashion), ("mnist", row.mnist)] {
                let figure = Figure {
                    accuracy,
                    cpu_s: None,
                };
                // Today's defaults, too: the models are nearly the same.
                for profile in [Profile::Sklearn019, Profile::Sklearn15] {
                    figures.add(dataset, &row.name, &row.parameter, profile, figure);
                }
            }
        }
        figures
    }

    /// scikit-learn 1.5.2 on today's files, by CPU seconds of one thread.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn sklearn() -> Self {
        let mut figures = Self::default();
        for line in SKLEARN.lines().filter(|line| !line.trim().is_empty()) {
            let line: SklearnLine = serde_json::from_str(line).expect("it is well-formed");
            if let Some(accuracy) = line.accuracy {
                let times = line.fit_cpu_s.zip(line.predict_cpu_s);
                let figure = Figure {
                    accuracy,
                    cpu_s: times.map(|(fit, predict)| fit + predict),
                };
                let (name, parameter) = (&line.name, &line.parameter);
                figures.add(&line.dataset, name, parameter, line.profile, figure);
            }
        }
        figures
    }

    /// One figure, of the model and data of a row.
    #[cfg(test)]
    pub(super) fn of(record: &Record, figure: Figure) -> Self {
        let key = (record.dataset.name.clone(), record.id.clone());
        let by_model = HashMap::from([(key, vec![figure])]);
        Self { by_model }
    }

    fn add(
        &mut self,
        dataset: &str,
        name: &str,
        parameter: &Params,
        profile: Profile,
        figure: Figure,
    ) {
        let resolved = registry::find(name)
            .ok()
            .and_then(|spec| spec.resolve(parameter, profile).ok());
        if let Some(resolved) = resolved {
            let id = JobId::new(name, &resolved.params);
            let key = (dataset.to_owned(), id);
            self.by_model.entry(key).or_default().push(figure);
        }
    }

    /// What was found for the model of a row, on data of that name: the mean over the seeds.
    #[must_use]
    pub fn find(&self, record: &Record) -> Option<Figure> {
        let key = (record.dataset.name.clone(), record.id.clone());
        let seeds = self.by_model.get(&key)?;
        let mean = |of: &dyn Fn(&Figure) -> Option<f64>| -> Option<f64> {
            mean_accuracy(&seeds.iter().filter_map(of).collect::<Vec<_>>())
        };
        Some(Figure {
            accuracy: mean(&|figure| Some(figure.accuracy))?,
            cpu_s: mean(&|figure| figure.cpu_s),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::results::fixture::record;

    fn row(dataset: &str, parameter: &serde_json::Value) -> Record {
        let mut row = record("DecisionTreeClassifier", &[0.5]);
        let spec = registry::find(&row.name).unwrap();
        let resolved = spec.resolve(parameter.as_object().unwrap(), Profile::Sklearn15);
        row.id = JobId::new(&row.name, &resolved.unwrap().params);
        dataset.clone_into(&mut row.dataset.name);
        row
    }

    #[test]
    fn the_published_figure_is_that_of_the_same_model_and_data() {
        let figures = Figures::published();
        let tree = json!({"criterion": "entropy", "max_depth": 10, "splitter": "best"});
        let accuracy = |dataset, parameter| {
            let figure = figures.find(&row(dataset, parameter));
            figure.map(|figure| figure.accuracy)
        };
        assert_eq!(accuracy("fashion-mnist", &tree), Some(0.798));
        assert_eq!(accuracy("mnist", &tree), Some(0.873));
        assert_eq!(accuracy("demo", &tree), None);
        let other = json!({"criterion": "entropy", "max_depth": 11});
        assert_eq!(accuracy("fashion-mnist", &other), None);
    }

    #[test]
    fn scikit_learn_was_measured_on_fashion_mnist_with_times() {
        let figures = Figures::sklearn();
        assert!(figures.by_model.len() > 50);
        let mut found = figures.by_model.values().flatten();
        assert!(found.all(|figure| figure.accuracy > 0.05 && figure.cpu_s.is_some()));
    }
}
