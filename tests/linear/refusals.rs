//! What is refused, and with which words.

use super::*;

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
            json!({"class_weight": [2.0, 1.0]}),
            "class_weight",
        ),
        (
            "SGDClassifier",
            json!({"class_weight": {"1": null}}),
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
