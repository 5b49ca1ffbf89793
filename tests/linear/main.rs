//! The linear and stochastic classifiers against scikit-learn's fits, and their refusals.

#![expect(clippy::unwrap_used, reason = "a test, with helpers")]

mod edges;
#[path = "../fashion/mod.rs"]
mod fashion;
mod paths;
mod real;
mod refusals;

use fashion_bench::catalog::{self, Params, Profile};
use fashion_bench::dataset::{DatasetName, DatasetRequest, load};
use fashion_bench::estimators::FitInfo;
use fashion_bench::estimators::classifier::FittedClassifier as _;
use fashion_bench::estimators::linear::{
    LinearPenalty, LinearSvc, LogisticRegression, LogisticRegressionParams, LogisticSolver,
    RidgeClassifier, SvcLoss, SvcMultiClass, SvcPenalty,
};
use fashion_bench::estimators::sgd::{
    PassiveAggressiveClassifier, Perceptron, SgdClassifier, SgdPenalty,
};
use linfa::traits::Fit as _;
use linfa::{Dataset, ParamGuard as _};
use ndarray::{Array1, Array2, Ix1, s};
use serde_json::{Value, json};

/// Fits `name` with `params` and predicts the training rows.
fn fit(name: &str, params: &Value, x: &Array2<f32>, y: &Array1<usize>) -> (Vec<usize>, FitInfo) {
    let spec = catalog::find(name).unwrap();
    let resolved = spec
        .resolve(params.as_object().unwrap(), Profile::Sklearn15)
        .unwrap();
    let model = spec
        .build(&resolved.params, 1)
        .unwrap()
        .fit(x.view(), y.view())
        .unwrap();
    (model.predict(x.view()).unwrap().to_vec(), model.fit_info())
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn indices(value: &Value) -> Vec<usize> {
    numbers(value).iter().map(|&v| v as usize).collect()
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../oracle/linear/reference.json")).unwrap()
}

fn data(reference: &Value, key: &str) -> (Array2<f32>, Array1<usize>) {
    let data = &reference["data"][key];
    let n_features = data["n_features"].as_u64().unwrap() as usize;
    let x: Vec<f32> = numbers(&data["x"]).iter().map(|&v| v as f32).collect();
    let x = Array2::from_shape_vec((x.len() / n_features, n_features), x).unwrap();
    (x, Array1::from(indices(&data["y"])))
}

#[test]
fn fits_equal_those_of_scikit_learn() {
    let reference = reference();
    let mut failures = Vec::new();
    for case in reference["cases"].as_array().unwrap() {
        let (x, y) = data(&reference, case["data"].as_str().unwrap());
        let name = case["name"].as_str().unwrap();
        let mut params = case["parameter"].clone();
        let is_convex = matches!(name, "LinearSVC" | "LogisticRegression");
        if is_convex {
            // The solvers stop where rounding hides a decrease of the objective.
            let has_l1 = matches!(params["penalty"].as_str(), Some("l1" | "elasticnet"));
            params["tol"] = json!(if has_l1 { 1e-5 } else { 2e-7 });
            params["max_iter"] = json!(5000);
        }
        let (found, info) = fit(name, &params, &x, &y);
        let expected = indices(&case["predictions"]);
        let close = case.get("close").map(indices).unwrap_or_default();
        let n_wrong = (0..expected.len())
            .filter(|row| !close.contains(row) && found[*row] != expected[*row])
            .count();
        if n_wrong > 0 {
            failures.push(format!("{name} {params}: {n_wrong} predictions differ"));
        }
        if let Some(objective) = case.get("objective").and_then(Value::as_f64) {
            let excess = info.objective.unwrap() / objective - 1.0;
            if !(-1e-5..2e-6).contains(&excess) || info.converged != Some(true) {
                failures.push(format!(
                    "{name} {params}: {excess} above {objective}, {info:?}"
                ));
            }
        }
        if let Some(n_iter) = case.get("n_iter").and_then(Value::as_u64)
            && info.n_iter != Some(n_iter)
        {
            failures.push(format!(
                "{name} {params}: {:?} epochs, not {n_iter}",
                info.n_iter
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn weak_penalties_end_at_the_minimum_where_rows_can_be_separated() {
    // Two classes beside each other and a third, all apart: the gradient is small long before the
    // minimum. The objectives are scikit-learn's, see benchmark/oracle/linear.py.
    let reference = reference();
    for case in reference["separable"].as_array().unwrap() {
        let (x, y) = data(&reference, "apart");
        let params = case["parameter"].clone();
        let (found, info) = fit("LogisticRegression", &params, &x, &y);
        let excess = info.objective.unwrap() / case["objective"].as_f64().unwrap() - 1.0;
        assert!(excess < 1e-2, "{params}: {excess} {info:?}");
        assert_eq!(info.converged, Some(true), "{params}: {info:?}");
        assert_eq!(found, y.to_vec(), "{params}");
    }
}

#[test]
fn networks_without_hidden_layers_reach_scikit_learns_minimum_with_lbfgs() {
    let reference = reference();
    for case in reference["networks"].as_array().unwrap() {
        let (x, y) = data(&reference, case["data"].as_str().unwrap());
        let params = &case["parameter"];
        let (found, info) = fit("MLPClassifier", params, &x, &y);
        let excess = info.objective.unwrap() / case["objective"].as_f64().unwrap() - 1.0;
        assert!(excess.abs() < 1e-6, "{params}: {excess} {info:?}");
        assert_eq!(info.converged, Some(true));
        let close = indices(&case["close"]);
        let expected = indices(&case["predictions"]);
        let differs = |row: &usize| !close.contains(row) && found[*row] != expected[*row];
        assert_eq!((0..expected.len()).find(differs), None, "{params}");
    }
}

#[test]
fn crammer_singer_is_one_model_whatever_loss_penalty_and_dual_say() {
    let spec = catalog::find("LinearSVC").unwrap();
    let resolve = |params: Value| {
        spec.resolve(params.as_object().unwrap(), Profile::Sklearn019)
            .unwrap()
    };
    let first = resolve(json!({"multi_class": "crammer_singer", "loss": "hinge", "penalty": "l1"}));
    let second = resolve(json!({"multi_class": "crammer_singer", "dual": false}));
    assert_eq!(first.params, second.params);
    assert!(first.notes[0].contains("ignores loss, penalty and dual"));
}

#[test]
fn the_profile_of_2017_runs_five_epochs_and_liblinear() {
    for name in ["SGDClassifier", "Perceptron", "PassiveAggressiveClassifier"] {
        let params = catalog::find(name)
            .unwrap()
            .resolve(&Params::new(), Profile::Sklearn019)
            .unwrap()
            .params;
        assert_eq!(
            (&params["max_iter"], &params["tol"]),
            (&json!(5), &Value::Null)
        );
    }
    let spec = catalog::find("LogisticRegression").unwrap();
    let params = spec
        .resolve(&Params::new(), Profile::Sklearn019)
        .unwrap()
        .params;
    assert_eq!(
        (&params["solver"], &params["multi_class"]),
        (&json!("liblinear"), &json!("ovr"))
    );
}

#[test]
fn answers_do_not_depend_on_the_number_of_threads() {
    let reference = reference();
    let (x, y) = data(&reference, "many");
    for (name, params) in [
        ("LinearSVC", json!({"loss": "hinge"})),
        ("LinearSVC", json!({"multi_class": "crammer_singer"})),
        ("LinearSVC", json!({"penalty": "l1", "dual": false})),
        ("LogisticRegression", json!({})),
        ("SGDClassifier", json!({"early_stopping": true})),
        ("Perceptron", json!({"penalty": "elasticnet"})),
        ("PassiveAggressiveClassifier", json!({"average": true})),
    ] {
        let on = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build()
                .unwrap();
            pool.install(|| fit(name, &params, &x, &y))
        };
        assert_eq!(on(1), on(3), "{name} {params}");
    }
}
