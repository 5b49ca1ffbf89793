//! The rounds of AdaBoost for several classes: J. Zhu, H. Zou, S. Rosset and T. Hastie, Multi-class
//! AdaBoost (2009), SAMME (algorithm 2) and SAMME.R (algorithm 4), as scikit-learn has them.

use ndarray::ArrayView2;

use super::model::{AdaBoost, Stage};
use super::params::{AdaBoostAlgorithm, AdaBoostParams, AdaBoostValidParams};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::hist::Binned;
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax, class_counts};
use crate::parameters::Parameters;
use crate::tree::{
    DecisionTreeValidParams, Samples, Tree, WeightedSample, WeightedTarget, for_each_leaf, grow,
    normalised,
};
use fashion_bench_numeric::rng::stream;

const NAME: &str = AdaBoostParams::ESTIMATOR;

impl Classifier for AdaBoostValidParams {
    type Model = AdaBoost;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<AdaBoost, FitError> {
        let n_classes = encoding.n_classes();
        let n_features = x.ncols();
        let rows = Rows::new(x, codes, &encoding, &self.tree(0)?)?;
        let mut weights = vec![1.0 / codes.len() as f64; codes.len()];
        let (mut stages, mut errors) = (Vec::<Stage>::new(), Vec::new());
        let mut importances = vec![0.0; n_features];
        for place in 0..self.n_estimators {
            weights
                .iter_mut()
                .for_each(|weight| *weight = weight.max(f64::EPSILON));
            let tree = rows.grow(&self.tree(place as u64)?, &weights);
            let leaves = rows.leaves(&tree);
            let round = Round {
                tree: &tree,
                leaves: &leaves,
                codes,
                n_classes,
                is_last: place + 1 == self.n_estimators,
                learning_rate: self.learning_rate,
            };
            let Some((weight, error)) = round.judge(self.algorithm, &mut weights) else {
                if stages.is_empty() {
                    return Err(worse_than_chance());
                }
                break;
            };
            errors.push(error);
            let mut own = vec![0.0; n_features];
            tree.add_importances(&mut own);
            let own = normalised(&own);
            importances
                .iter_mut()
                .zip(own)
                .for_each(|(sum, own)| *sum += weight * f64::from(own));
            stages.push(Stage::new(self.algorithm, &tree, weight, n_classes));
            let sum: f64 = weights.iter().sum();
            if error <= 0.0 || !sum.is_finite() || sum <= 0.0 {
                break;
            }
            weights.iter_mut().for_each(|weight| *weight /= sum);
        }
        let info = FitInfo {
            n_iter: Some(stages.len() as u64),
            loss_curve: errors,
            feature_importances: normalised(&importances),
            ..FitInfo::default()
        };
        Ok(AdaBoost {
            encoding,
            stages,
            n_features,
            info,
        })
    }
}

fn worse_than_chance() -> FitError {
    ParamError::unsupported(
        NAME,
        "algorithm=SAMME",
        "the first tree is no better than chance on these data; let it grow deeper",
    )
    .into()
}

/// The rows, binned once for all trees.
struct Rows<'a> {
    binned: Binned,
    slices: Vec<Vec<f32>>,
    codes: &'a [usize],
    /// The weight of each class.
    class_weights: Vec<f64>,
}

impl<'a> Rows<'a> {
    fn new(
        x: ArrayView2<'_, f32>,
        codes: &'a [usize],
        encoding: &ClassEncoding,
        tree: &DecisionTreeValidParams,
    ) -> Result<Self, FitError> {
        let counts = class_counts(codes, encoding.n_classes());
        if encoding.n_classes() > usize::from(u16::MAX) + 1 {
            return Err(FitError::TooManyClasses {
                limit: usize::from(u16::MAX) + 1,
            });
        }
        Ok(Self {
            binned: Binned::new(x)?,
            slices: x.rows().into_iter().map(|row| row.to_vec()).collect(),
            codes,
            class_weights: tree.class_weight.of_counts(NAME, encoding, &counts)?,
        })
    }

    /// Grows a tree on the rows with these weights.
    fn grow(&self, params: &DecisionTreeValidParams, weights: &[f64]) -> Tree {
        let n_features = self.binned.features.len();
        let weight_of = |row: usize| weights[row] * self.class_weights[self.codes[row]];
        let total: f64 = (0..self.codes.len()).map(weight_of).sum();
        let (mut rows, mut payloads) = (Vec::new(), Vec::new());
        for (row, &class) in self.codes.iter().enumerate() {
            let weight = WeightedTarget::encode(weight_of(row) / total);
            // Rows without weight are as if they were not there.
            if weight > 0 {
                #[expect(clippy::cast_possible_truncation, reason = "counted in 16 and 32 bits")]
                {
                    rows.push(row as u32);
                    payloads.push(WeightedSample {
                        class: class as u16,
                        weight,
                    });
                }
            }
        }
        let target = WeightedTarget::new(params.criterion, self.class_weights.len());
        let n_rows = self.codes.len();
        let growth = params
            .shape
            .growth(params.splitter, n_rows, 1.0, n_features);
        let mut rng = stream(params.seed, &[]);
        let samples = Samples { rows, payloads };
        let mut tree = grow(
            &target,
            &self.binned,
            (samples, None),
            &growth,
            &mut rng,
            None,
        );
        tree.prune(params.shape.ccp_alpha);
        tree
    }

    /// Returns the leaf of each row.
    fn leaves(&self, tree: &Tree) -> Vec<usize> {
        let rows: Vec<&[f32]> = self.slices.iter().map(Vec::as_slice).collect();
        let mut leaves = vec![0; rows.len()];
        for_each_leaf(&tree.nodes, &rows, |row, leaf| leaves[row] = leaf);
        leaves
    }
}

/// A tree and what it says of the rows.
struct Round<'a> {
    tree: &'a Tree,
    leaves: &'a [usize],
    codes: &'a [usize],
    n_classes: usize,
    is_last: bool,
    learning_rate: f64,
}

impl Round<'_> {
    fn shares(&self, row: usize) -> &[f64] {
        &self.tree.values[self.leaves[row] * self.n_classes..][..self.n_classes]
    }

    /// Returns the weight of the tree and its weighted error, and weighs the rows anew; nothing if it
    /// is no better than chance.
    fn judge(&self, algorithm: AdaBoostAlgorithm, weights: &mut [f64]) -> Option<(f64, f64)> {
        let is_wrong: Vec<bool> = (0..self.codes.len())
            .map(|row| argmax(self.shares(row)) != self.codes[row])
            .collect();
        let total: f64 = weights.iter().sum();
        let wrong = weights
            .iter()
            .zip(&is_wrong)
            .filter(|(_, is_wrong)| **is_wrong);
        let error = wrong.map(|(weight, _)| weight).sum::<f64>() / total;
        if error <= 0.0 {
            return Some((1.0, 0.0));
        }
        let k = self.n_classes as f64;
        if algorithm == AdaBoostAlgorithm::Real {
            if !self.is_last {
                for (row, weight) in weights.iter_mut().enumerate() {
                    let sum: f64 = self
                        .shares(row)
                        .iter()
                        .enumerate()
                        .map(|(class, share)| {
                            let coding = if class == self.codes[row] {
                                1.0
                            } else {
                                -1.0 / (k - 1.0)
                            };
                            coding * share.max(f64::EPSILON).ln()
                        })
                        .sum();
                    *weight *= (-self.learning_rate * (k - 1.0) / k * sum).exp();
                }
            }
            return Some((1.0, error));
        }
        if error >= 1.0 - 1.0 / k {
            return None;
        }
        let own = self.learning_rate * (((1.0 - error) / error).ln() + (k - 1.0).ln());
        if !self.is_last {
            let wrong = weights
                .iter_mut()
                .zip(&is_wrong)
                .filter(|(_, is_wrong)| **is_wrong);
            wrong.for_each(|(weight, _)| *weight = (weight.ln() + own).exp());
        }
        Some((own, error))
    }
}
