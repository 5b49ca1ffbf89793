//! Nearest neighbours.

use serde_json::Value;

use super::entry::read;
use super::{Cost, DataShape, Entry, EstimatorSpec, Family, Params};
use crate::estimators::neighbors::{
    KNeighborsParams, KNeighborsValidParams, Metric, RadiusNeighborsParams,
    RadiusNeighborsValidParams,
};

impl Entry for KNeighborsParams {
    const FAMILY: Family = Family::Neighbors;
    const SUMMARY: &'static str = "majority vote of the k nearest training rows";

    /// Writes Euclidean, Manhattan and Chebyshev distance in one way each, and removes what changes
    /// no answer.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        canonicalise_distance::<Self>(params)
    }

    /// Measured on 60,000 × 784 rows, one thread: fit 0.22 s (p=1) and 0.35 s (p=2), predicting
    /// 10,000 rows 1.9 s (p=1) and 1.6, 2.1, 2.7 s (p=2; k = 1, 5, 9). Other distances have no
    /// bounds that spare computing them; their times are estimates.
    fn cost(params: &KNeighborsValidParams, shape: &DataShape) -> Cost {
        let n_pairs = shape.n_train as f64 * shape.n_test as f64;
        let n_features = shape.n_features as f64;
        let n_values = shape.n_train as f64 * n_features;
        let n_neighbors = *params.n_neighbors() as f64;
        let p = params.p().0;
        let (fit_s, pair_s) = match params.metric() {
            Metric::Manhattan => (4.7e-9, 4e-12 * n_features),
            Metric::Minkowski if p == 1.0 => (4.7e-9, 4e-12 * n_features),
            Metric::Euclidean | Metric::SquaredEuclidean => euclidean_s(shape, n_neighbors),
            Metric::Minkowski if p == 2.0 => euclidean_s(shape, n_neighbors),
            Metric::Cosine | Metric::Correlation => (4e-9, 4e-11 * n_features + 1e-9),
            Metric::Minkowski if !POWERS.contains(&p) => (0.0, 1.5e-8 * n_features),
            _ => (0.0, 3e-10 * n_features),
        };
        Cost {
            cpu_s: fit_s * n_values + pair_s * n_pairs,
            // The rows, and their bytes, projections or units, some of them twice while fitting.
            memory_bytes: 10 * n_values as u64 + (16 << 20),
        }
    }
}

impl Entry for RadiusNeighborsParams {
    const FAMILY: Family = Family::Neighbors;
    const SUMMARY: &'static str = "majority vote of the training rows within a radius";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        canonicalise_distance::<Self>(params)
    }

    /// As if half of the distances had to be computed.
    fn cost(_: &RadiusNeighborsValidParams, shape: &DataShape) -> Cost {
        let n_pairs = shape.n_train as f64 * shape.n_test as f64;
        let n_values = shape.n_train as f64 * shape.n_features as f64;
        Cost {
            cpu_s: 7.4e-9 * n_values + n_pairs * shape.n_features as f64 * 1.5e-10,
            memory_bytes: 10 * n_values as u64 + (n_pairs * 2.0) as u64 + (16 << 20),
        }
    }
}

/// Writes Euclidean, Manhattan and Chebyshev distance in one way each, and removes what changes no
/// answer.
fn canonicalise_distance<E: Entry>(params: &mut Params) -> Vec<String> {
    let mut notes = Vec::new();
    let spec = EstimatorSpec::of::<E>();
    let is_default = |name: &str, given: &Value| {
        let row = spec.params().iter().find(|param| param.name == name);
        row.is_some_and(|row| row.default == *given)
    };
    for param in spec.params().iter().filter(|param| param.is_ignored) {
        if params.get(param.name) != Some(&param.default) {
            notes.push(format!("{} does not change the answer", param.name));
        }
    }
    // A search structure that the metric does not go with stays, to be refused.
    let is_known = read::<E>(params, 0).is_ok();
    if let Some(algorithm) = params.get("algorithm").filter(|_| is_known) {
        if !is_default("algorithm", algorithm) {
            notes.push("algorithm does not change the answer".to_owned());
        }
        params.remove("algorithm");
    }
    let metric = params
        .get("metric")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let metric = metric.to_owned();
    if metric != "minkowski"
        && let Some(ignored) = params.remove("p")
        && !is_default("p", &ignored)
    {
        notes.push(format!("p={ignored} is ignored with metric={metric:?}"));
    }
    let (name, p): (&str, Option<f64>) = match metric.as_str() {
        "euclidean" => ("minkowski", Some(2.0)),
        "manhattan" => ("minkowski", Some(1.0)),
        "minkowski" if params.get("p") == Some(&"inf".into()) => {
            params.remove("p");
            ("chebyshev", None)
        }
        other => (other, None),
    };
    params.insert("metric".to_owned(), name.into());
    if let Some(p) = p {
        params.insert("p".to_owned(), p.into());
    }
    if params.get("weights").is_some_and(Value::is_null) {
        params.insert("weights".to_owned(), "uniform".into());
    }
    notes
}

/// Powers that need no logarithm.
const POWERS: [f64; 6] = [0.5, 1.5, 2.5, 3.0, 4.0, f64::INFINITY];

/// Returns the seconds of the fit for each value, and of predicting for each pair of rows.
fn euclidean_s(shape: &DataShape, n_neighbors: f64) -> (f64, f64) {
    let n_directions = shape.n_features.min(96) as f64;
    (7.4e-9, 1.7e-11 * n_directions + 8e-10 * n_neighbors.sqrt())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Profile;

    fn resolve(given: serde_json::Value) -> (Params, Vec<String>) {
        let given = given.as_object().unwrap().clone();
        let spec = EstimatorSpec::of::<KNeighborsParams>();
        let resolved = spec.resolve(&given, Profile::Sklearn15).unwrap();
        (resolved.params, resolved.notes)
    }

    #[test]
    fn spellings_of_one_model_resolve_alike() {
        let (plain, notes) = resolve(json!({}));
        assert!(notes.is_empty());
        assert_eq!(resolve(json!({ "metric": "l2" })), (plain.clone(), vec![]));
        assert_eq!(
            resolve(json!({ "weights": null, "p": 2 })),
            (plain.clone(), vec![])
        );
        let (brute, notes) = resolve(json!({ "algorithm": "brute", "n_jobs": 4 }));
        assert_eq!((brute, notes.len()), (plain, 2));
        let (one, _) = resolve(json!({ "p": 1 }));
        let (manhattan, notes) = resolve(json!({ "metric": "cityblock" }));
        assert_eq!(manhattan, one);
        assert!(notes.is_empty());
        let (same, notes) = resolve(json!({ "metric": "manhattan", "p": 3 }));
        assert_eq!(same, one);
        assert_eq!(notes, ["p=3.0 is ignored with metric=\"manhattan\""]);
        let (largest, _) = resolve(json!({ "p": "inf", "algorithm": "kd_tree" }));
        assert_eq!(resolve(json!({ "metric": "infinity" })).0, largest);
        assert_eq!(largest["metric"], json!("chebyshev"));
        assert_eq!(resolve(json!({ "p": 3 })).0["p"], json!(3.0));
    }

    #[test]
    fn what_scikit_learn_refuses_is_refused_by_name() {
        let error = |given| {
            let (params, _) = resolve(given);
            let spec = EstimatorSpec::of::<KNeighborsParams>();
            let built = spec.build(&params, 0);
            built.err().unwrap().to_string()
        };
        for (given, combination) in [
            (
                json!({ "metric": "cosine", "algorithm": "kd_tree" }),
                "algorithm=kd_tree, metric=cosine",
            ),
            (
                json!({ "metric": "yule", "algorithm": "ball_tree" }),
                "algorithm=ball_tree, metric=yule",
            ),
            (
                json!({ "p": 0.5, "algorithm": "kd_tree" }),
                "algorithm=kd_tree, metric=minkowski, p=0.5",
            ),
        ] {
            let text = error(given);
            let start = format!("KNeighborsClassifier({combination}) is not supported");
            assert!(text.starts_with(&start), "{text}");
        }
        let text = error(json!({ "p": 0 }));
        assert_eq!(
            text,
            "the `p` of KNeighborsClassifier must be a number in (0, inf) or \"inf\", got 0.0"
        );
        let text = error(json!({ "n_neighbors": 0 }));
        let expected =
            "the `n_neighbors` of KNeighborsClassifier must be an integer in [1, inf), got 0";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_ignored_parameter_out_of_its_range_is_refused() {
        let spec = EstimatorSpec::of::<KNeighborsParams>();
        let given = json!({ "leaf_size": 0 }).as_object().unwrap().clone();
        let error = spec.resolve(&given, Profile::Sklearn15).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the `leaf_size` of KNeighborsClassifier must be an integer in [1, inf), got 0"
        );
    }
}
