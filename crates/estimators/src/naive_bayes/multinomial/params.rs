//! Parameters of `MultinomialNB`.

use super::super::smoothing::Smoothing;
use crate::parameters::Interval;

parameters! {
    /// Parameters of [`MultinomialNb`](super::MultinomialNb).
    pub struct MultinomialNbParams => MultinomialNbValidParams: "MultinomialNB" {
        /// what is added to the counts, for all features or for each its own
        alpha: Smoothing = Smoothing::Every(1.0), in Interval::NOT_NEGATIVE;
        /// whether an alpha below 1e-10 is kept
        force_alpha: bool = true, was false;
        /// whether classes are as probable as they are frequent, rather than all alike
        fit_prior: bool = true;
        /// probability of each class, in ascending order of label
        class_prior: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
    }
}
