//! Parameters of `BernoulliNB`.

use super::super::smoothing::Smoothing;
use crate::parameters::Interval;

parameters! {
    /// Parameters of [`BernoulliNb`](super::BernoulliNb).
    pub struct BernoulliNbParams => BernoulliNbValidParams: "BernoulliNB" {
        /// what is added to the counts, for all features or for each its own
        alpha: Smoothing = Smoothing::Every(1.0), in Interval::NOT_NEGATIVE;
        /// whether an alpha below 1e-10 is kept
        force_alpha: bool = true, was false;
        /// features above it are there; null takes what is in the data, 0 and 1
        binarize: Option<f64> = Some(0.0), in Interval::NOT_NEGATIVE;
        /// whether classes are as probable as they are frequent, rather than all alike
        fit_prior: bool = true;
        /// probability of each class, in ascending order of label
        class_prior: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
    }
}
