//! Fitting: linfa-bayes estimates the mean and variance of each feature and class. It always takes
//! the priors from the class frequencies; ours replace them afterwards.
//!
//! The joint log-likelihood is ln P(class) + Σ ln N(xⱼ; mean, variance), so a prior of our own
//! comes in as the shift ln(prior) − ln(frequency).
//!
//! Everything is in `f64`, as in scikit-learn: pixels that are constant within a class have a
//! variance of 1e-9 of the largest, against which a mean that is off by `f32` rounding costs
//! whole units of log-likelihood.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, ArrayView2};

use super::model::GaussianNb;
use super::params::{GaussianNbParams, GaussianNbValidParams};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

impl Classifier for GaussianNbValidParams {
    type Model = GaussianNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<GaussianNb, FitError> {
        let priors = self.priors.as_deref();
        let log_prior_shift = log_prior_shift(priors, codes, encoding.n_classes())?;
        let upstream = linfa_bayes::GaussianNb::params()
            .var_smoothing(self.var_smoothing)
            .fit(&DatasetBase::new(
                x.mapv(f64::from),
                Array1::from_vec(codes.to_vec()),
            ))
            .map_err(|error: linfa_bayes::NaiveBayesError| FitError::Upstream {
                crate_name: "linfa-bayes",
                message: error.to_string(),
            })?;
        Ok(GaussianNb::new(
            encoding,
            log_prior_shift,
            upstream,
            x.ncols(),
        ))
    }
}

/// Returns ln(prior) − ln(frequency) of each class; zeros without priors.
fn log_prior_shift(
    priors: Option<&[f64]>,
    codes: &[usize],
    n_classes: usize,
) -> Result<Vec<f64>, ParamError> {
    let Some(priors) = priors else {
        return Ok(vec![0.0; n_classes]);
    };
    if priors.len() != n_classes {
        let expected = format!("a list of {n_classes} numbers, one per class of the training data");
        return Err(ParamError::value(
            GaussianNbParams::ESTIMATOR,
            "priors",
            expected,
            format_args!("{priors:?}"),
        ));
    }
    let counts = class_counts(codes, n_classes);
    let shift = |(&prior, &count): (&f64, &usize)| {
        let frequency = count as f64 / codes.len() as f64;
        prior.ln() - frequency.ln()
    };
    Ok(priors.iter().zip(&counts).map(shift).collect())
}
