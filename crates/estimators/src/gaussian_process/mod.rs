//! Gaussian process classification by the Laplace approximation: `GaussianProcessClassifier`.
//!
//! `algorithm` makes two-class problems and their `covariance` matrices, `posterior` finds the mode
//! of each, and `model` predicts by them.

mod algorithm;
mod covariance;
mod kernel;
mod model;
mod params;
mod posterior;
mod rbf;
mod sparse;
#[cfg(feature = "serde")]
mod stored;

pub use kernel::GaussianProcessKernel;
pub use model::GaussianProcess;
pub use params::{
    GaussianProcessMultiClass, GaussianProcessParams, GaussianProcessValidParams, KernelOptimizer,
};
