//! Multi-layer perceptron trained by mini-batches: `MLPClassifier`.
//!
//! `algorithm` cuts the data into batches and decides when to stop. For each batch a `network`
//! makes gradients, and an `optimizer` moves the network along them.

mod algorithm;
mod batch_size;
mod model;
mod network;
mod optimizer;
mod params;
mod quasi_newton;

pub use batch_size::BatchSize;
pub use model::Mlp;
pub use params::{Activation, MlpLearningRate, MlpParams, MlpSolver, MlpValidParams};
