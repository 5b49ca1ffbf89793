//! Fixed cases of the parity harness: what scikit-learn answered, without scikit-learn.
//!
//! `benchmark/parity/parity.py record` wrote them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use fashion_bench::catalog::{self, Params, Profile};
use ndarray::{Array1, Array2};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    sklearn: String,
    data: BTreeMap<String, Data>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Data {
    x: Vec<Vec<f32>>,
    y: Vec<i64>,
    test: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Case {
    classifier: String,
    params: Params,
    data: String,
    seed: u64,
    /// What scikit-learn raised.
    refusal: Option<String>,
    /// What it predicted.
    labels: Option<Vec<i64>>,
    /// Test rows that rounding decides.
    #[serde(default)]
    rounding: Vec<usize>,
}

fn rows(values: &[Vec<f32>]) -> Array2<f32> {
    let flat: Vec<f32> = values.concat();
    Array2::from_shape_vec((values.len(), values[0].len()), flat).unwrap()
}

/// Predicts the test rows, or says why not.
fn predict(case: &Case, data: &Data) -> Result<Vec<i64>, String> {
    // Labels below zero are moved up; only the order of classes matters, and names in weights.
    let lowest = data.y.iter().copied().min().unwrap().min(0);
    let up = |label: &i64| usize::try_from(label - lowest).unwrap();
    let y: Array1<usize> = data.y.iter().map(up).collect();
    let mut params = case.params.clone();
    if let Some(weights) = params
        .get_mut("class_weight")
        .and_then(|w| w.as_object_mut())
    {
        let moved = weights.iter().map(|(label, weight)| {
            let label: i64 = label.parse().unwrap();
            (up(&label).to_string(), weight.clone())
        });
        *weights = moved.collect();
    }
    let spec = catalog::find(&case.classifier).unwrap();
    let resolved = spec.resolve(&params, Profile::Sklearn15);
    let resolved = resolved.map_err(|error| error.to_string())?.params;
    let estimator = spec.build(&resolved, case.seed);
    let estimator = estimator.map_err(|error| error.to_string())?;
    let model = estimator.fit(rows(&data.x).view(), y.view());
    let model = model.map_err(|error| error.to_string())?;
    let labels = model.predict(rows(&data.test).view()).unwrap();
    let down = |&code: &usize| i64::try_from(code).unwrap() + lowest;
    Ok(labels.iter().map(down).collect())
}

/// What is wrong with our answer to a case, if anything.
fn finding(case: &Case, data: &Data) -> Option<String> {
    match (predict(case, data), &case.refusal, &case.labels) {
        (Err(_), Some(_), _) => None,
        (Ok(_), Some(there), _) => Some(format!("accepted, scikit-learn: {there}")),
        (Err(here), None, _) => Some(format!("refused: {here}")),
        (Ok(labels), None, expected) => {
            let expected = expected.as_ref().unwrap();
            let differs =
                |&row: &usize| labels[row] != expected[row] && !case.rounding.contains(&row);
            let differing: Vec<usize> = (0..expected.len()).filter(differs).collect();
            (!differing.is_empty()).then(|| format!("other labels in rows {differing:?}"))
        }
    }
}

#[test]
fn small_cases_have_the_answers_of_scikit_learn() {
    check(include_str!("oracle/parity.json"), 200);
}

/// Latent values that underflow, loose tolerances, `nu` that a fold of the cross-validation cannot
/// meet, another name of a metric.
#[test]
fn cases_that_once_were_findings_have_the_answers_of_scikit_learn() {
    check(include_str!("oracle/parity_found.json"), 12);
}

fn check(text: &str, n_cases: usize) {
    let recorded: Recorded = serde_json::from_str(text).unwrap();
    assert_eq!(recorded.sklearn, "1.5.2");
    assert!(recorded.cases.len() >= n_cases);
    let describe = |case: &Case| {
        let finding = finding(case, &recorded.data[&case.data])?;
        let params = serde_json::to_string(&case.params).unwrap();
        let (name, data) = (&case.classifier, &case.data);
        Some(format!("{name}({params}) on {data}: {finding}"))
    };
    let findings: Vec<_> = recorded.cases.iter().filter_map(describe).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
