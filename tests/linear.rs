//! The linear and stochastic classifiers against scikit-learn's fits, and their refusals.

#![expect(clippy::unwrap_used, reason = "a test, with helpers")]

mod fashion;

use fashion_bench::catalog::{self, Params, Profile};
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
    serde_json::from_str(include_str!("oracle/linear/reference.json")).unwrap()
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
fn values_out_of_range_are_refused_even_where_they_do_not_matter() {
    for (name, params, param) in [
        (
            "LogisticRegression",
            json!({"intercept_scaling": -1}),
            "intercept_scaling",
        ),
        ("LogisticRegression", json!({"l1_ratio": 1.5}), "l1_ratio"),
        (
            "LogisticRegression",
            json!({"penalty": null, "C": 0.0}),
            "C",
        ),
        ("SGDClassifier", json!({"l1_ratio": 2.0}), "l1_ratio"),
        ("SGDClassifier", json!({"epsilon": -0.1}), "epsilon"),
        (
            "Perceptron",
            json!({"validation_fraction": 1.0}),
            "validation_fraction",
        ),
        ("RidgeClassifier", json!({"max_iter": 0}), "max_iter"),
        ("RidgeClassifier", json!({"tol": -1.0}), "tol"),
        ("MLPClassifier", json!({"momentum": 1.001}), "momentum"),
        ("MLPClassifier", json!({"max_fun": 0}), "max_fun"),
        (
            "MLPClassifier",
            json!({"solver": "lbfgs", "beta_1": 1.0}),
            "beta_1",
        ),
    ] {
        let message = refusal(name, &params);
        let start = format!("the `{param}` of {name} must be ");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn no_step_at_all_and_no_tolerance_are_accepted_as_in_scikit_learn() {
    let (x, y) = data(&reference(), "many");
    for (name, params) in [
        (
            "LogisticRegression",
            json!({"max_iter": 0, "solver": "newton-cg"}),
        ),
        (
            "LogisticRegression",
            json!({"max_iter": 0, "penalty": "l1", "solver": "liblinear"}),
        ),
        ("LinearSVC", json!({"max_iter": 0})),
        ("LinearSVC", json!({"max_iter": 0, "loss": "hinge"})),
    ] {
        let (found, info) = fit(name, &params, &x, &y);
        assert!(found.iter().all(|&label| label == 1), "{name} {params}");
        assert_eq!((info.n_iter, info.converged), (Some(0), Some(false)));
    }
    let (found, _) = fit(
        "LogisticRegression",
        &json!({"tol": 0.0, "max_iter": 50}),
        &x,
        &y,
    );
    let (expected, _) = fit("LogisticRegression", &json!({"tol": 1e-6}), &x, &y);
    assert_eq!(found, expected);
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

fn refusal(name: &str, params: &Value) -> String {
    let spec = catalog::find(name).unwrap();
    let given: &Params = params.as_object().unwrap();
    match spec.resolve(given, Profile::Sklearn15) {
        Err(error) => error.to_string(),
        Ok(resolved) => match spec.build(&resolved.params, 0) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{name} {params} was accepted"),
        },
    }
}

#[test]
fn values_out_of_range_are_refused_by_name() {
    for (name, params, param) in [
        ("LinearSVC", json!({"C": 0}), "C"),
        ("LinearSVC", json!({"tol": -1.0}), "tol"),
        ("LinearSVC", json!({"tol": 0.0}), "tol"),
        (
            "LinearSVC",
            json!({"intercept_scaling": 0.0}),
            "intercept_scaling",
        ),
        (
            "LinearSVC",
            json!({"class_weight": {"1": -2.0}}),
            "class_weight",
        ),
        (
            "LinearSVC",
            json!({"class_weight": {"01": 2.0}}),
            "class_weight",
        ),
        (
            "SGDClassifier",
            json!({"class_weight": {"+1": 2.0}}),
            "class_weight",
        ),
        ("LogisticRegression", json!({"C": -1.0}), "C"),
        (
            "LogisticRegression",
            json!({"solver": "liblinear", "tol": 0.0}),
            "tol",
        ),
        (
            "LogisticRegression",
            json!({"penalty": "elasticnet", "solver": "saga", "l1_ratio": 1.5}),
            "l1_ratio",
        ),
        (
            "LogisticRegression",
            json!({"penalty": "elasticnet", "solver": "saga"}),
            "l1_ratio",
        ),
        ("RidgeClassifier", json!({"alpha": -1.0}), "alpha"),
        (
            "NearestCentroid",
            json!({"shrink_threshold": 0.0}),
            "shrink_threshold",
        ),
        ("SGDClassifier", json!({"alpha": -1.0}), "alpha"),
        ("SGDClassifier", json!({"alpha": 0.0}), "alpha"),
        (
            "SGDClassifier",
            json!({"penalty": "elasticnet", "l1_ratio": 2.0}),
            "l1_ratio",
        ),
        ("SGDClassifier", json!({"loss": "deviance"}), "loss"),
        (
            "SGDClassifier",
            json!({"learning_rate": "constant"}),
            "eta0",
        ),
        (
            "SGDClassifier",
            json!({"early_stopping": true, "validation_fraction": 1.0}),
            "validation_fraction",
        ),
        ("Perceptron", json!({"eta0": 0.0}), "eta0"),
        ("PassiveAggressiveClassifier", json!({"C": 0.0}), "C"),
    ] {
        let message = refusal(name, &params);
        let start = format!("the `{param}` of {name} must be ");
        assert!(message.starts_with(&start), "{message}");
    }
}

#[test]
fn combinations_that_do_not_exist_are_refused_with_what_to_write_instead() {
    for (name, params, hint) in [
        (
            "LinearSVC",
            json!({"penalty": "l1", "loss": "hinge"}),
            "loss=squared_hinge",
        ),
        (
            "LinearSVC",
            json!({"penalty": "l1", "dual": true}),
            "dual=false",
        ),
        (
            "LinearSVC",
            json!({"loss": "hinge", "dual": false}),
            "dual=true",
        ),
        (
            "LogisticRegression",
            json!({"penalty": "l1"}),
            "solver=liblinear",
        ),
        (
            "LogisticRegression",
            json!({"penalty": "elasticnet", "solver": "lbfgs", "l1_ratio": 0.5}),
            "solver=saga",
        ),
        (
            "LogisticRegression",
            json!({"multi_class": "multinomial", "solver": "liblinear"}),
            "solver=lbfgs",
        ),
        (
            "LogisticRegression",
            json!({"penalty": null, "solver": "liblinear"}),
            "lbfgs",
        ),
        ("LogisticRegression", json!({"dual": true}), "dual=false"),
        (
            "RidgeClassifier",
            json!({"positive": true, "solver": "cholesky"}),
            "solver=lbfgs",
        ),
        ("RidgeClassifier", json!({"solver": "lbfgs"}), "solver=auto"),
    ] {
        let message = refusal(name, &params);
        assert!(
            message.contains("is not supported") && message.contains(hint),
            "{message}"
        );
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

#[test]
fn features_that_never_vary_and_two_rows_are_no_obstacle() {
    let x = Array2::from_shape_fn(
        (2, 3),
        |(row, j)| if j == 1 { row as f32 - 0.5 } else { 0.0 },
    );
    let y = Array1::from(vec![5, 9]);
    for spec in &catalog::ESTIMATORS {
        let is_ours = [
            "LinearSVC",
            "LogisticRegression",
            "RidgeClassifier",
            "NearestCentroid",
            "SGDClassifier",
            "Perceptron",
            "PassiveAggressiveClassifier",
        ];
        if is_ours.contains(&spec.name) {
            let (found, _) = fit(spec.name, &json!({}), &x, &y);
            assert_eq!(found, [5, 9], "{}", spec.name);
        }
    }
}

/// Objectives and steps of the fits of `costs`: one after the other from zero, and as a path.
fn path_and_fits(
    params: &LogisticRegressionParams,
    data: &Dataset<f32, usize, Ix1>,
) -> [Vec<(f64, u64)>; 2] {
    let costs = [0.1, 1.0, 10.0];
    let told = |model: LogisticRegression| {
        let info = model.fit_info();
        assert_eq!(info.converged, Some(true), "{params:?}: {info:?}");
        (info.objective.unwrap(), info.n_iter.unwrap())
    };
    let checked = params.clone().check().unwrap();
    let path = checked.fit_path(data, &costs).unwrap();
    let fits = costs.map(|c| params.clone().c(c).fit(data).unwrap());
    [
        path.into_iter().map(told).collect(),
        fits.into_iter().map(told).collect(),
    ]
}

/// Asserts that each fit of a path ends no higher than a fit of its own, in fewer steps altogether.
fn assert_path_is_shorter(data: &Dataset<f32, usize, Ix1>) {
    let lbfgs = LogisticRegression::params;
    let liblinear = || lbfgs().solver(LogisticSolver::Liblinear);
    for params in [lbfgs(), liblinear(), liblinear().penalty(LinearPenalty::L1)] {
        let [path, fits] = path_and_fits(&params, data);
        for (a, b) in path.iter().zip(&fits) {
            // Lower is no fault: the rule of lbfgs is loose where the loss is small.
            assert!(a.0 <= b.0 * (1.0 + 1e-3), "{params:?}: {path:?} {fits:?}");
        }
        assert_eq!(path[0], fits[0]);
        let n_steps = |fits: &[(f64, u64)]| fits.iter().map(|fit| fit.1).sum::<u64>();
        assert!(
            n_steps(&path) <= n_steps(&fits),
            "{params:?}: {path:?} {fits:?}"
        );
    }
}

#[test]
fn a_path_of_costs_ends_where_single_fits_do_in_fewer_steps() {
    let (x, y) = data(&reference(), "many");
    assert_path_is_shorter(&Dataset::new(x, y));
    let params = LogisticRegression::params().check().unwrap();
    let data = Dataset::new(Array2::eye(2), Array1::from(vec![0_usize, 1]));
    let refused = params.fit_path(&data, &[1.0, 0.0]).unwrap_err().to_string();
    assert!(refused.contains("`C` of LogisticRegression"), "{refused}");
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn a_path_of_costs_on_fashion_mnist_ends_where_single_fits_do_in_fewer_steps() {
    let (x, y, _) = fashion::standardised(2000, 0);
    assert_path_is_shorter(&Dataset::new(x, y));
}

#[test]
fn a_feature_that_never_varies_gets_no_weight() {
    let (x, y) = data(&reference(), "many");
    // Centred, as all features are where they are standardised.
    assert!(x.column(3).iter().all(|&value| value == 0.0));
    let data = Dataset::new(x, y);
    let svc = LinearSvc::params;
    let logistic = LogisticRegression::params;
    let sgd = |norm| {
        SgdClassifier::params().penalty(SgdPenalty {
            norm,
            ..SgdPenalty::default()
        })
    };
    let fits = [
        svc().fit(&data).unwrap().model().weights().clone(),
        svc()
            .loss(SvcLoss::Hinge)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        svc()
            .penalty(SvcPenalty::L1)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        svc()
            .multi_class(SvcMultiClass::CrammerSinger)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        logistic().fit(&data).unwrap().model().weights().clone(),
        logistic()
            .solver(LogisticSolver::Liblinear)
            .penalty(LinearPenalty::L1)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        sgd(LinearPenalty::L2)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        sgd(LinearPenalty::L1)
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        Perceptron::params()
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
        PassiveAggressiveClassifier::params()
            .fit(&data)
            .unwrap()
            .model()
            .weights()
            .clone(),
    ];
    for (idx, weights) in fits.iter().enumerate() {
        assert!(weights.iter().any(|&w| w != 0.0), "fit {idx}");
        assert!(weights.column(3).iter().all(|&w| w == 0.0), "fit {idx}");
    }
}

#[test]
fn a_limit_of_steps_is_reported_as_not_converged() {
    let reference = reference();
    let (x, y) = data(&reference, "many");
    for (name, params) in [
        (
            "LinearSVC",
            json!({"loss": "hinge", "C": 100.0, "max_iter": 2}),
        ),
        (
            "LinearSVC",
            json!({"multi_class": "crammer_singer", "C": 100.0, "max_iter": 2}),
        ),
        ("LogisticRegression", json!({"C": 100.0, "max_iter": 2})),
        (
            "LogisticRegression",
            json!({"C": 100.0, "max_iter": 2, "penalty": "l1", "solver": "saga"}),
        ),
        ("SGDClassifier", json!({"max_iter": 2})),
    ] {
        let (_, info) = fit(name, &params, &x, &y);
        assert_eq!(
            (info.converged, info.n_iter),
            (Some(false), Some(2)),
            "{name} {params}"
        );
    }
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn fashion_mnist_is_learned_as_well_as_by_scikit_learn() {
    let raw = fashion::raw();
    let (x, y) = fashion::first(&raw.train, 3000);
    let x = x / 255.0;
    let (train, test) = (x.slice(s![..2000, ..]).to_owned(), x.slice(s![2000.., ..]));
    let (y_train, y_test) = (y.slice(s![..2000]).to_owned(), y.slice(s![2000..]));
    let oracle: Value =
        serde_json::from_str(include_str!("oracle/linear/fashion_mnist.json")).unwrap();
    for row in oracle["rows"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        let spec = catalog::find(name).unwrap();
        let resolved = spec
            .resolve(row["params"].as_object().unwrap(), Profile::Sklearn15)
            .unwrap();
        let accuracy = |seed| {
            let estimator = spec.build(&resolved.params, seed).unwrap();
            let model = estimator.fit(train.view(), y_train.view()).unwrap();
            let found = model.predict(test).unwrap();
            let n_right = found.iter().zip(&y_test).filter(|(a, b)| a == b).count();
            n_right as f64 / y_test.len() as f64
        };
        // Of the stochastic one both sides are means of 64 seeds.
        let (n_seeds, tolerance) = match name {
            "SGDClassifier" => (64, 0.005),
            _ => (1, 0.003),
        };
        let mean = (0..n_seeds).map(accuracy).sum::<f64>() / n_seeds as f64;
        let expected = row["accuracy"].as_f64().unwrap();
        assert!(
            (mean - expected).abs() <= tolerance,
            "{name}: {mean}, scikit-learn: {expected}"
        );
    }
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn objectives_on_fashion_mnist_are_no_higher_than_scikit_learns() {
    let raw = fashion::raw();
    let (x, y) = fashion::first(&raw.train, 10_000);
    let x = fashion::standardise(&x, &fashion::first(&raw.train, 60_000).0);
    let (train, next) = (
        x.slice(s![..6000, ..]).to_owned(),
        x.slice(s![6000.., ..]).to_owned(),
    );
    let (y_train, y_next) = (y.slice(s![..6000]).to_owned(), y.slice(s![6000..]));
    let oracle: Value =
        serde_json::from_str(include_str!("oracle/linear/objectives_6000.json")).unwrap();
    for row in oracle["rows"].as_array().unwrap() {
        let (name, params) = (row["name"].as_str().unwrap(), &row["params"]);
        let expected = row["objective"].as_f64().unwrap();
        if name == "RidgeClassifier" {
            let found = ridge_objective(params["alpha"].as_f64().unwrap(), &train, &y_train);
            assert!(found <= expected * (1.0 + 1e-4), "{row}: {found}");
            continue;
        }
        let spec = catalog::find(name).unwrap();
        let mut given = params.as_object().unwrap().clone();
        let is_exact = given.remove("tol").is_some();
        if is_exact {
            given.insert("tol".into(), json!(1e-7));
        }
        let resolved = spec.resolve(&given, Profile::Sklearn15).unwrap();
        let estimator = spec.build(&resolved.params, 1).unwrap();
        let model = estimator.fit(train.view(), y_train.view()).unwrap();
        let info = model.fit_info();
        let found = info.objective.unwrap();
        assert_eq!(info.converged, Some(true), "{row}: {info:?}");
        assert!(found <= expected * (1.0 + 1e-4), "{row}: {found}");
        if is_exact {
            // Single precision of rows and products costs nothing.
            assert!((found / expected - 1.0).abs() < 1e-6, "{row}: {found}");
            let predictions = model.predict(next.view()).unwrap();
            let n_right = predictions
                .iter()
                .zip(&y_next)
                .filter(|(a, b)| a == b)
                .count();
            let accuracy = n_right as f64 / y_next.len() as f64;
            assert!((accuracy - row["accuracy"].as_f64().unwrap()).abs() < 6e-4);
        }
    }
}

/// `Σ (x·w + b - y)² + alpha·|w|²` of the fit, over all classes.
fn ridge_objective(alpha: f64, x: &Array2<f32>, y: &Array1<usize>) -> f64 {
    let data = Dataset::new(x.clone(), y.clone());
    let fit = RidgeClassifier::params().alpha(alpha).fit(&data).unwrap();
    let decisions = fit.model().decisions(x.view());
    let losses = decisions.indexed_iter().map(|((row, class), z)| {
        let target = if y[row] == class { 1.0 } else { -1.0 };
        (f64::from(*z) - target).powi(2)
    });
    let weights = fit.model().weights().iter().map(|&w| f64::from(w).powi(2));
    losses.sum::<f64>() + alpha * weights.sum::<f64>()
}
