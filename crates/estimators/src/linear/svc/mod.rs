//! Linear support vector machines: one-vs-rest hinge or squared hinge, or Crammer and Singer's.

mod algorithm;
mod dual;
mod params;

pub use dual::SvcDual;
pub use params::{LinearSvcParams, LinearSvcValidParams, SvcLoss, SvcMultiClass, SvcPenalty};

super::model::linear_classifier! {
    /// A fitted linear support vector machine.
    LinearSvc: LinearSvcParams => LinearSvcValidParams
}
