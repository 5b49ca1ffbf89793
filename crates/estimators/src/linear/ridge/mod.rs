//! Least squares on the targets ±1 with an l2 penalty.

mod algorithm;
mod nonnegative;
mod params;

pub(super) use algorithm::{Fit, NormalEquations};
pub use params::{RidgeClassifierParams, RidgeClassifierValidParams, RidgeSolver};

super::model::linear_classifier! {
    /// A fitted ridge classifier.
    RidgeClassifier: RidgeClassifierParams => RidgeClassifierValidParams
}
