//! Linear support vector machines: one-vs-rest hinge or squared hinge, or Crammer and Singer's.

mod algorithm;
mod params;

pub use params::{
    LINEAR_SVC, LinearSvcParams, LinearSvcValidParams, MultiClass, SvcLoss, SvcPenalty,
};

use super::model::linear_classifier;

linear_classifier!(
    /// A fitted linear support vector machine.
    LinearSvc,
    LinearSvcParams
);
