//! Classifiers made of others: `AdaBoostClassifier`, `BaggingClassifier`, `VotingClassifier`, `StackingClassifier` and
//! `CalibratedClassifierCV`.
//!
//! The classifiers inside are parameters ([`BaseEstimator`]); which ones there are, the list of all
//! classifiers says.

mod ada_boost;
mod bagging;
mod base_estimator;
mod calibrated;
mod cross_prediction;
mod member;
mod stacking;
mod voting;

pub use ada_boost::{AdaBoost, AdaBoostAlgorithm, AdaBoostParams, AdaBoostValidParams};
pub use bagging::{Bagging, BaggingParams, BaggingValidParams};
pub use base_estimator::{BaseEstimator, NamedEstimators};
pub use calibrated::{Calibrated, CalibratedParams, CalibratedValidParams, CalibrationMethod};
pub use stacking::{StackMethod, Stacking, StackingParams, StackingValidParams};
pub use voting::{Voting, VotingKind, VotingParams, VotingValidParams};
