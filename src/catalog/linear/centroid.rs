//! `NearestCentroid`.

use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::linear::{
    CentroidMetric, NearestCentroidParams, NearestCentroidValidParams,
};

impl Entry for NearestCentroidParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "the class whose centre is nearest";

    fn cost(params: &NearestCentroidValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train + 10 * shape.n_test) as f64 * shape.n_features as f64;
        let per_cell_s = match params.metric() {
            CentroidMetric::Manhattan => 1e-8,
            CentroidMetric::Euclidean => 2e-9,
        };
        Cost {
            cpu_s: cells * per_cell_s,
            memory_bytes: (shape.n_train * 8 + shape.n_classes * shape.n_features * 16) as u64,
        }
    }
}
