//! Parameters of Gaussian naive Bayes.

use crate::ParamError;
use crate::parameters::{Interval, Parameters};

parameters! {
    /// Parameters of [`GaussianNb`](super::GaussianNb).
    pub struct GaussianNbParams => GaussianNbValidParams: "GaussianNB" {
        /// probability of each class, in ascending order of label; null takes the class frequencies
        priors: Option<Vec<f64>> = None;
        /// share of the largest feature variance that is added to every variance
        var_smoothing: f64 = 1e-9, in Interval::NOT_NEGATIVE;
    }
    check check_priors;
}

fn check_priors(params: &GaussianNbValidParams) -> Result<(), ParamError> {
    let Some(priors) = &params.priors else {
        return Ok(());
    };
    // scikit-learn compares with numpy's `isclose`.
    let sums_to_one = (priors.iter().sum::<f64>() - 1.0).abs() <= 1e-8 + 1e-5;
    if sums_to_one && priors.iter().all(|&prior| prior >= 0.0) {
        return Ok(());
    }
    Err(ParamError::value(
        GaussianNbParams::ESTIMATOR,
        "priors",
        "a list of non-negative numbers that sum to 1",
        format_args!("{priors:?}"),
    ))
}
