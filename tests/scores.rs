//! Probabilities and decision functions against scikit-learn 1.5.2.
//!
//! The expected values were made by `benchmark/oracle/scores.py`.

use std::collections::BTreeMap;

use fashion_bench::catalog::{Params, Profile, find};
use fashion_bench::estimators::erased::Model;
use ndarray::{Array1, Array2};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    version: String,
    problems: BTreeMap<String, Problem>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Problem {
    scale: f32,
    x: Vec<Vec<i16>>,
    y: Vec<usize>,
    x_test: Vec<Vec<i16>>,
}

#[derive(Deserialize)]
struct Case {
    problem: String,
    classifier: String,
    params: Params,
    /// Without seeds.
    #[serde(default)]
    labels: Vec<usize>,
    /// Scores are means over as many seeds; 0 where nothing depends on the seed.
    #[serde(default)]
    n_seeds: u64,
    #[serde(default)]
    probabilities: Vec<Vec<f64>>,
    #[serde(default)]
    probabilities_deviation: Vec<Vec<f64>>,
    #[serde(default)]
    decisions: Vec<Vec<f64>>,
    #[serde(default)]
    decisions_deviation: Vec<Vec<f64>>,
}

impl Problem {
    fn matrix(&self, rows: &[Vec<i16>]) -> Array2<f32> {
        let shape = (rows.len(), rows[0].len());
        Array2::from_shape_fn(shape, |(i, j)| self.scale * f32::from(rows[i][j]))
    }
}

impl Case {
    fn fit(&self, problem: &Problem, seed: u64) -> Box<dyn Model> {
        let spec = find(&self.classifier).expect("a classifier");
        let mut params = self.params.clone();
        if self.n_seeds > 0 {
            params.insert("random_state".to_owned(), seed.into());
        }
        let resolved = spec.resolve(&params, Profile::Sklearn15);
        let resolved = resolved.expect("parameters");
        let estimator = spec.build(&resolved.params, seed).expect("parameters");
        let y = Array1::from(problem.y.clone());
        estimator
            .fit(problem.matrix(&problem.x).view(), y.view())
            .expect("a fit")
    }

    fn name(&self) -> String {
        let params = serde_json::Value::from(self.params.clone());
        format!("{}({params}) on {}", self.classifier, self.problem)
    }
}

/// Returns scores as rows; no rows for none.
fn rows_of(scores: Option<Array2<f64>>) -> Vec<Vec<f64>> {
    let rows = scores.map(|scores| scores.rows().into_iter().map(|row| row.to_vec()).collect());
    rows.unwrap_or_default()
}

fn shape(rows: &[Vec<f64>]) -> (usize, usize) {
    (rows.len(), rows.first().map_or(0, Vec::len))
}

/// Returns what is wrong with `found`, if something is.
fn fault(found: &[Vec<f64>], expected: &[Vec<f64>]) -> Option<String> {
    if shape(found) != shape(expected) {
        return Some(format!(
            "shape {:?}, not {:?}",
            shape(found),
            shape(expected)
        ));
    }
    let pairs = found.iter().flatten().zip(expected.iter().flatten());
    let largest = expected
        .iter()
        .flatten()
        .fold(1.0, |most: f64, e| most.max(e.abs()));
    let worst = pairs.map(|(f, e)| (f - e).abs()).fold(0.0, f64::max);
    (worst.is_nan() || worst > 1e-4 * largest).then(|| format!("off by {worst:e} of {largest}"))
}

/// Returns what is wrong with scores of several seeds: means that are further from each other than
/// chance allows.
fn fault_of_means(
    found: &[Vec<Vec<f64>>],
    expected: &[Vec<f64>],
    deviation: &[Vec<f64>],
) -> Option<String> {
    let wrong = found.iter().find(|one| shape(one) != shape(expected));
    if let Some(wrong) = wrong {
        return Some(format!(
            "shape {:?}, not {:?}",
            shape(wrong),
            shape(expected)
        ));
    }
    let n = found.len() as f64;
    let mut sum_of_squares = 0.0;
    let (n_rows, n_columns) = shape(expected);
    for row in 0..n_rows {
        for column in 0..n_columns {
            let values = found.iter().map(|one| one[row][column]);
            let mean = values.clone().sum::<f64>() / n;
            let own = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let theirs = deviation[row][column].powi(2);
            let difference = mean - expected[row][column];
            sum_of_squares += difference.powi(2) / ((own + theirs) / n + 1e-8);
        }
    }
    // 1 is expected of equal distributions; scores of one seed depend on each other, so that their
    // mean square varies about as if there were only a few.
    let mean_square = sum_of_squares / (n_rows * n_columns).max(1) as f64;
    (mean_square.is_nan() || mean_square > 4.0)
        .then(|| format!("a mean square of {mean_square:.2} deviations"))
}

fn faults_of(case: &Case, problem: &Problem) -> Vec<String> {
    let x_test = problem.matrix(&problem.x_test);
    let probabilities =
        |model: &dyn Model| rows_of(model.predict_proba(x_test.view()).expect("rows"));
    let decisions =
        |model: &dyn Model| rows_of(model.decision_function(x_test.view()).expect("rows"));
    let mut faults = Vec::new();
    let mut note = |what: &str, fault: Option<String>| {
        faults.extend(fault.map(|fault| format!("{}: {what}: {fault}", case.name())));
    };
    if case.n_seeds == 0 {
        let model = case.fit(problem, 0);
        note(
            "probabilities",
            fault(&probabilities(&*model), &case.probabilities),
        );
        note("decisions", fault(&decisions(&*model), &case.decisions));
        let labels = model.predict(x_test.view()).expect("rows").to_vec();
        let is_other = labels != case.labels;
        note(
            "labels",
            is_other.then(|| format!("{labels:?}, not {:?}", case.labels)),
        );
    } else {
        let models: Vec<_> = (0..case.n_seeds)
            .map(|seed| case.fit(problem, seed))
            .collect();
        let found: Vec<_> = models.iter().map(|model| probabilities(&**model)).collect();
        let (expected, deviation) = (&case.probabilities, &case.probabilities_deviation);
        note("probabilities", fault_of_means(&found, expected, deviation));
        let found: Vec<_> = models.iter().map(|model| decisions(&**model)).collect();
        let (expected, deviation) = (&case.decisions, &case.decisions_deviation);
        note("decisions", fault_of_means(&found, expected, deviation));
    }
    faults
}

#[test]
fn scores_equal_those_of_scikit_learn() {
    let text = include_str!("oracle/scores.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.version, "1.5.2");
    let faults: Vec<String> = oracle
        .cases
        .iter()
        .flat_map(|case| faults_of(case, &oracle.problems[&case.problem]))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn probabilities_sum_to_one_and_no_rows_have_none() {
    let text = include_str!("oracle/scores.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    for case in oracle
        .cases
        .iter()
        .filter(|case| !case.probabilities.is_empty())
    {
        let problem = &oracle.problems[&case.problem];
        let model = case.fit(problem, 1);
        let x_test = problem.matrix(&problem.x_test);
        let found = model.predict_proba(x_test.view()).unwrap().unwrap();
        for row in found.rows() {
            assert!((row.sum() - 1.0).abs() < 1e-9, "{}: {row}", case.name());
        }
        let none = x_test.slice(ndarray::s![..0, ..]);
        let found = model.predict_proba(none).unwrap().unwrap();
        assert_eq!(found.nrows(), 0, "{}", case.name());
    }
}
