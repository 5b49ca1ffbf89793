//! Fashion-MNIST, and MNIST where classes are nearly separable.

use super::*;

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn fashion_mnist_is_learned_as_well_as_by_scikit_learn() {
    let raw = fashion::raw();
    let (x, y) = fashion::first(&raw.train, 3000);
    let x = x / 255.0;
    let (train, test) = (x.slice(s![..2000, ..]).to_owned(), x.slice(s![2000.., ..]));
    let (y_train, y_test) = (y.slice(s![..2000]).to_owned(), y.slice(s![2000..]));
    let oracle: Value =
        serde_json::from_str(include_str!("../oracle/linear/fashion_mnist.json")).unwrap();
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
        serde_json::from_str(include_str!("../oracle/linear/objectives_6000.json")).unwrap();
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

#[test]
#[ignore = "needs MNIST_DIR"]
fn a_hinge_of_nearly_separable_classes_and_a_large_cost_converges() {
    let request = DatasetRequest {
        offline: true,
        ..DatasetRequest::new(DatasetName::Mnist)
    };
    let raw = load(&request, &mut |_| ()).unwrap();
    let (x, y) = fashion::first(&raw.train, 60_000);
    let x_test = fashion::standardise(&fashion::first(&raw.test, 10_000).0, &x);
    let x = fashion::standardise(&x, &x);
    let y = y.mapv(|digit| usize::from(digit == 3));
    let spec = catalog::find("LinearSVC").unwrap();
    let given = json!({"loss": "hinge", "C": 100.0});
    let resolved = spec
        .resolve(given.as_object().unwrap(), Profile::Sklearn15)
        .unwrap();
    let estimator = spec.build(&resolved.params, 1).unwrap();
    let model = estimator.fit(x.view(), y.view()).unwrap();
    let info = model.fit_info();
    assert_eq!(info.converged, Some(true), "{info:?}");
    // The dual bound of another implementation, in numpy: 368,624 to 368,626.
    let objective = info.objective.unwrap();
    assert!((368_624.0..368_700.0).contains(&objective), "{objective}");
    let found = model.predict(x_test.view()).unwrap();
    let labels = raw.test.labels.iter().map(|&digit| usize::from(digit == 3));
    let n_right = found.iter().zip(labels).filter(|(a, b)| *a == b).count();
    assert!(n_right > 9750, "{n_right}");
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
