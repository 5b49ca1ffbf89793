//! Multi-layer perceptron trained by mini-batches: `MLPClassifier`.

mod algorithm;
mod model;
mod network;
mod optimizer;
mod params;

pub use model::Mlp;
pub use params::{Activation, LearningRate, MLP_CLASSIFIER, MlpParams, MlpValidParams, Solver};
