//! Fits the ridge classifier.
//!
//! Minimises `Σ_i s_i·(x_i·w + b - y_i)² + alpha·|w|²` for each class against the rest, with
//! `y_i = ±1` and row weights `s` from the classes. The normal equations of the centred rows are
//! solved by Cholesky: one Gram matrix for all classes, O(n·p²). There is nothing to converge.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::super::model::LinearModel;
use super::super::one_vs_rest::OneVsRest;
use super::RidgeClassifier;
use super::params::RidgeClassifierValidParams;
use crate::FitError;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;

#[expect(
    clippy::cast_possible_truncation,
    reason = "models are in single precision"
)]
impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for RidgeClassifierValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = RidgeClassifier;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<RidgeClassifier, FitError> {
        let x = dataset.records().as_standard_layout();
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets().iter());
        let class_weights = self.class_weight.of_classes(&encoding, &codes);
        let row_weights: Vec<f64> = codes.iter().map(|&code| class_weights[code]).collect();
        let total: f64 = row_weights.iter().sum();
        let problems = OneVsRest::new(&codes, encoding.n_classes());

        // Weighted targets, and the weights themselves for the means.
        let mut columns: Vec<Vec<f32>> = vec![row_weights.iter().map(|&s| s as f32).collect()];
        let mut target_means = Vec::new();
        for class in problems.classes() {
            let (signs, _) = problems.rows(class, (1.0, 1.0));
            let weighted = signs.iter().zip(&row_weights).map(|(y, s)| y * s);
            let mean = if self.fit_intercept {
                weighted.clone().sum::<f64>() / total
            } else {
                0.0
            };
            let centred = signs
                .iter()
                .zip(&row_weights)
                .map(|(y, s)| ((y - mean) * s) as f32);
            columns.push(centred.collect());
            target_means.push(mean);
        }
        let design = Tall::new(x.view(), None);
        let mut products = design.transposed_times(&columns).into_iter();
        let sums = products.next().expect("the first column is the weights");
        let means: Vec<f64> = sums
            .iter()
            .map(|sum| if self.fit_intercept { sum / total } else { 0.0 })
            .collect();

        let mut gram = Gram::<f64>::zeros(x.ncols());
        gram.add_rows(&design, row_weights.iter().copied().enumerate());
        gram.add_outer(-total, &means);
        let factor = gram.factor(1.0, &vec![self.alpha; x.ncols()]);

        let n_outputs = target_means.len();
        let mut weights = Array2::zeros((n_outputs, x.ncols()));
        let mut intercepts = Array1::zeros(n_outputs);
        for (output, (mut solution, mean)) in products.zip(target_means).enumerate() {
            factor.solve(&mut solution);
            let shift: f64 = solution.iter().zip(&means).map(|(w, m)| w * m).sum();
            intercepts[output] = (mean - shift) as f32;
            for (weight, w) in weights.row_mut(output).iter_mut().zip(solution) {
                *weight = w as f32;
            }
        }
        let info = FitInfo::default();
        Ok(RidgeClassifier(LinearModel::new(
            weights, intercepts, encoding, info,
        )))
    }
}
