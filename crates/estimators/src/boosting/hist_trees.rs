//! Trees of histogram boosting (LightGBM: Ke et al. 2017), as scikit-learn's
//! `HistGradientBoostingClassifier` has it: leaf-wise growth on at most 255 bins per feature, leaf
//! values by Newton steps with L2 regularisation.
//!
//! Departures: quantile bins are cut between values of equal share rather than at interpolated
//! percentiles, and gradients are fixed-point numbers instead of `f32`.

use ndarray::ArrayView2;

use super::booster::{Grown, Stages, TreeGrower};
use super::hessian_target::HessianTarget;
use super::hist_params::{
    HistBoostingLoss, HistGradientBoostingParams, HistGradientBoostingValidParams,
};
use super::loss::{Loss, Slope};
use super::model::Boosted;
use super::patience::Patience;
use crate::classifier::Classifier;
use crate::hist::Binned;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use crate::tree::{FixedPoint, Growth, LeafLimits, MaxFeatures, Samples, Splitter, Tree, grow};
use crate::{ClassWeight, FitError};
use fashion_bench_numeric::rng::Rng;

impl TreeGrower for HistGradientBoostingValidParams {
    fn grow(
        &self,
        binned: &Binned,
        rows: &[u32],
        slope: &Slope,
        rng: &mut Rng,
    ) -> Result<Grown, FitError> {
        let largest = |values: &[f64]| values.iter().fold(0.0, |max: f64, v| max.max(v.abs()));
        let target = HessianTarget {
            gradients: FixedPoint::new(rows.len(), largest(&slope.negative_gradient)),
            hessians: FixedPoint::new(rows.len(), largest(&slope.hessian)),
            l2_regularization: self.l2_regularization,
        };
        let max_features = MaxFeatures::Share(self.max_features)
            .of(binned.features.len(), HistGradientBoostingParams::ESTIMATOR)?;
        let growth = Growth {
            splitter: Splitter::Best,
            max_features,
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: 2 * self.min_samples_leaf,
            limits: LeafLimits {
                min_samples: self.min_samples_leaf,
                min_weight: 0.0,
            },
            min_impurity_decrease: 0.0,
            max_leaf_nodes: Some(self.max_leaf_nodes.unwrap_or(usize::MAX)),
        };
        let pair = |&row: &u32| {
            let row = row as usize;
            [
                target.gradients.encode(slope.negative_gradient[row]),
                target.hessians.encode(slope.hessian[row]),
            ]
        };
        let samples = Samples {
            rows: rows.to_vec(),
            payloads: rows.iter().map(pair).collect(),
        };
        let mut leaf_of_row = vec![0; slope.hessian.len()];
        let tree = grow(
            &target,
            binned,
            samples,
            &growth,
            rng,
            Some(&mut leaf_of_row),
        );
        Ok(Grown {
            values: tree.values.clone(),
            tree,
            leaf_of_row,
        })
    }

    fn bin(&self, x: ArrayView2<'_, f32>) -> Result<Binned, FitError> {
        Binned::new(x, self.max_bins)
    }

    fn add_importances(&self, tree: &Tree, importances: &mut [f64]) {
        for (node, stats) in tree.nodes.iter().zip(&tree.stats) {
            if !node.is_leaf() {
                importances[node.feature as usize] += stats.improvement;
            }
        }
    }
}

impl Classifier for HistGradientBoostingValidParams {
    type Model = Boosted;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Boosted, FitError> {
        let stops_early = self.early_stopping.is_on(codes.len());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let n_validation = match self.validation_fraction {
            Some(share) if stops_early => (share * codes.len() as f64).ceil() as usize,
            _ => 0,
        };
        let counts = class_counts(codes, encoding.n_classes());
        let class_weights = (self.class_weight != ClassWeight::Uniform)
            .then(|| {
                let estimator = HistGradientBoostingParams::ESTIMATOR;
                self.class_weight.of_counts(estimator, &encoding, &counts)
            })
            .transpose()?;
        let stages = Stages {
            loss: match self.loss {
                HistBoostingLoss::LogLoss => Loss::Log,
            },
            n_stages: self.max_iter,
            learning_rate: self.learning_rate,
            subsample: 1.0,
            starts_at_zero: false,
            n_validation,
            patience: if stops_early {
                Patience::Reference {
                    n: self.n_iter_no_change,
                    tol: self.tol,
                }
            } else {
                Patience::None
            },
            class_weights,
            seed: self.seed,
        };
        stages.fit(x, (encoding, codes), self)
    }
}
