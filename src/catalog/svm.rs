//! `SVC` and `NuSVC`.

use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::svm::{
    KernelKind, NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams,
};

/// From one-thread runs on Fashion-MNIST: products of rows, which all share, are the rest.
const OWN_SHARE: f64 = 0.5;

impl Entry for SvcParams {
    const FAMILY: Family = Family::Svm;
    const SUMMARY: &'static str = "support vector classifier with kernels, one-vs-one";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        drop_what_other_kernels_use(params)
    }

    fn own_share(_: &SvcValidParams) -> f64 {
        OWN_SHARE
    }

    fn cost(params: &SvcValidParams, shape: &DataShape) -> Cost {
        if params.settings().kernel == KernelKind::Linear {
            cost_of_weights(*params.c(), shape)
        } else {
            cost_of_kernel_rows(params.settings().cache_size, shape)
        }
    }
}

impl Entry for NuSvcParams {
    const FAMILY: Family = Family::Svm;
    const SUMMARY: &'static str =
        "support vector classifier with a bound on margin errors, one-vs-one";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        let mut notes = drop_what_other_kernels_use(params);
        // A table is kept, as its labels are compared with those of the data.
        let weights = params.get("class_weight");
        if weights.is_some_and(|weights| weights.is_string()) {
            params.insert("class_weight".to_owned(), serde_json::Value::Null);
            notes.push("NuSVC ignores class_weight, as in scikit-learn".to_owned());
        }
        notes
    }

    fn own_share(_: &NuSvcValidParams) -> f64 {
        OWN_SHARE
    }

    fn cost(params: &NuSvcValidParams, shape: &DataShape) -> Cost {
        cost_of_kernel_rows(params.settings().cache_size, shape)
    }
}

/// Removes the parameters of other kernels, and the form of decision values that nothing depends on.
fn drop_what_other_kernels_use(params: &mut Params) -> Vec<String> {
    if params.get("break_ties").and_then(|value| value.as_bool()) == Some(false) {
        params.remove("decision_function_shape");
    }
    // LIBSVM's default; what changes nothing does not tell models apart.
    if params.get("shrinking").and_then(|value| value.as_bool()) == Some(true) {
        params.remove("shrinking");
    }
    if params.get("probability").and_then(|value| value.as_bool()) != Some(true) {
        params.remove("random_state");
    }
    let kernel = params.get("kernel").and_then(|value| value.as_str());
    let ignored: &[&str] = match kernel {
        Some("linear") => &["gamma", "coef0", "degree"],
        Some("rbf") => &["coef0", "degree"],
        Some("sigmoid") => &["degree"],
        _ => &[],
    };
    let is_linear = kernel == Some("linear");
    for name in ignored {
        params.remove(*name);
    }
    if is_linear {
        vec![format!("the linear kernel ignores {}", ignored.join(", "))]
    } else {
        Vec::new()
    }
}

/// Returns the rows of a pair of classes.
fn pair_rows(shape: &DataShape) -> f64 {
    2.0 * shape.n_train as f64 / shape.n_classes.max(1) as f64
}

/// From one-thread runs on Fashion-MNIST: kernel rows dominate, so the time grows with the square of
/// the rows times the features. `cache_size` is in MB.
fn cost_of_kernel_rows(cache_size: f64, shape: &DataShape) -> Cost {
    let pair_rows = pair_rows(shape);
    let pair_s = pair_rows * pair_rows * shape.n_features as f64 * 0.6e-11;
    let matrix_bytes = (4.0 * pair_rows * pair_rows).min(1e6 * cache_size);
    cost_of_pairs(pair_s, matrix_bytes, shape)
}

/// From one-thread runs on Fashion-MNIST: steps on the weights of the linear kernel cost the square
/// of the features per row, and more with C.
fn cost_of_weights(c: f64, shape: &DataShape) -> Cost {
    let n_features = shape.n_features as f64;
    let hardness = if c > 1.0 { 1.2 } else { 1.0 };
    let pair_s = hardness * pair_rows(shape) * n_features * n_features * 0.8e-10;
    cost_of_pairs(pair_s, 4.0 * 8.0 * n_features * n_features, shape)
}

/// Adds up the pairs of classes, each of which takes `pair_s` and a matrix of `matrix_bytes`.
fn cost_of_pairs(pair_s: f64, matrix_bytes: f64, shape: &DataShape) -> Cost {
    let n_pairs = (shape.n_classes * shape.n_classes.saturating_sub(1)) as f64 / 2.0;
    let pair_bytes = matrix_bytes + 4.0 * pair_rows(shape) * shape.n_features as f64;
    let support_bytes = 8.0 * (shape.n_train * shape.n_features) as f64;
    Cost {
        cpu_s: 1.0 + n_pairs * pair_s,
        memory_bytes: (pair_bytes + support_bytes) as u64,
    }
}
