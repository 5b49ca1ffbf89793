//! Trees and tree ensembles against scikit-learn 1.5.2 and against their own contracts.
#![expect(clippy::unwrap_used, reason = "a test's helpers may panic")]

mod fashion;

use std::path::Path;

use fashion_bench::catalog::find;
use fashion_bench::catalog::{Params, Profile};
use fashion_bench::estimators::FitInfo;
use fashion_bench::estimators::tree::{
    Amount, Criterion, DecisionTree, MaxFeatures, Splitter, Tree, TreeShape,
};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, s};
use serde_json::{Value, json};

fn oracle(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracle/trees")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["data"].take()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap();
    list.iter().map(|number| number.as_f64().unwrap()).collect()
}

fn labels(value: &Value) -> Vec<usize> {
    numbers(value)
        .into_iter()
        .map(|number| number as usize)
        .collect()
}

fn params(value: &Value) -> Params {
    value.as_object().unwrap().clone()
}

fn fit_predict(
    name: &str,
    given: &Params,
    seed: u64,
    (x, y): (&Array2<f32>, &Array1<usize>),
) -> (Vec<usize>, FitInfo) {
    let spec = find(name).unwrap();
    let resolved = spec.resolve(given, Profile::default()).unwrap();
    let estimator = spec.build(&resolved.params, seed).unwrap();
    let model = estimator.fit(x.view(), y.view()).unwrap();
    (model.predict(x.view()).unwrap().to_vec(), model.fit_info())
}

fn synthetic(data: &Value) -> (Array2<f32>, Array1<usize>) {
    let rows = data["x"].as_array().unwrap();
    let flat: Vec<f32> = rows.iter().flat_map(numbers).map(|v| v as f32).collect();
    let x = Array2::from_shape_vec((rows.len(), flat.len() / rows.len()), flat).unwrap();
    (x, Array1::from_vec(labels(&data["y"])))
}

fn assert_close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!(
            (ours - theirs).abs() <= tolerance,
            "{what}: {ours} against {theirs}"
        );
    }
}

fn importances(info: &FitInfo) -> Vec<f64> {
    info.feature_importances
        .iter()
        .map(|&v| f64::from(v))
        .collect()
}

#[test]
fn decision_trees_are_those_of_scikit_learn_for_every_growth_parameter() {
    let (narrow, wide) = (oracle("synthetic.json"), oracle("wide.json"));
    let cases = [&narrow, &wide].map(|data| data["trees"].as_array().unwrap());
    for case in cases.into_iter().flatten() {
        let (x, y) = synthetic(case);
        let given = params(&case["parameter"]);
        let what = case["parameter"].to_string();
        let (predictions, info) = fit_predict("DecisionTreeClassifier", &given, 0, (&x, &y));
        let n_leaves = labels_or_leaf(&case["left"])
            .iter()
            .filter(|left| left.is_none())
            .count();
        assert_eq!(info.details["n_leaves"], n_leaves as f64, "{what}");
        assert_close(
            &importances(&info),
            &numbers(&case["importances"]),
            1e-6,
            &what,
        );
        assert_eq!(predictions, labels(&case["predictions"]), "{what}");
    }
}

fn labels_or_leaf(value: &Value) -> Vec<Option<usize>> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|number| usize::try_from(number.as_i64().unwrap()).ok())
        .collect()
}

#[test]
fn gradient_boosting_has_the_losses_and_importances_of_scikit_learn() {
    for data in ["synthetic.json", "wide.json"].map(oracle) {
        let (x, y) = synthetic(&data);
        for case in data["boosted"].as_array().unwrap() {
            let highest = case["classes"].as_u64().unwrap() as usize - 1;
            let y = y.mapv(|label| label.min(highest));
            let given = params(&case["parameter"]);
            let what = format!("{} {highest}", case["parameter"]);
            let (predictions, info) =
                fit_predict("GradientBoostingClassifier", &given, 0, (&x, &y));
            assert_close(&info.loss_curve, &numbers(&case["loss"]), 1e-6, &what);
            let theirs = numbers(&case["importances"]);
            assert_close(&importances(&info), &theirs, 1e-4, &what);
            assert_eq!(predictions, labels(&case["predictions"]), "{what}");
        }
    }
}

#[test]
fn histogram_boosting_has_the_losses_of_scikit_learn() {
    for case in oracle("synthetic.json")["hist"].as_array().unwrap() {
        let (x, y) = synthetic(case);
        let highest = case["classes"].as_u64().unwrap() as usize - 1;
        let y = y.mapv(|label| label.min(highest));
        let given = params(&case["parameter"]);
        let what = format!("{} {highest}", case["parameter"]);
        let (predictions, info) =
            fit_predict("HistGradientBoostingClassifier", &given, 0, (&x, &y));
        // scikit-learn's gradients and Hessians are f32.
        assert_close(&info.loss_curve, &numbers(&case["loss"]), 1e-5, &what);
        assert_eq!(predictions, labels(&case["predictions"]), "{what}");
    }
}

/// Quantile bins, thresholds, roots that cannot be split, scores of exactly 0, categories, monotonic
/// and interaction constraints, and when early stopping on training rows ends.
#[test]
fn what_scikit_learn_does_not_draw_is_predicted_label_by_label() {
    for case in oracle("exact.json").as_array().unwrap() {
        let (x, y) = synthetic(case);
        let (x_test, _) = synthetic(&json!({ "x": case["x_test"], "y": [] }));
        let name = case["name"].as_str().unwrap();
        let given = params(&case["parameter"]);
        let what = format!("{name} {}", case["parameter"]);
        let spec = find(name).unwrap();
        let resolved = spec.resolve(&given, Profile::default()).unwrap();
        let estimator = spec.build(&resolved.params, 0).unwrap();
        let model = estimator.fit(x.view(), y.view()).unwrap();
        let predictions = model.predict(x_test.view()).unwrap().to_vec();
        assert_eq!(predictions, labels(&case["predictions"]), "{what}");
        let n_iter = model.fit_info().n_iter.unwrap_or(0);
        assert_eq!(json!(n_iter), case["n_iter"], "{what}");
    }
}

/// Walks our tree and scikit-learn's side by side; returns how many splits were compared.
fn compare_nodes(tree: &Tree, case: &Value) -> usize {
    let features = labels_or_leaf(&case["feature"]);
    let thresholds = numbers(&case["threshold"]);
    let (lefts, rights) = (
        labels_or_leaf(&case["left"]),
        labels_or_leaf(&case["right"]),
    );
    let n_samples = labels(&case["n_samples"]);
    let mut n_compared = 0;
    let mut stack = vec![(0, 0)];
    while let Some((ours, theirs)) = stack.pop() {
        let node = &tree.nodes[ours];
        assert_eq!(tree.stats[ours].n_samples, n_samples[theirs]);
        let Some(left) = lefts[theirs] else {
            assert!(node.is_leaf());
            continue;
        };
        let is_same =
            Some(node.feature as usize) == features[theirs] && node.threshold == thresholds[theirs];
        if case["unique"][theirs] == json!(true) {
            assert!(
                is_same,
                "node {theirs}: {node:?} against {:?}",
                features[theirs]
            );
            n_compared += 1;
        }
        if is_same {
            stack.push((node.left as usize, left));
            stack.push((node.right as usize, rights[theirs].unwrap()));
        }
    }
    n_compared
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn trees_on_real_rows_split_as_scikit_learn_wherever_the_best_split_is_unique() {
    let raw = fashion::raw();
    let (x, y) = fashion::first(&raw.train, 6000);
    for case in oracle("fashion_mnist_6000.json").as_array().unwrap() {
        let criterion = match case["criterion"].as_str() {
            Some("gini") => Criterion::Gini,
            _ => Criterion::Entropy,
        };
        let shape = TreeShape {
            max_depth: Some(10),
            ..TreeShape::default()
        };
        let model = DecisionTree::params()
            .criterion(criterion)
            .shape(shape)
            .fit(&DatasetBase::new(x.view(), y.view()))
            .unwrap();
        let n_compared = compare_nodes(model.tree(), case);
        assert!(n_compared > 100, "only {n_compared} splits were comparable");
    }
}

/// Three blobs with whole-numbered features.
fn blobs(n: usize, n_features: usize, spread: u64) -> (Array2<f32>, Array1<usize>) {
    let mut state = 7u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let y: Array1<usize> = (0..n).map(|row| row % 3).collect();
    let x = Array2::from_shape_fn((n, n_features), |(row, column)| {
        let centre = if column % 3 == row % 3 { 20 } else { 0 };
        (centre + next() % spread) as f32
    });
    (x, y)
}

const ALL: [&str; 5] = [
    "DecisionTreeClassifier",
    "ExtraTreeClassifier",
    "RandomForestClassifier",
    "GradientBoostingClassifier",
    "HistGradientBoostingClassifier",
];

fn quick(name: &str) -> Params {
    match name {
        "RandomForestClassifier" => params(&json!({"n_estimators": 7, "oob_score": true})),
        "GradientBoostingClassifier" => {
            params(&json!({"n_estimators": 4, "subsample": 0.7, "n_iter_no_change": 2}))
        }
        "HistGradientBoostingClassifier" => params(&json!({"max_iter": 4, "early_stopping": true})),
        _ => Params::new(),
    }
}

#[test]
fn predictions_do_not_depend_on_the_number_of_threads() {
    let (x, y) = blobs(3000, 20, 60);
    for name in ALL {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| fit_predict(name, &quick(name), 5, (&x, &y)))
        };
        let (one, info_one) = run(1);
        let (four, info_four) = run(4);
        assert_eq!(one, four, "{name}");
        assert_eq!(info_one, info_four, "{name}");
    }
}

#[test]
fn other_seeds_give_other_forests() {
    let (x, y) = blobs(600, 20, 60);
    let run = |seed| {
        fit_predict(
            "RandomForestClassifier",
            &quick("RandomForestClassifier"),
            seed,
            (&x, &y),
        )
        .1
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn full_trees_learn_separable_rows_by_heart() {
    let (x, y) = blobs(500, 6, 60);
    for name in ["DecisionTreeClassifier", "ExtraTreeClassifier"] {
        for splitter in ["best", "random"] {
            let given = params(&json!({ "splitter": splitter }));
            let (predictions, _) = fit_predict(name, &given, 1, (&x, &y));
            assert_eq!(predictions, y.to_vec(), "{name} {splitter}");
        }
    }
}

#[test]
fn nodes_by_histogram_and_nodes_by_copies_grow_trees_of_the_same_depths_and_sizes() {
    // More rows than nodes are copied at; drawing all but one feature takes the other path.
    let (mut x, y) = blobs(9000, 8, 97);
    x.slice_mut(s![.., 7]).fill(1.0);
    let tree = |max_features| {
        let shape = TreeShape {
            max_features,
            max_depth: Some(9),
            min_samples_leaf: Amount::Count(3),
            ..TreeShape::default()
        };
        let params = DecisionTree::params().shape(shape).seed(1);
        params.fit(&DatasetBase::new(x.view(), y.view())).unwrap()
    };
    let (full, drawn) = (tree(MaxFeatures::All), tree(MaxFeatures::Count(7)));
    let stats = |model: &DecisionTree| {
        let mut stats: Vec<_> = model
            .tree()
            .stats
            .iter()
            .map(|s| (s.depth, s.n_samples))
            .collect();
        stats.sort_unstable();
        stats
    };
    assert_eq!(stats(&full), stats(&drawn));
}

#[test]
fn random_thresholds_leave_samples_on_both_sides() {
    let (x, y) = blobs(800, 5, 60);
    let params = DecisionTree::params().splitter(Splitter::Random).seed(3);
    let model = params.fit(&DatasetBase::new(x.view(), y.view())).unwrap();
    let tree = model.tree();
    for (node, stats) in tree.nodes.iter().zip(&tree.stats) {
        if !node.is_leaf() {
            let (left, right) = (
                &tree.stats[node.left as usize],
                &tree.stats[node.right as usize],
            );
            assert_eq!(left.n_samples + right.n_samples, stats.n_samples);
            assert!(left.n_samples > 0 && right.n_samples > 0);
        }
    }
    let mut predicted = Array1::zeros(x.nrows());
    model.predict_inplace(&x, &mut predicted);
    assert_eq!(predicted, y);
}

#[test]
fn out_of_range_parameters_are_refused_by_name() {
    for (name, given, named) in [
        (
            "DecisionTreeClassifier",
            json!({"max_depth": 0}),
            "`max_depth`",
        ),
        (
            "DecisionTreeClassifier",
            json!({"min_samples_leaf": 1.5}),
            "`min_samples_leaf`",
        ),
        (
            "ExtraTreeClassifier",
            json!({"max_features": 0}),
            "`max_features`",
        ),
        (
            "ExtraTreeClassifier",
            json!({"class_weight": {"0": -1}}),
            "`class_weight`",
        ),
        (
            "RandomForestClassifier",
            json!({"n_estimators": 0}),
            "`n_estimators`",
        ),
        (
            "RandomForestClassifier",
            json!({"max_samples": 0}),
            "`max_samples`",
        ),
        (
            "RandomForestClassifier",
            json!({"bootstrap": false, "oob_score": true}),
            "oob_score",
        ),
        (
            "GradientBoostingClassifier",
            json!({"subsample": 0.0}),
            "`subsample`",
        ),
        (
            "GradientBoostingClassifier",
            json!({"learning_rate": -1.0}),
            "`learning_rate`",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"max_bins": 256}),
            "`max_bins`",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"max_leaf_nodes": 1}),
            "`max_leaf_nodes`",
        ),
    ] {
        let spec = find(name).unwrap();
        let resolved = spec.resolve(&params(&given), Profile::default()).unwrap();
        let error = spec.build(&resolved.params, 0).err().unwrap().to_string();
        assert!(error.contains(named) && error.contains(name), "{error}");
    }
}

#[test]
fn parameters_that_do_not_matter_beside_others_are_checked_as_well() {
    for (name, given, named) in [
        (
            "GradientBoostingClassifier",
            json!({"validation_fraction": -1}),
            "`validation_fraction`",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"early_stopping": false, "n_iter_no_change": 0}),
            "`n_iter_no_change`",
        ),
        (
            "SGDClassifier",
            json!({"loss": "hinge", "epsilon": -1.0}),
            "`epsilon`",
        ),
    ] {
        let spec = find(name).unwrap();
        let error = spec.resolve(&params(&given), Profile::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(named) && error.contains(name), "{error}");
    }
}

#[test]
fn what_the_data_does_not_have_gives_an_error() {
    let (x, y) = blobs(30, 4, 60);
    for (name, given, named) in [
        (
            "RandomForestClassifier",
            json!({"max_samples": 31}),
            "`max_samples`",
        ),
        (
            "DecisionTreeClassifier",
            json!({"monotonic_cst": [0, 0, 0, 1]}),
            "two classes",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"monotonic_cst": [0, 0, 0, 0]}),
            "two classes",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"interaction_cst": [[0, 4]]}),
            "[0, 3], got [[0,4]]",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"categorical_features": [true]}),
            "a flag for each of the 4 columns",
        ),
        (
            "HistGradientBoostingClassifier",
            json!({"early_stopping": true, "validation_fraction": 30}),
            "`validation_fraction`",
        ),
        (
            "GradientBoostingClassifier",
            json!({"loss": "exponential"}),
            "two classes",
        ),
    ] {
        let spec = find(name).unwrap();
        let resolved = spec.resolve(&params(&given), Profile::default()).unwrap();
        let estimator = spec.build(&resolved.params, 0).unwrap();
        let error = estimator.fit(x.view(), y.view()).err().unwrap().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn one_point_zero_is_a_share_and_one_is_a_count() {
    let spec = find("ExtraTreeClassifier").unwrap();
    let resolve = |given: Value| {
        let resolved = spec.resolve(&params(&given), Profile::default()).unwrap();
        resolved.params["max_features"].clone()
    };
    assert!(resolve(json!({"max_features": 1.0})).is_f64());
    assert!(resolve(json!({"max_features": 1})).is_i64());
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn boosted_trees_on_real_rows_are_as_accurate_as_those_of_scikit_learn() {
    let raw = fashion::raw();
    let (x, y) = fashion::first(&raw.train, 6000);
    let (x_test, y_test) = fashion::first(&raw.test, 10_000);
    for case in oracle("boosted_6000.json").as_array().unwrap() {
        let spec = find("GradientBoostingClassifier").unwrap();
        let given = params(&case["parameter"]);
        let resolved = spec.resolve(&given, Profile::default()).unwrap();
        let estimator = spec.build(&resolved.params, 0).unwrap();
        let model = estimator.fit(x.view(), y.view()).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let right = found.iter().zip(&y_test).filter(|(a, b)| a == b).count();
        let ours = right as f64 / y_test.len() as f64;
        let theirs = case["accuracy"].as_f64().unwrap();
        assert!((ours - theirs).abs() <= 0.005, "{ours} against {theirs}");
    }
}
