//! The subjects against upstream called directly, or against a plain computation.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s};
use rand::Rng;
use serde_json::{Value, json};

use crate::catalog::{DataShape, EstimatorSpec, Family, Profile};
use crate::estimators::erased::Model;
use crate::estimators::{FitError, ParamError};
use crate::numeric::rng::stream;

use crate::catalog::{ESTIMATORS, find};

/// The subjects of this folder.
fn subjects() -> impl Iterator<Item = &'static EstimatorSpec> {
    ESTIMATORS
        .iter()
        .filter(|spec| spec.family == Family::Linfa)
}

fn subject(name: &str) -> &'static EstimatorSpec {
    find(&format!("linfa::{name}")).unwrap()
}

/// Three classes labelled 4, 30 and 100, their centres `distance` apart in one feature each.
fn blobs(n_rows: usize, distance: f32, seed: u64) -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(seed, &[]);
    let codes: Vec<usize> = (0..n_rows).map(|_| rng.gen_range(0..3)).collect();
    let x = Array2::from_shape_fn((n_rows, 6), |(row, column)| {
        let centre = if column % 3 == codes[row] {
            distance
        } else {
            0.0
        };
        centre + rng.gen_range(-1.0..1.0)
    });
    (x, codes.iter().map(|&code| [4, 30, 100][code]).collect())
}

fn fit_seeded(
    spec: &EstimatorSpec,
    params: Value,
    seed: u64,
    (x, y): &(Array2<f32>, Array1<usize>),
) -> Result<Box<dyn Model>, FitError> {
    let Value::Object(given) = params else {
        panic!("parameters are an object")
    };
    let resolved = spec.resolve(&given, Profile::default())?;
    spec.build(&resolved.params, seed)?.fit(x.view(), y.view())
}

fn fit(
    spec: &EstimatorSpec,
    params: Value,
    data: &(Array2<f32>, Array1<usize>),
) -> Result<Box<dyn Model>, FitError> {
    fit_seeded(spec, params, 1, data)
}

fn accuracy(predicted: &Array1<usize>, y: &Array1<usize>) -> f64 {
    let hits = predicted.iter().zip(y).filter(|(a, b)| a == b).count();
    hits as f64 / y.len() as f64
}

fn refusal(spec: &EstimatorSpec, params: Value) -> String {
    fit(spec, params, &blobs(30, 5.0, 0))
        .err()
        .expect("the parameters are refused")
        .to_string()
}

#[test]
fn every_subject_learns_separable_blobs_whatever_the_labels() {
    let (train, test) = (blobs(200, 5.0, 1), blobs(200, 5.0, 2));
    for spec in subjects() {
        let model = fit(spec, json!({}), &train).unwrap();
        let predicted = model.predict(test.0.view()).unwrap();
        let accuracy = accuracy(&predicted, &test.1);
        assert!(accuracy > 0.95, "{}: {accuracy}", spec.name);
        assert_eq!(spec.family, Family::Linfa);
        let wrong_width = model.predict(test.0.slice(s![.., ..5]));
        assert!(matches!(wrong_width, Err(FitError::FeatureCount { .. })));
    }
}

#[test]
fn every_cost_grows_with_the_data() {
    for spec in subjects() {
        let resolved = spec
            .resolve(&serde_json::Map::new(), Profile::default())
            .unwrap();
        let cost = |n_train| {
            let shape = DataShape {
                n_train,
                n_test: 1_000,
                n_features: 784,
                n_classes: 10,
            };
            spec.cost(&resolved.params, &shape)
        };
        assert!(cost(6_000).cpu_s > 0.0, "{}", spec.name);
        assert!(cost(60_000).cpu_s > cost(6_000).cpu_s, "{}", spec.name);
        assert!(cost(60_000).memory_bytes > cost(6_000).memory_bytes);
    }
}

#[test]
fn values_out_of_range_are_refused_in_one_form() {
    assert_eq!(
        refusal(subject("GaussianNb"), json!({"var_smoothing": -1})),
        "the `var_smoothing` of linfa::GaussianNb must be a number in [0, inf), got -1.0"
    );
    assert_eq!(
        refusal(subject("Svm"), json!({"c_neg": 0})),
        "the `c_neg` of linfa::Svm must be a number in (0, inf), got 0.0"
    );
    assert_eq!(
        refusal(subject("Svm"), json!({"nu": 1.5})),
        "the `nu` of linfa::Svm must be a number in (0, 1] or null, got 1.5"
    );
    assert_eq!(
        refusal(subject("NearestNeighbors"), json!({"k": 0})),
        "the `k` of linfa::NearestNeighbors must be an integer in [1, inf), got 0"
    );
    assert_eq!(
        refusal(
            subject("NearestNeighbors"),
            json!({"dist_fn": "LpDist", "p": 0.5})
        ),
        "the `p` of linfa::NearestNeighbors must be a number in [1, inf), got 0.5"
    );
    for (spec, params) in [
        (subject("DecisionTree"), json!({"min_impurity_decrease": 0})),
        (subject("DecisionTree"), json!({"min_weight_leaf": -1})),
        (subject("DecisionTree"), json!({"max_depth": -1})),
        (subject("RandomForest"), json!({"feature_proportion": 0})),
        (
            subject("RandomForest"),
            json!({"bootstrap_proportion": 1.1}),
        ),
        (subject("RandomForest"), json!({"ensemble_size": 0})),
        (subject("MultiLogisticRegression"), json!({"alpha": -1})),
        (
            subject("MultiLogisticRegression"),
            json!({"gradient_tolerance": 0}),
        ),
        (
            subject("Svm"),
            json!({"kernel": "gaussian", "gaussian_eps": 0}),
        ),
        (subject("Svm"), json!({"eps": -1})),
        (subject("NearestNeighbors"), json!({"leaf_size": 0})),
    ] {
        let error = fit(spec, params.clone(), &blobs(30, 5.0, 0)).err();
        assert!(
            matches!(error, Some(FitError::Param(ParamError::Value { .. }))),
            "{} {params}",
            spec.name
        );
    }
}

#[test]
fn parameters_without_effect_are_removed() {
    let names = |spec: &EstimatorSpec, params: Value| -> Vec<String> {
        let given = params.as_object().unwrap();
        let resolved = spec.resolve(given, Profile::default()).unwrap();
        resolved.params.keys().cloned().collect()
    };
    // `nu: null` stays: it says that C is in force.
    assert_eq!(
        names(subject("Svm"), json!({})),
        [
            "c_neg",
            "c_pos",
            "eps",
            "kernel",
            "nu",
            "precision",
            "shrinking"
        ]
    );
    let nu = names(subject("Svm"), json!({"kernel": "gaussian", "nu": 0.5}));
    assert!(nu.contains(&"gaussian_eps".to_owned()) && !nu.contains(&"c_pos".to_owned()));
    let polynomial = names(subject("Svm"), json!({"kernel": "polynomial"}));
    assert!(polynomial.contains(&"degree".to_owned()));
    assert_eq!(
        names(
            subject("NearestNeighbors"),
            json!({"algorithm": "LinearSearch"})
        ),
        ["algorithm", "dist_fn", "k"]
    );
    assert_eq!(
        names(subject("NearestNeighbors"), json!({"dist_fn": "LpDist"})),
        ["algorithm", "dist_fn", "k", "leaf_size", "p"]
    );
}

#[test]
fn gaussian_nb_is_upstreams() {
    let (train, test) = (blobs(150, 1.0, 3), blobs(150, 1.0, 4));
    let ours = fit(
        subject("GaussianNb"),
        json!({"var_smoothing": 0.01}),
        &train,
    )
    .unwrap();
    let params = linfa_bayes::GaussianNb::params().var_smoothing(0.01_f32);
    let upstream = params
        .fit(&DatasetBase::new(train.0.view(), train.1.view()))
        .unwrap();
    let expected: Array1<usize> = upstream.predict(&test.0);
    assert_eq!(ours.predict(test.0.view()).unwrap(), expected);
}

#[test]
fn logistic_regression_is_upstreams_in_either_precision() {
    let (train, test) = (blobs(150, 1.0, 5), blobs(150, 1.0, 6));
    for precision in ["f32", "f64"] {
        let params = json!({"alpha": 0.5, "max_iterations": 7, "precision": precision});
        let ours = fit(subject("MultiLogisticRegression"), params, &train).unwrap();
        let expected: Array1<usize> = if precision == "f32" {
            linfa_logistic::MultiLogisticRegression::<f32>::default()
                .alpha(0.5)
                .max_iterations(7)
                .fit(&DatasetBase::new(train.0.view(), train.1.view()))
                .unwrap()
                .predict(&test.0)
        } else {
            let wide = train.0.mapv(f64::from);
            linfa_logistic::MultiLogisticRegression::<f64>::default()
                .alpha(0.5)
                .max_iterations(7)
                .fit(&DatasetBase::new(wide.view(), train.1.view()))
                .unwrap()
                .predict(&test.0.mapv(f64::from))
        };
        assert_eq!(ours.predict(test.0.view()).unwrap(), expected);
        assert!(ours.fit_info().details["max_abs_coefficient"] > 0.0);
    }
}

#[test]
fn two_classes_of_the_svm_are_upstreams_binary_machine() {
    let keep_two = |(x, y): (Array2<f32>, Array1<usize>)| {
        let rows: Vec<usize> = (0..y.len()).filter(|&row| y[row] != 30).collect();
        (x.select(Axis(0), &rows), y.select(Axis(0), &rows))
    };
    let (train, test) = (keep_two(blobs(200, 0.8, 7)), keep_two(blobs(200, 0.8, 8)));
    let params = json!({
        "kernel": "gaussian", "gaussian_eps": 4.0, "c_pos": 2.0, "c_neg": 0.5,
        "eps": 1e-3, "precision": "f64",
    });
    let ours = fit(subject("Svm"), params, &train).unwrap();
    let upstream = linfa_svm::Svm::<f64, bool>::params()
        .gaussian_kernel(4.0)
        .pos_neg_weights(2.0, 0.5)
        .eps(1e-3)
        .fit(&DatasetBase::new(
            train.0.mapv(f64::from),
            train.1.mapv(|label| label == 4),
        ))
        .unwrap();
    let expected: Array1<bool> = upstream.predict(&test.0.mapv(f64::from));
    let expected = expected.mapv(|is_first| if is_first { 4 } else { 100 });
    assert_eq!(ours.predict(test.0.view()).unwrap(), expected);
    let info = ours.fit_info();
    assert_eq!(info.converged, Some(true));
    assert!(info.n_iter.unwrap() > 10);
    assert_eq!(info.n_support_vectors, Some(upstream.nsupport() as u64));
}

#[test]
fn every_kernel_and_nu_fit() {
    let data = blobs(60, 5.0, 9);
    for params in [
        json!({"kernel": "linear", "eps": 1e-3}),
        json!({"kernel": "polynomial", "degree": 2, "constant": 0, "eps": 1e-3, "precision": "f64"}),
        json!({"kernel": "gaussian", "gaussian_eps": 6, "nu": 0.2, "eps": 1e-3}),
    ] {
        let model = fit(subject("Svm"), params.clone(), &data).unwrap();
        let predicted = model.predict(data.0.view()).unwrap();
        assert!(accuracy(&predicted, &data.1) > 0.95, "{params}");
    }
}

/// Majority label of the `k` nearest rows, ties to the lowest.
fn nearest_by_hand(
    x: ArrayView2<'_, f32>,
    y: &Array1<usize>,
    query: ArrayView1<'_, f32>,
    distance: impl Fn(f32) -> f32,
    k: usize,
) -> usize {
    let mut rows: Vec<(f32, usize)> = x
        .rows()
        .into_iter()
        .zip(y)
        .map(|(row, &label)| {
            let sum = row.iter().zip(query).map(|(a, b)| distance(a - b)).sum();
            (sum, label)
        })
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let votes = |label: usize| {
        rows[..k]
            .iter()
            .filter(|(_, other)| *other == label)
            .count()
    };
    let mut labels = [4, 30, 100];
    labels.sort_by_key(|&label| std::cmp::Reverse(votes(label)));
    labels[0]
}

#[test]
fn every_index_finds_the_nearest_neighbours() {
    let (train, test) = (blobs(120, 1.0, 10), blobs(80, 1.0, 11));
    let by_hand = |distance: fn(f32) -> f32| -> Array1<usize> {
        let queries = test.0.rows().into_iter();
        queries
            .map(|query| nearest_by_hand(train.0.view(), &train.1, query, distance, 4))
            .collect()
    };
    for algorithm in ["linear", "kd_tree", "ball_tree"] {
        let predict = |dist_fn: &str, p: f64| {
            let params =
                json!({"algorithm": algorithm, "k": 4, "leaf_size": 3, "dist_fn": dist_fn, "p": p});
            let model = fit(subject("NearestNeighbors"), params, &train).unwrap();
            model.predict(test.0.view()).unwrap()
        };
        assert_eq!(predict("L2Dist", 2.0), by_hand(|d| d * d), "{algorithm}");
        assert_eq!(predict("L1Dist", 2.0), by_hand(f32::abs), "{algorithm}");
        assert_eq!(
            predict("LpDist", 3.0),
            by_hand(|d| d.abs().powi(3)),
            "{algorithm}"
        );
        assert!(accuracy(&predict("LInfDist", 2.0), &test.1) > 0.5);
    }
}

#[test]
fn a_tied_vote_goes_to_the_lowest_label() {
    let data = (array![[1.0_f32], [-1.0]], array![9_usize, 2]);
    for algorithm in ["linear", "kd_tree", "ball_tree"] {
        let params = json!({"k": 2, "algorithm": algorithm});
        let model = fit(subject("NearestNeighbors"), params, &data).unwrap();
        let predicted = model.predict(array![[0.9_f32], [-0.9]].view()).unwrap();
        assert_eq!(predicted, array![2, 2]);
    }
}

#[test]
fn tree_parameters_reach_upstream() {
    let data = blobs(300, 1.0, 12);
    let details = |params: Value| {
        let model = fit(subject("DecisionTree"), params, &data).unwrap();
        model.fit_info().details
    };
    assert_eq!(details(json!({"max_depth": 1}))["depth"], 1.0);
    assert_eq!(details(json!({"max_depth": 0}))["n_leaves"], 1.0);
    let full = details(json!({}))["n_leaves"];
    assert!(details(json!({"min_weight_leaf": 20}))["n_leaves"] < full);
    assert!(details(json!({"min_weight_split": 100}))["n_leaves"] < full);
    assert!(details(json!({"min_impurity_decrease": 0.2}))["n_leaves"] < full);
    let entropy = fit(
        subject("DecisionTree"),
        json!({"split_quality": "Entropy"}),
        &data,
    )
    .unwrap();
    let importances = entropy.fit_info().feature_importances;
    assert!((importances.iter().sum::<f32>() - 1.0).abs() < 1e-5);
}

#[test]
fn the_forest_takes_the_seed() {
    let (train, test) = (blobs(200, 5.0, 13), blobs(100, 1.0, 14));
    let predict = |seed| {
        // One tree, so that no vote is tied, and separable training data, so that no leaf is.
        let params = json!({"ensemble_size": 1, "feature_proportion": 0.5, "max_depth": 4});
        let model = fit_seeded(subject("RandomForest"), params, seed, &train).unwrap();
        model.predict(test.0.view()).unwrap()
    };
    assert_eq!(predict(1), predict(1));
    assert!((2..6).any(|seed| predict(seed) != predict(1)));
    let params = json!({"ensemble_size": 7, "random_state": 3});
    let forest = fit(subject("RandomForest"), params, &train).unwrap();
    assert_eq!(forest.fit_info().details["n_trees"], 7.0);
}

#[test]
fn an_upstream_panic_is_an_error_of_the_fit() {
    // Upstream asserts that neither side of a split is empty, and lets `min_weight_leaf` 0 pass.
    let error = fit(
        subject("DecisionTree"),
        json!({"min_weight_leaf": 0}),
        &blobs(100, 1.0, 15),
    )
    .err()
    .unwrap()
    .to_string();
    assert_eq!(
        error,
        "linfa-trees reported: panicked: assertion failed: n_samples > 0.0"
    );
    // Variances of 0 make likelihoods NaN, whose maximum upstream unwraps.
    let constant = (
        array![[1.0_f32], [1.0], [1.0], [1.0]],
        array![0_usize, 0, 1, 1],
    );
    let model = fit(
        subject("GaussianNb"),
        json!({"var_smoothing": 0}),
        &constant,
    )
    .unwrap();
    let error = model.predict(constant.0.view()).unwrap_err().to_string();
    assert!(
        error.starts_with("linfa-bayes reported: panicked: called `Result::unwrap()`"),
        "{error}"
    );
}
