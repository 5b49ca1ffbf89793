//! Gaussian process classification by the Laplace approximation: `GaussianProcessClassifier`.

mod algorithm;
mod covariance;
mod model;
mod params;
mod posterior;

pub use model::GaussianProcess;
pub use params::{
    GAUSSIAN_PROCESS_CLASSIFIER, GaussianProcessParams, GaussianProcessValidParams, MultiClass,
};
