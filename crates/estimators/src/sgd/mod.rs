//! Linear classifiers fitted a row at a time: `SGDClassifier`, `Perceptron`, and
//! `PassiveAggressiveClassifier`.
//!
//! The three are one algorithm (`algorithm`) at different settings (`Settings`).

mod algorithm;
mod class;
mod family;
mod loss;
mod passive_aggressive;
mod perceptron;
mod settings;
mod sgd_classifier;

pub use loss::SgdLoss;
pub use passive_aggressive::{
    PASSIVE_AGGRESSIVE_CLASSIFIER, PassiveAggressiveClassifier, PassiveAggressiveParams,
    PassiveAggressiveValidParams,
};
pub use perceptron::{PERCEPTRON, Perceptron, PerceptronParams, PerceptronValidParams};
pub use settings::{EarlyStopping, LearningRate, SgdPenalty};
pub use sgd_classifier::{SGD_CLASSIFIER, SgdClassifier, SgdParams, SgdValidParams};
