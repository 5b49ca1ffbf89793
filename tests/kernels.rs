//! SVC, NuSVC, MLPClassifier and GaussianProcessClassifier against scikit-learn 1.5.2.
//!
//! The expected values were made by `benchmark/oracle/kernels.py` and `kernels_fashion.py`.

mod fashion;

use std::collections::BTreeMap;

use fashion_bench::catalog::{self, Params, Profile};
use fashion_bench::estimators::erased::Model;
use fashion_bench::estimators::gaussian_process::{GaussianProcess, KernelExpression};
use fashion_bench::estimators::mlp::Mlp;
use fashion_bench::estimators::svm::Svc;
use fashion_bench::estimators::{FitError, ParamError};
use linfa::Dataset;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize)]
struct Oracle {
    version: String,
    /// In eighths.
    x: Vec<Vec<i32>>,
    y: Vec<usize>,
    x_test: Vec<Vec<i32>>,
    #[serde(default)]
    y_test: Vec<usize>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    params: Params,
    #[serde(default)]
    predictions: Vec<usize>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

fn matrix(rows: &[Vec<i32>], spread: f32) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| {
        spread * rows[i][j] as f32 / 8.0
    })
}

fn load(text: &str) -> Oracle {
    let oracle: Oracle = serde_json::from_str(text).expect("an oracle file");
    assert_eq!(oracle.version, "1.5.2");
    oracle
}

fn fit(
    name: &str,
    params: &Params,
    x: &Array2<f32>,
    y: &[usize],
    seed: u64,
) -> Result<Box<dyn Model>, FitError> {
    let spec = catalog::find(name).expect("a listed estimator");
    let resolved = spec.resolve(params, Profile::Sklearn15)?;
    let estimator = spec.build(&resolved.params, seed)?;
    estimator.fit(x.view(), Array1::from(y.to_vec()).view())
}

fn agreement(found: &Array1<usize>, expected: &[usize]) -> f64 {
    let equal = found.iter().zip(expected).filter(|(a, b)| a == b).count();
    equal as f64 / expected.len() as f64
}

#[test]
fn machines_predict_as_libsvm_with_as_many_support_vectors() {
    let oracle = load(include_str!("oracle/kernels/machines.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for case in &oracle.cases {
        let model = fit(&case.name, &case.params, &x, &oracle.y, 0).unwrap();
        let agreement = agreement(&model.predict(x_test.view()).unwrap(), &case.predictions);
        let n_support = case.rest["n_support"].as_f64().unwrap();
        let found = model.fit_info().n_support_vectors.unwrap() as f64;
        let what = format!(
            "{} {:?}: {agreement}, {found} of {n_support}",
            case.name, case.params
        );
        assert!(agreement >= 0.995, "{what}");
        assert!(
            (found - n_support).abs() <= (0.01 * n_support).max(2.0),
            "{what}"
        );
    }
}

#[test]
fn small_machines_take_the_steps_of_libsvm() {
    let oracle = load(include_str!("oracle/kernels/paths.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for case in &oracle.cases {
        let model = fit(&case.name, &case.params, &x, &oracle.y, 0).unwrap();
        let what = format!("{} {:?}", case.name, case.params);
        let found = model.predict(x_test.view()).unwrap();
        assert_eq!(found.to_vec(), case.predictions, "{what}");
        let info = model.fit_info();
        let figures = [
            info.n_support_vectors.map(|n| n as f64),
            info.details.get("total_n_iter").copied(),
        ];
        let expected = ["n_support", "n_iter"].map(|name| case.rest[name].as_f64());
        assert_eq!(figures, expected, "{what}");
        let probabilities = model.predict_proba(x_test.view()).unwrap();
        let expected = case.rest.get("probabilities");
        assert_eq!(probabilities.is_some(), expected.is_some(), "{what}");
        if let (Some(found), Some(expected)) = (probabilities, expected) {
            let expected: Vec<Vec<f64>> = serde_json::from_value(expected.clone()).unwrap();
            for (found, expected) in found.iter().zip(expected.iter().flatten()) {
                assert!(
                    (found - expected).abs() < 1e-6,
                    "{what}: {found} {expected}"
                );
            }
        }
    }
}

#[test]
fn naive_bayes_predicts_as_scikit_learn_with_and_without_smoothing() {
    let oracle = load(include_str!("oracle/kernels/bayes.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for case in &oracle.cases {
        let model = fit(&case.name, &case.params, &x, &oracle.y, 0).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        assert_eq!(found.to_vec(), case.predictions, "{:?}", case.params);
        let is_unsmoothed = case.params.get("var_smoothing") == Some(&json!(0.0));
        let warnings = model.fit_info().warnings;
        assert_eq!(!warnings.is_empty(), is_unsmoothed, "{warnings:?}");
    }
}

#[test]
fn kernel_values_beyond_single_precision_fail_with_the_cause() {
    // scikit-learn: "The dual coefficients or intercepts are not finite."
    let oracle = load(include_str!("oracle/kernels/machines.json"));
    let x = matrix(&oracle.x, 1.0);
    let params = json!({"kernel": "poly", "degree": 20, "gamma": 100.0});
    let error = fit("SVC", params.as_object().unwrap(), &x, &oracle.y, 0)
        .err()
        .unwrap();
    assert!(matches!(error, FitError::NotFiniteFit { .. }), "{error}");
}

#[derive(Deserialize)]
struct FashionOracle {
    machines: Vec<FashionCase>,
    processes: Vec<FashionCase>,
}

#[derive(Deserialize)]
struct FashionCase {
    name: String,
    params: Params,
    /// A digit an image.
    predictions: String,
    n_support: Option<f64>,
    /// 0 where scikit-learn's covariances with some class underflow, else 1.
    in_reach: Option<String>,
}

fn fashion_oracle() -> FashionOracle {
    serde_json::from_str(include_str!("oracle/kernels/fashion_mnist.json")).expect("an oracle file")
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn machines_predict_real_images_as_libsvm() {
    let (x, y, x_test) = fashion::standardised(6000, 1000);
    let y = y.to_vec();
    for case in fashion_oracle().machines {
        let model = fit(&case.name, &case.params, &x, &y, 0).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let agreement = agreement(&found, &fashion::classes(&case.predictions));
        let n_support = model.fit_info().n_support_vectors.unwrap() as f64;
        let expected = case.n_support.unwrap();
        let what = format!(
            "{} {:?}: {agreement}, {n_support} of {expected}",
            case.name, case.params
        );
        assert!(agreement >= 0.997, "{what}");
        assert!((n_support / expected - 1.0).abs() <= 0.01, "{what}");
    }
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn processes_predict_real_images_as_scikit_learn() {
    let (x, y, x_test) = fashion::standardised(2000, 1000);
    let y = y.to_vec();
    for case in fashion_oracle().processes {
        let model = fit(&case.name, &case.params, &x, &y, 0).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let expected = fashion::classes(&case.predictions);
        let in_reach = fashion::classes(case.in_reach.as_ref().unwrap());
        let agrees = |idx: usize| found[idx] == expected[idx];
        for idx in (0..found.len()).filter(|&idx| in_reach[idx] == 1) {
            assert!(agrees(idx), "image {idx} of {:?}", case.params);
        }
        // Beyond that reach scikit-learn's latent means are 0, and ties decide.
        assert!(agreement(&found, &expected) > 0.98, "{:?}", case.params);
    }
}

#[test]
fn processes_predict_as_scikit_learn_where_it_does_not_underflow() {
    let oracle = load(include_str!("oracle/kernels/processes.json"));
    for case in &oracle.cases {
        let spread = case.rest["spread"].as_f64().unwrap() as f32;
        let (x, x_test) = (matrix(&oracle.x, spread), matrix(&oracle.x_test, spread));
        let model = fit(&case.name, &case.params, &x, &oracle.y, 0).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        let underflows = case.rest["underflows"].as_array().unwrap();
        for (row, underflows) in underflows.iter().enumerate() {
            if underflows == &json!(false) {
                let expected = case.predictions[row];
                assert_eq!(found[row], expected, "row {row} of {:?}", case.params);
            }
        }
        assert!(agreement(&found, &case.predictions) > 0.5);
    }
}

#[test]
fn processes_of_any_kernel_find_its_numbers_and_predict_as_scikit_learn() {
    let oracle = load(include_str!("oracle/kernels/expressions.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for case in &oracle.cases {
        let model = fit(&case.name, &case.params, &x, &oracle.y, 0).unwrap();
        let found = model.predict(x_test.view()).unwrap();
        for (row, is_tied) in case.rest["is_tied"].as_array().unwrap().iter().enumerate() {
            let expected = case.predictions[row];
            let is_same = found[row] == expected || is_tied == &json!(true);
            assert!(is_same, "row {row} of {:?}", case.params);
        }
        // The likelihood that was reached, unless the kernel is one for which it is not computed.
        if let Some(likelihood) = model.fit_info().details.get("log_marginal_likelihood") {
            let expected = case.rest["log_marginal_likelihood"].as_f64().unwrap();
            let lost = (expected - likelihood) / expected.abs();
            assert!(
                lost < 1e-6,
                "{:?}: {likelihood} below {expected}",
                case.params
            );
        }
    }
}

#[test]
fn networks_learn_as_scikit_learn_ones_on_average() {
    let oracle = load(include_str!("oracle/kernels/networks.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for case in &oracle.cases {
        let n_seeds = 5;
        let (mut accuracy, mut loss) = (0.0, 0.0);
        for seed in 0..n_seeds {
            let model = fit(&case.name, &case.params, &x, &oracle.y, seed).unwrap();
            accuracy += agreement(&model.predict(x_test.view()).unwrap(), &oracle.y_test);
            loss += model.fit_info().loss_curve[19];
        }
        let (accuracy, loss) = (accuracy / n_seeds as f64, loss / n_seeds as f64);
        let expected = case.rest["accuracy"].as_f64().unwrap();
        let expected_loss = case.rest["loss"].as_f64().unwrap();
        let what = format!(
            "{:?}: accuracy {accuracy} for {expected}, loss {loss} for {expected_loss}",
            case.params
        );
        // 400 rows and 5 seeds: a standard error of about 0.008 on either side.
        assert!((accuracy - expected).abs() < 0.03, "{what}");
        assert!((loss / expected_loss - 1.0).abs() < 0.15, "{what}");
    }
}

#[test]
fn predictions_do_not_depend_on_the_number_of_threads() {
    let oracle = load(include_str!("oracle/kernels/machines.json"));
    let (x, x_test) = (matrix(&oracle.x, 1.0), matrix(&oracle.x_test, 1.0));
    for name in ["SVC", "NuSVC", "MLPClassifier", "GaussianProcessClassifier"] {
        let predict = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
            pool.build().unwrap().install(|| {
                let params = match name {
                    "NuSVC" => json!({"nu": 0.2}),
                    _ => json!({}),
                };
                let params = params.as_object().unwrap();
                let model = fit(name, params, &x, &oracle.y, 3).unwrap();
                model.predict(x_test.view()).unwrap()
            })
        };
        assert_eq!(predict(1), predict(4), "{name}");
    }
}

fn refusal(name: &str, params: serde_json::Value) -> String {
    let spec = catalog::find(name).expect("a listed estimator");
    let outcome = spec
        .resolve(params.as_object().expect("an object"), Profile::Sklearn15)
        .and_then(|resolved| spec.build(&resolved.params, 0).map(drop));
    let error: ParamError = outcome.expect_err("a refusal");
    error.to_string()
}

#[test]
fn bad_parameters_are_refused_by_name() {
    for (name, params, expected) in [
        (
            "SVC",
            json!({"C": 0.0}),
            "the `C` of SVC must be a number in (0, inf), got 0.0",
        ),
        (
            "SVC",
            json!({"gamma": -1.0}),
            "the `gamma` of SVC must be \"scale\", \"auto\" or a number in [0, inf), got -1.0",
        ),
        (
            "SVC",
            json!({"tol": 0.0}),
            "the `tol` of SVC must be a number in (0, inf), got 0.0",
        ),
        (
            "NuSVC",
            json!({"nu": 1.5}),
            "the `nu` of NuSVC must be a number in (0, 1], got 1.5",
        ),
        (
            "MLPClassifier",
            json!({"hidden_layer_sizes": [10, 0]}),
            "the `hidden_layer_sizes` of MLPClassifier must be a list of integers in [1, inf), got [10,0]",
        ),
        (
            "MLPClassifier",
            json!({"alpha": -1.0}),
            "the `alpha` of MLPClassifier must be a number in [0, inf), got -1.0",
        ),
        (
            "GaussianProcessClassifier",
            json!({"max_iter_predict": 0}),
            "the `max_iter_predict` of GaussianProcessClassifier must be an integer in [1, inf), got 0",
        ),
    ] {
        assert_eq!(refusal(name, params), expected);
    }
    assert!(refusal("SVC", json!({"kernel": "cosine"})).contains("`kernel` of SVC"));
    let kernel = json!({"kernel": {"length_scale": 0.0}});
    assert!(refusal("GaussianProcessClassifier", kernel).contains("`length_scale`"));
}

#[test]
fn a_nu_that_no_machine_can_meet_is_refused_with_the_limit() {
    let x = Array2::from_shape_fn((10, 1), |(i, _)| i as f32);
    let y = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    let error = fit("NuSVC", json!({"nu": 0.5}).as_object().unwrap(), &x, &y, 0)
        .err()
        .unwrap();
    let expected = "classes 0 and 1: the `nu` of NuSVC must be at most 0.2, twice the share of the \
                    smaller one in their 10 rows, got 0.5";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_network_that_diverges_says_so() {
    let x = Array2::from_shape_fn((40, 2), |(i, j)| 1e15 * ((i * 7 + j * 3) % 11) as f32);
    let y: Vec<usize> = (0..40).map(|i| i % 3).collect();
    let params = json!({"solver": "sgd", "learning_rate_init": 1e10, "activation": "identity"});
    let error = fit("MLPClassifier", params.as_object().unwrap(), &x, &y, 0)
        .err()
        .unwrap();
    assert!(matches!(error, FitError::Diverged { .. }), "{error}");
}

#[test]
fn a_dense_process_beyond_the_memory_limit_is_refused_with_the_figure() {
    let x = Array2::from_shape_fn((12_000, 1), |(i, _)| i as f32 * 1e-6);
    let y: Vec<usize> = (0..12_000).map(|i| i % 10).collect();
    let error = fit("GaussianProcessClassifier", &Params::new(), &x, &y, 0)
        .err()
        .unwrap();
    let FitError::Memory { needed_bytes, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(needed_bytes, 12 * 8 * 12_000 * 12_000);
}

#[test]
fn models_survive_json() {
    let oracle = load(include_str!("oracle/kernels/machines.json"));
    let y = Array1::from(oracle.y.clone());
    // Near rows make the matrix of the process dense, distant ones sparse.
    for spread in [1.0, 25.0] {
        let data = Dataset::new(matrix(&oracle.x, spread), y.clone());
        let x_test = matrix(&oracle.x_test, spread);
        survives(&Svc::params().fit(&data).unwrap(), &x_test);
        survives(&Mlp::params().max_iter(5).fit(&data).unwrap(), &x_test);
        survives(&GaussianProcess::params().fit(&data).unwrap(), &x_test);
        let kernel: KernelExpression = "0.7 * Matern(3.1, nu=2.5) + WhiteKernel(0.1)"
            .parse()
            .unwrap();
        let params = GaussianProcess::params()
            .kernel(Some(kernel.into()))
            .optimizer(None);
        survives(&params.fit(&data).unwrap(), &x_test);
    }
}

fn survives<M: Model + Serialize + DeserializeOwned>(model: &M, x: &Array2<f32>) {
    let text = serde_json::to_string(model).expect("a model as JSON");
    let read: M = serde_json::from_str(&text).expect("the model read back");
    assert_eq!(
        read.predict(x.view()).expect("a model that was read back"),
        model.predict(x.view()).expect("a model that was read back")
    );
    assert_eq!(
        serde_json::to_string(&read).expect("a model that was read back"),
        text
    );
}
