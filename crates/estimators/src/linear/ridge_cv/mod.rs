//! Least squares on the targets ±1 with a penalty that cross-validation chooses.

mod algorithm;
mod params;

pub use params::{Alphas, RidgeClassifierCvParams, RidgeClassifierCvValidParams};

super::model::linear_classifier! {
    /// A fitted `RidgeClassifierCV`: the ridge classifier of the best penalty.
    RidgeClassifierCv: RidgeClassifierCvParams => RidgeClassifierCvValidParams
}
