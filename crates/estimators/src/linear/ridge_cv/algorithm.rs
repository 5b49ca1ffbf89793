//! The choice of the penalty.
//!
//! Without folds each row is left out in turn. Its error is that of the fit to all rows over 1 − h,
//! where h = s·(1/Σs + x·(G + alpha·I)⁻¹·x), s is the weight of the row, G the weighted Gram matrix of
//! the centred rows, and the first term that of the intercept (G. Golub, M. Heath and G. Wahba, 1979).
//! With a Cholesky factor of the matrix this is the squared length of L⁻¹·x: for each penalty one
//! product of the rows with a triangular matrix. scikit-learn decomposes the rows themselves.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::super::model::LinearModel;
use super::super::ridge::{Fit, NormalEquations};
use super::RidgeClassifierCv;
use super::params::{RidgeClassifierCvParams, RidgeClassifierCvValidParams};
use crate::FitError;
use crate::classifier::{Classifier, FittedClassifier as _};
use crate::folds::{split, stratified_folds};
use crate::mapped_squares::squares;
use crate::multiclass::{ClassEncoding, argmax};
use crate::parameters::Parameters;
use fashion_bench_numeric::cholesky::Cholesky;

/// Rows that are multiplied at a time.
const BLOCK_ROWS: usize = 512;

impl Classifier for RidgeClassifierCvValidParams {
    type Model = RidgeClassifierCv;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<RidgeClassifierCv, FitError> {
        const NAME: &str = RidgeClassifierCvParams::ESTIMATOR;
        let class_weights = self.class_weight.of_classes(NAME, &encoding, codes)?;
        let fit = Fit {
            x: x.view(),
            codes,
            encoding: &encoding,
            class_weights: &class_weights,
            fit_intercept: self.fit_intercept,
        };
        let normal = fit.normal_equations();
        let scores = match self.cv {
            None => self.left_out_scores(&fit, &normal)?,
            Some(n_folds) => {
                let folds = stratified_folds(NAME, codes, &encoding, n_folds)?;
                self.fold_scores(&fit, &folds, n_folds)
            }
        };
        let best = argmax(&scores);
        let alpha = self.alphas.0[best];
        let mut models = fit.models(&normal, &[alpha]);
        let mut model = models.pop().expect("one model per penalty");
        model.note("alpha", alpha);
        model.note("best_score", scores[best]);
        Ok(model.into())
    }
}

impl RidgeClassifierCvValidParams {
    /// Returns the mean accuracy over the folds for each penalty.
    fn fold_scores(&self, fit: &Fit<'_>, folds: &[usize], n_folds: usize) -> Vec<f64> {
        let mut scores = vec![0.0; self.alphas.0.len()];
        for fold in 0..n_folds {
            let (train, test) = split(folds, fold);
            let x = fit.x.select(Axis(0), &train);
            let codes: Vec<usize> = train.iter().map(|&row| fit.codes[row]).collect();
            let part = Fit {
                x: x.view(),
                codes: &codes,
                ..*fit
            };
            let held_back = fit.x.select(Axis(0), &test);
            let models = part.models(&part.normal_equations(), &self.alphas.0);
            for (score, model) in scores.iter_mut().zip(models) {
                let mut labels = Array1::zeros(test.len());
                model.predict_rows(held_back.view(), &mut labels);
                let pairs = labels.iter().zip(&test);
                let is_right = |(label, row): &(&usize, &usize)| {
                    **label == fit.encoding.label(fit.codes[**row])
                };
                let n_right = pairs.filter(is_right).count();
                *score += n_right as f64 / test.len() as f64 / n_folds as f64;
            }
        }
        scores
    }

    /// Returns for each penalty minus the mean squared error of rows that were left out, or their
    /// accuracy.
    fn left_out_scores(
        &self,
        fit: &Fit<'_>,
        normal: &NormalEquations,
    ) -> Result<Vec<f64>, FitError> {
        let width = normal.means.len();
        let models = fit.models(normal, &self.alphas.0);
        let pairs = self.alphas.0.iter().zip(&models);
        pairs
            .map(|(&alpha, model)| {
                let matrix = normal.gram.to_full(1.0, &vec![alpha; width]);
                let factor = Cholesky::of_elements(matrix, width);
                let factor = factor.ok_or(FitError::NotFiniteFit {
                    what: "the Gram matrix of the rows",
                    value: f64::NAN,
                })?;
                let map = factor.inverse_factor();
                Ok(self.left_out_score(fit, normal, model, &map))
            })
            .collect()
    }

    fn left_out_score(
        &self,
        fit: &Fit<'_>,
        normal: &NormalEquations,
        model: &LinearModel,
        map: &Array2<f64>,
    ) -> f64 {
        let n_rows = fit.codes.len();
        let target_means = fit.target_means(normal);
        let total: f64 = fit.codes.iter().map(|&code| fit.class_weights[code]).sum();
        let of_block = |first: usize| {
            let rows = first..(first + BLOCK_ROWS).min(n_rows);
            let block = fit.x.slice(ndarray::s![rows.clone(), ..]);
            let mut centred = block.mapv(f64::from);
            for mut row in centred.rows_mut() {
                row.iter_mut()
                    .zip(&normal.means)
                    .for_each(|(value, mean)| *value -= mean);
            }
            let lengths = squares(centred.view(), map.view(), true);
            let decisions = model.exact_decisions(block);
            let mut score = 0.0;
            for ((row, length), decisions) in rows.zip(lengths).zip(decisions.rows()) {
                let code = fit.codes[row];
                let weight = fit.class_weights[code];
                let own = if self.fit_intercept { 1.0 / total } else { 0.0 };
                let left_out = 1.0 - weight * (own + length);
                let errors: Vec<f64> = decisions
                    .iter()
                    .enumerate()
                    .map(|(output, decision)| (fit.target(code, output) - decision) / left_out)
                    .collect();
                score += match self.scoring {
                    None => weight * errors.iter().map(|error| error * error).sum::<f64>(),
                    Some(_) => f64::from(u8::from(is_right(fit, code, &errors, &target_means))),
                };
            }
            score
        };
        let firsts: Vec<usize> = (0..n_rows).step_by(BLOCK_ROWS).collect();
        let parts: Vec<f64> = firsts.into_par_iter().map(of_block).collect();
        let sum: f64 = parts.iter().sum();
        match self.scoring {
            None => -sum / (n_rows * fit.n_outputs()) as f64,
            Some(_) => sum / n_rows as f64,
        }
    }
}

/// Whether the class of a row is right by scikit-learn's measure, given the errors of its outputs: by
/// the largest of the centred outputs, and of a single output always.
fn is_right(fit: &Fit<'_>, code: usize, errors: &[f64], target_means: &[f64]) -> bool {
    if errors.len() == 1 {
        return true;
    }
    let centred = errors.iter().zip(target_means).enumerate();
    let predicted: Vec<f64> = centred
        .map(|(output, (error, mean))| fit.target(code, output) - mean - error)
        .collect();
    argmax(&predicted) == code
}
