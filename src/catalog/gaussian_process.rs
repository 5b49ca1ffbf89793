//! `GaussianProcessClassifier`.

use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::gaussian_process::{GaussianProcessParams, GaussianProcessValidParams};

impl Entry for GaussianProcessParams {
    const FAMILY: Family = Family::GaussianProcess;
    const SUMMARY: &'static str = "Gaussian process with an RBF kernel, Laplace approximation";

    /// From one-thread runs on Fashion-MNIST: the inner products of all pairs of rows, train with
    /// train and test with train, at 60 GFLOP/s.
    fn cost(_: &GaussianProcessValidParams, shape: &DataShape) -> Cost {
        let (n_train, n_test) = (shape.n_train as f64, shape.n_test as f64);
        let products = (n_train / 2.0 + n_test) * n_train * shape.n_features as f64;
        Cost {
            cpu_s: 1.0 + products * 2.0 / 6e10,
            memory_bytes: 10 * (shape.n_train * shape.n_features) as u64 + 200_000_000,
        }
    }
}
