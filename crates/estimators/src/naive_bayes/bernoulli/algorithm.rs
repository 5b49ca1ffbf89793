//! Fits naive Bayes of features that are there or not.
//!
//! The probability p that a feature is there is (count + alpha) / (rows + 2·alpha) in each class. A
//! row's log-likelihood, Σ ln p over the features that it has plus Σ ln(1 − p) over the others, is
//! linear in them: Σ x·(ln p − ln(1 − p)) + Σ ln(1 − p).

use ndarray::{Array2, ArrayView2, CowArray};

use super::super::smoothing::log_priors;
use super::BernoulliNb;
use super::params::{BernoulliNbParams, BernoulliNbValidParams};
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::log_linear::{LogLinear, binarised, class_sums};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

impl Classifier for BernoulliNbValidParams {
    type Model = BernoulliNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<BernoulliNb, FitError> {
        const NAME: &str = BernoulliNbParams::ESTIMATOR;
        let counts = class_counts(codes, encoding.n_classes());
        let smoothed = self.alpha.of_features(NAME, self.force_alpha, x.ncols())?;
        let class_prior = self.class_prior.as_deref();
        let mut offsets = log_priors(NAME, class_prior, self.fit_prior, &counts)?;
        let x = match self.binarize {
            Some(threshold) => CowArray::from(binarised(x, threshold)),
            None => CowArray::from(x),
        };
        let sums = class_sums(x.view(), codes, counts.len());
        let mut weights = Array2::zeros(sums.dim());
        for (class, (sums, mut weights)) in
            sums.rows().into_iter().zip(weights.rows_mut()).enumerate()
        {
            let n_rows = counts[class] as f64;
            let features = sums.iter().zip(&smoothed.alphas).zip(&mut weights);
            for ((sum, alpha), weight) in features {
                let log_there = (sum + alpha).ln() - (n_rows + 2.0 * alpha).ln();
                // As scikit-learn's, which goes by way of the logarithm.
                let log_absent = (1.0 - log_there.exp()).ln();
                *weight = log_there - log_absent;
                offsets[class] += log_absent;
            }
        }
        Ok(BernoulliNb(LogLinear {
            encoding,
            weights,
            offsets,
            threshold: self.binarize,
            info: FitInfo {
                warnings: smoothed.warnings,
                ..FitInfo::default()
            },
        }))
    }
}
