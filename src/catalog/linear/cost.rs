//! Costs of the batch solvers.

use crate::catalog::{Cost, DataShape};

/// Returns the cost of a solver that takes `measured_s` core-seconds on 60,000 × 784 rows of ten
/// classes.
///
/// It holds about nine doubles per row and class, and per class a curvature matrix with its factor.
pub(super) fn batch_cost(measured_s: f64, shape: &DataShape) -> Cost {
    let (n, p, k) = (
        shape.n_train as f64,
        shape.n_features as f64,
        shape.n_classes as f64,
    );
    let classes = shape.n_classes as u64;
    let rows = shape.n_train as u64 * classes * 72;
    let matrices = (shape.n_features as u64 + 1).pow(2) * 8 * 2 * (classes + 2);
    Cost {
        cpu_s: measured_s * (n * p * k) / (60_000.0 * 784.0 * 10.0),
        memory_bytes: rows + matrices,
    }
}
