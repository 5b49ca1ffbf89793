//! Fits complement naive Bayes (J. Rennie and others, Tackling the Poor Assumptions of Naive Bayes
//! Text Classifiers, 2003, table 4): the weight of a feature in a class is minus the logarithm of
//! its share in all other classes.

use ndarray::{ArrayView2, Axis};

use super::super::smoothing::log_priors;
use super::ComplementNb;
use super::params::{ComplementNbParams, ComplementNbValidParams};
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::log_linear::{LogLinear, check_counts, class_sums};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

impl Classifier for ComplementNbValidParams {
    type Model = ComplementNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<ComplementNb, FitError> {
        const NAME: &str = ComplementNbParams::ESTIMATOR;
        check_counts(NAME, x)?;
        let counts = class_counts(codes, encoding.n_classes());
        let smoothed = self.alpha.of_features(NAME, self.force_alpha, x.ncols())?;
        let class_prior = self.class_prior.as_deref();
        let mut offsets = log_priors(NAME, class_prior, self.fit_prior, &counts)?;
        if counts.len() > 1 {
            offsets.fill(0.0);
        }
        let mut weights = class_sums(x, codes, counts.len());
        let all = weights.sum_axis(Axis(0));
        for mut weights in weights.rows_mut() {
            for ((weight, alpha), all) in weights.iter_mut().zip(&smoothed.alphas).zip(&all) {
                *weight = all + alpha - *weight;
            }
            let sum = weights.sum();
            weights.mapv_inplace(|count| (count / sum).ln());
            let scale = if self.norm { 1.0 / weights.sum() } else { -1.0 };
            weights.mapv_inplace(|weight| weight * scale);
        }
        Ok(ComplementNb(LogLinear {
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
