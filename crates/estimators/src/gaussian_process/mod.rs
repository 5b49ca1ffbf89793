//! Gaussian process classification by the Laplace approximation: `GaussianProcessClassifier`.
//!
//! `algorithm` makes two-class problems. For a fixed `c·RBF(l)`, the default, `covariance` makes
//! their matrices, sparse where that is exact, `posterior` finds the mode of each, and `rbf_process`
//! predicts by them. Any other `expression`, read by `grammar`, is evaluated over `pairs` of rows;
//! `kernel_search` chooses its numbers by their `likelihood`, and `kernel_process` predicts.

mod algorithm;
mod covariance;
mod decision;
mod expression;
mod grammar;
mod kernel;
mod kernel_process;
mod kernel_search;
mod likelihood;
mod mersenne;
mod model;
mod pairs;
mod params;
mod posterior;
mod rbf;
mod rbf_process;
mod sparse;
#[cfg(feature = "serde")]
mod stored;

pub use expression::KernelExpression;
pub use grammar::KernelSyntaxError;
pub use kernel::GaussianProcessKernel;
pub use model::GaussianProcess;
pub use params::{
    GaussianProcessMultiClass, GaussianProcessParams, GaussianProcessValidParams, KernelOptimizer,
};
