//! Fits naive Bayes of counts: a feature's share in a class is (sum + alpha) / Σ (sum + alpha).

use ndarray::ArrayView2;

use super::super::smoothing::log_priors;
use super::MultinomialNb;
use super::params::{MultinomialNbParams, MultinomialNbValidParams};
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::log_linear::{LogLinear, check_counts, class_sums};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

impl Classifier for MultinomialNbValidParams {
    type Model = MultinomialNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<MultinomialNb, FitError> {
        const NAME: &str = MultinomialNbParams::ESTIMATOR;
        check_counts(NAME, x)?;
        let counts = class_counts(codes, encoding.n_classes());
        let smoothed = self.alpha.of_features(NAME, self.force_alpha, x.ncols())?;
        let class_prior = self.class_prior.as_deref();
        let offsets = log_priors(NAME, class_prior, self.fit_prior, &counts)?;
        let mut weights = class_sums(x, codes, counts.len());
        for mut weights in weights.rows_mut() {
            for (weight, alpha) in weights.iter_mut().zip(&smoothed.alphas) {
                *weight += alpha;
            }
            let log_sum = weights.sum().ln();
            weights.mapv_inplace(|sum| sum.ln() - log_sum);
        }
        Ok(MultinomialNb(LogLinear {
            encoding,
            weights,
            offsets,
            threshold: None,
            info: FitInfo {
                warnings: smoothed.warnings,
                ..FitInfo::default()
            },
        }))
    }
}
