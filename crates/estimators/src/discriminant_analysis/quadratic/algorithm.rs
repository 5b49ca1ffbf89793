//! Fits quadratic discriminant analysis: mean and covariance of each class.

use ndarray::ArrayView2;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::super::moments::Grouped;
use super::model::QuadraticDiscriminant;
use super::params::{QuadraticDiscriminantParams, QuadraticDiscriminantValidParams};
use super::whitening::Whitening;
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;

impl Classifier for QuadraticDiscriminantValidParams {
    type Model = QuadraticDiscriminant;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<QuadraticDiscriminant, FitError> {
        let rows = Grouped::new(x.view(), codes, encoding.n_classes());
        if let Some(class) = rows.counts.iter().position(|&count| count == 1) {
            let error = FitError::TooFewRows {
                expected: "at least two rows of each class",
                got: "one".to_owned(),
            };
            return Err(FitError::of_classes(error, [encoding.label(class)]));
        }
        let priors = self.class_priors(&rows)?;
        let whiten =
            |class: usize| Whitening::new(rows.scatter(class), rows.counts[class], self.reg_param);
        let whitenings: Result<Vec<Whitening>, FitError> =
            (0..rows.n_classes()).into_par_iter().map(whiten).collect();
        let whitenings = whitenings?;
        let n_flat = whitenings.iter().filter(|it| it.n_flat > 0).count();
        let mut info = FitInfo::default();
        if n_flat > 0 && self.reg_param == 0.0 {
            info.warnings.push(format!(
                "features are collinear in {n_flat} classes, so that rounding decides; raise \
                 `reg_param`"
            ));
        }
        let offsets = whitenings.iter().zip(&priors);
        let offsets = offsets.map(|(it, prior)| -0.5 * it.log_determinant + prior.ln());
        Ok(QuadraticDiscriminant {
            offsets: offsets.collect(),
            encoding,
            means: rows.means,
            whitenings,
            info,
        })
    }
}

impl QuadraticDiscriminantValidParams {
    fn class_priors(&self, rows: &Grouped<'_>) -> Result<Vec<f64>, ParamError> {
        match &self.priors {
            None => {
                let n_rows = rows.codes.len() as f64;
                Ok(rows
                    .counts
                    .iter()
                    .map(|&count| count as f64 / n_rows)
                    .collect())
            }
            Some(priors) if priors.len() == rows.n_classes() => Ok(priors.clone()),
            Some(priors) => Err(ParamError::value(
                QuadraticDiscriminantParams::ESTIMATOR,
                "priors",
                format!("a list of {} numbers, one per class", rows.n_classes()),
                format_args!("{priors:?}"),
            )),
        }
    }
}
