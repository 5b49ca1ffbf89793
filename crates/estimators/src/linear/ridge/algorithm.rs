//! Fits the ridge classifier.
//!
//! Minimises `Σ_i s_i·(x_i·w + b - y_i)² + alpha·|w|²` for each class against the rest, with
//! `y_i = ±1` and row weights `s` from the classes. The normal equations of the centred rows are
//! solved by Cholesky: one Gram matrix for all classes, O(n·p²). There is nothing to converge.

use ndarray::{Array1, Array2, ArrayView2};

use super::super::model::LinearModel;
use super::super::one_vs_rest::OneVsRest;
use super::RidgeClassifier;
use super::params::RidgeClassifierValidParams;
use crate::FitError;
use crate::classifier::Classifier;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;

impl Classifier for RidgeClassifierValidParams {
    type Model = RidgeClassifier;

    const ACCEPTS_ONE_CLASS: bool = true;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<RidgeClassifier, FitError> {
        let class_weights = self.class_weight.of_classes(&encoding, codes);
        let row_weights: Vec<f64> = codes.iter().map(|&code| class_weights[code]).collect();
        let total: f64 = row_weights.iter().sum();
        let problems = OneVsRest::new(codes, encoding.n_classes());
        let targets = self.targets(&problems, &row_weights, total);

        // The weights themselves, for the means of the features, and the weighted targets.
        let mut columns: Vec<Vec<f32>> = vec![row_weights.iter().map(|&s| s as f32).collect()];
        let target_means: Vec<f64> = targets.iter().map(|target| target.mean).collect();
        columns.extend(targets.into_iter().map(|target| target.centred));
        let design = Tall::new(x, None);
        let mut products = design.transposed_times(&columns).into_iter();
        let sums = products.next().expect("the first column is the weights");
        let mean = |sum: &f64| if self.fit_intercept { sum / total } else { 0.0 };
        let means: Vec<f64> = sums.iter().map(mean).collect();

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
        Ok(LinearModel::new(weights, intercepts, encoding, FitInfo::default()).into())
    }
}

/// The targets ±1 of one problem.
struct Target {
    /// Their weighted mean; 0 without an intercept.
    mean: f64,
    /// What they are above it, times the weights of the rows.
    centred: Vec<f32>,
}

impl RidgeClassifierValidParams {
    fn targets(&self, problems: &OneVsRest<'_>, row_weights: &[f64], total: f64) -> Vec<Target> {
        let target = |class| {
            let (signs, _) = problems.rows(class, (1.0, 1.0));
            let pairs = || signs.iter().zip(row_weights);
            let mean = if self.fit_intercept {
                pairs().map(|(y, s)| y * s).sum::<f64>() / total
            } else {
                0.0
            };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "products are in single precision"
            )]
            let centred = pairs().map(|(y, s)| ((y - mean) * s) as f32).collect();
            Target { mean, centred }
        };
        problems.classes().map(target).collect()
    }
}
