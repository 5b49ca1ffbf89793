//! Parameters of `ComplementNB`.

use super::super::smoothing::Smoothing;
use crate::parameters::Interval;

parameters! {
    /// Parameters of [`ComplementNb`](super::ComplementNb).
    pub struct ComplementNbParams => ComplementNbValidParams: "ComplementNB" {
        /// what is added to the counts, for all features or for each its own
        alpha: Smoothing = Smoothing::Every(1.0), in Interval::NOT_NEGATIVE;
        /// whether an alpha below 1e-10 is kept
        force_alpha: bool = true, was false;
        /// whether a lone class is as probable as it is frequent; nothing else depends on it
        fit_prior: bool = true;
        /// probability of each class, in ascending order of label; only its length is looked at
        class_prior: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
        /// whether the weights of a class are divided by their sum
        norm: bool = false;
    }
}
