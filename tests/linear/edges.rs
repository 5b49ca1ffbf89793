//! Data and limits at the edge of what can be fitted.

use super::*;

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
