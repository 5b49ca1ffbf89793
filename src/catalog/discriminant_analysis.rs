//! `LinearDiscriminantAnalysis` and `QuadraticDiscriminantAnalysis`.

use super::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::discriminant_analysis::{
    LinearDiscriminantParams, LinearDiscriminantValidParams, QuadraticDiscriminantParams,
    QuadraticDiscriminantValidParams,
};

impl Entry for LinearDiscriminantParams {
    const FAMILY: Family = Family::DiscriminantAnalysis;
    const SUMMARY: &'static str = "normal classes with one covariance for all";

    /// Removes what the solver does not read.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        if params["solver"] != "svd" {
            params.remove("tol");
        }
        params.remove("covariance_estimator");
        Vec::new()
    }

    fn cost(_: &LinearDiscriminantValidParams, shape: &DataShape) -> Cost {
        let (n, p) = (shape.n_train as f64, shape.n_features as f64);
        Cost {
            cpu_s: 0.1 + 3e-11 * n * p * p + 2e-9 * p * p * p,
            memory_bytes: (shape.n_features as u64).pow(2) * 8 * 5 + (8 << 20),
        }
    }
}

impl Entry for QuadraticDiscriminantParams {
    const FAMILY: Family = Family::DiscriminantAnalysis;
    const SUMMARY: &'static str = "normal classes with a covariance each";

    fn cost(_: &QuadraticDiscriminantValidParams, shape: &DataShape) -> Cost {
        let (n, p) = (shape.n_train as f64, shape.n_features as f64);
        let (n_test, classes) = (shape.n_test as f64, shape.n_classes as f64);
        Cost {
            cpu_s: 0.1 + 3e-11 * (n + n_test * classes) * p * p + 2e-9 * classes * p * p * p,
            memory_bytes: (shape.n_features as u64).pow(2) * 8 * (shape.n_classes as u64 + 4),
        }
    }
}
