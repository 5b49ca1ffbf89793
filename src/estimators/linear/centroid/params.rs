//! Parameters of `NearestCentroid`.

use linfa::ParamGuard;

use super::super::above_zero;
use crate::estimators::ParamError;
use crate::estimators::erased::{Estimator, erase};
use crate::estimators::setters::setters;
use crate::estimators::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, keep_all,
};

pub(super) const NAME: &str = "NearestCentroid";

/// Distance, and with it what a centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CentroidMetric {
    /// Euclidean distance to the mean.
    Euclidean,
    /// Sum of absolute differences to the median of each feature.
    Manhattan,
}

/// Checked parameters of [`super::NearestCentroid`].
#[derive(Debug, Clone, PartialEq)]
pub struct NearestCentroidValidParams {
    pub(super) metric: CentroidMetric,
    pub(super) shrink_threshold: Option<f64>,
}

/// Parameters of [`super::NearestCentroid`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `metric` | Euclidean | distance | |
/// | `shrink_threshold` | none | how far centres are shrunk to the overall mean | (0, inf) |
///
/// # Errors
/// `check` refuses values out of range.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestCentroidParams(NearestCentroidValidParams);

impl Default for NearestCentroidParams {
    fn default() -> Self {
        Self(NearestCentroidValidParams {
            metric: CentroidMetric::Euclidean,
            shrink_threshold: None,
        })
    }
}

impl NearestCentroidParams {
    setters! {
        /// Sets the distance.
        metric: CentroidMetric,
        /// Sets how far centres are shrunk, in standard deviations.
        shrink_threshold: Option<f64>,
    }
}

impl ParamGuard for NearestCentroidParams {
    type Checked = NearestCentroidValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        if let Some(threshold) = self.0.shrink_threshold {
            above_zero(NAME, "shrink_threshold", threshold)?;
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// `NearestCentroid`.
pub static NEAREST_CENTROID: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "the class whose centre is nearest",
    params: PARAMS,
    canonicalise: keep_all,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "metric",
        &[Kind::Choice(&["euclidean", "manhattan"])],
        "\"euclidean\"",
        "distance to the mean, or to the median",
    ),
    ParamSpec::new(
        "shrink_threshold",
        &[Kind::Float, Kind::Null],
        "null",
        "how far centres are shrunk to the overall mean",
    ),
];

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let metric = match args.choice("metric") {
        Some("manhattan") => CentroidMetric::Manhattan,
        _ => CentroidMetric::Euclidean,
    };
    let params = NearestCentroidParams::default()
        .metric(metric)
        .shrink_threshold(args.opt_float("shrink_threshold"));
    Ok(erase(params.check()?))
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train + 10 * shape.n_test) as f64 * shape.n_features as f64;
    let is_median = args.choice("metric") == Some("manhattan");
    Cost {
        cpu_s: cells * if is_median { 1e-8 } else { 2e-9 },
        memory_bytes: (shape.n_train * 8 + shape.n_classes * shape.n_features * 16) as u64,
    }
}
