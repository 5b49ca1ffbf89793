//! Linear classifiers fitted one row at a time: `SGDClassifier`, `Perceptron`, and
//! `PassiveAggressiveClassifier`.
//!
//! The three are one algorithm (`algorithm`) at different settings (`Settings`).

mod algorithm;
mod averaging;
mod class_state;
mod loss;
mod passive_aggressive;
mod penalised_weights;
mod penalty;
mod perceptron;
mod settings;
mod sgd_classifier;
mod training;

pub use averaging::Averaging;
pub use passive_aggressive::{
    PassiveAggressiveClassifier, PassiveAggressiveLoss, PassiveAggressiveParams,
    PassiveAggressiveValidParams,
};
pub use penalty::SgdPenalty;
pub use perceptron::{Perceptron, PerceptronParams, PerceptronValidParams};
pub use sgd_classifier::{SgdClassifier, SgdLearningRate, SgdLoss, SgdParams, SgdValidParams};
pub use training::StochasticTraining;
