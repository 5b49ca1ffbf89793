//! `RidgeClassifier` and `RidgeClassifierCV`.

use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::linear::{
    RidgeClassifierCvParams, RidgeClassifierCvValidParams, RidgeClassifierParams,
    RidgeClassifierValidParams,
};

impl Entry for RidgeClassifierParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "least squares on the targets ±1 with an l2 penalty";

    /// Removes what a direct solution does not read, and the name of the solver where it says
    /// nothing; solvers that do not go with the bounds stay, to be refused.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let is_positive = params["positive"] == true;
        let is_lbfgs = params["solver"] == "lbfgs";
        if !is_positive {
            params.remove("max_iter");
            params.remove("tol");
        }
        if params["solver"] == "auto" || is_lbfgs == is_positive {
            params.remove("solver");
        }
        Vec::new()
    }

    fn cost(_: &RidgeClassifierValidParams, shape: &DataShape) -> Cost {
        let (n, p) = (shape.n_train as f64, shape.n_features as f64);
        // 0.7 core-seconds for the Gram matrix of 60,000 × 784 rows.
        let width = shape.n_features as u64;
        Cost {
            cpu_s: 0.1 + 0.7 * (n * p * p) / (60_000.0 * 784.0 * 784.0),
            memory_bytes: width * width * 24 + shape.n_train as u64 * shape.n_classes as u64 * 4,
        }
    }
}

impl Entry for RidgeClassifierCvParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str =
        "least squares on the targets ±1, the penalty by cross-validation";

    /// Removes what changes no answer; what is refused stays.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        if params["cv"].is_null() || params["store_cv_results"] != true {
            params.remove("store_cv_results");
        }
        Vec::new()
    }

    fn cost(params: &RidgeClassifierCvValidParams, shape: &DataShape) -> Cost {
        let (n, p) = (shape.n_train as f64, shape.n_features as f64);
        let n_alphas = params.alphas().0.len() as f64;
        // A Gram matrix for each fold, or a product of all rows for each penalty.
        let n_products = 1.0 + params.cv().map_or(2.0 * n_alphas, |n_folds| n_folds as f64);
        let width = shape.n_features as u64;
        Cost {
            cpu_s: 0.1 + 0.7 * n_products * (n * p * p) / (60_000.0 * 784.0 * 784.0),
            memory_bytes: width * width * 40 + 4 * (n * p) as u64,
        }
    }
}
