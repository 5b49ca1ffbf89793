//! Trees of classical gradient boosting: friedman_mse splits on the gradients, and leaf values by
//! one Newton step (Friedman 2001, algorithms 5 and 6), as in scikit-learn.
//!
//! Trees have fewer leaves than scikit-learn's. Its impurity is a difference of two doubles, which
//! need not be 0 where all gradients are equal, and it splits such nodes as well: in the first ten
//! trees of depth 10 on 1,500 images, 58 of 322. Leaf values below them differ by 5e-15 at most.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::booster::{Grown, Stages, TreeGrower, Watched};
use super::gradient_params::{
    BoostingInit, BoostingLoss, GradientBoostingParams, GradientBoostingValidParams,
};
use super::loss::{Loss, Slope};
use super::model::Boosted;
use super::patience::Patience;
use crate::classifier::Classifier;
use crate::hist::Binned;
use crate::holdout::Share;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use crate::path::{Ledger, PathData, Staged, fit_all_stages, train_in_stages};
use crate::tree::{
    Amount, FixedPoint, GradientTarget, Growth, Samples, Splitter, Tree, grow, root_histograms,
};
use crate::{FitError, ParamError};
use fashion_bench_numeric::rng::Rng;

/// Grows trees from gradients.
struct GradientTrees<'a> {
    params: &'a GradientBoostingValidParams,
    /// `(K - 1) / K` of the multinomial Newton step; 1 for two classes.
    factor: f64,
    loss: Loss,
}

impl GradientTrees<'_> {
    fn growth(&self, binned: &Binned, n_rows: usize) -> Growth {
        let (n_samples, n_features) = (binned.matrix.n_samples(), binned.features.len());
        let weight = n_rows as f64;
        self.params
            .shape
            .growth(Splitter::Best, n_samples, weight, n_features)
    }
}

/// The gradients of the rows that a tree is grown on.
struct Root {
    format: FixedPoint,
    payloads: Vec<i64>,
    histograms: Option<Vec<i64>>,
}

impl TreeGrower for GradientTrees<'_> {
    type Columns = Binned;
    type Slope = Slope;
    type Root = Root;

    fn prior_scores(&self, codes: &[usize], n_classes: usize) -> Vec<f64> {
        let counts = class_counts(codes, n_classes).into_iter();
        let shares: Vec<f64> = counts.map(|n| n as f64 / codes.len() as f64).collect();
        self.loss.prior_scores(&shares)
    }

    fn slopes(&self, scores: &[Vec<f64>], codes: &[usize]) -> Vec<Slope> {
        self.loss.slopes(scores, codes)
    }

    fn columns(&self, x: ArrayView2<'_, f32>) -> Result<Binned, FitError> {
        Binned::new(x)
    }

    fn roots(&self, binned: &Binned, rows: &[u32], slopes: &[Slope]) -> Vec<Root> {
        let encode = |slope: &Slope| {
            let gradient = |&row: &u32| slope.negative_gradient[row as usize];
            let largest = rows
                .iter()
                .map(gradient)
                .fold(0.0, |max: f64, g| max.max(g.abs()));
            let format = FixedPoint::new(rows.len(), largest);
            let payloads = rows.iter().map(|row| format.encode(gradient(row)));
            (format, payloads.collect())
        };
        let encoded: Vec<(FixedPoint, Vec<i64>)> = slopes.par_iter().map(encode).collect();
        let payloads: Vec<&[i64]> = encoded.iter().map(|(_, payloads)| &payloads[..]).collect();
        let growth = self.growth(binned, rows.len());
        let histograms = root_histograms(binned, &growth, rows, &payloads);
        let root = |((format, payloads), histograms)| Root {
            format,
            payloads,
            histograms,
        };
        encoded.into_iter().zip(histograms).map(root).collect()
    }

    fn grow(
        &self,
        binned: &Binned,
        rows: &[u32],
        (slope, root): (&Slope, Root),
        rng: &mut Rng,
    ) -> Result<Grown, FitError> {
        let target = GradientTarget {
            format: root.format,
            improvement: self.params.criterion,
        };
        let growth = self.growth(binned, rows.len());
        let samples = Samples {
            rows: rows.to_vec(),
            payloads: root.payloads,
        };
        let mut leaf_of_row = vec![0; binned.matrix.n_samples()];
        let mut tree = grow(
            &target,
            binned,
            (samples, root.histograms),
            &growth,
            rng,
            Some(&mut leaf_of_row),
        );
        let ccp_alpha = self.params.shape.ccp_alpha;
        if ccp_alpha > 0.0 {
            move_to_pruned(&mut tree, ccp_alpha, &mut leaf_of_row);
        }
        let mut sums = vec![(0.0, 0.0); tree.nodes.len()];
        for &row in rows {
            let (gradient, hessian) = &mut sums[leaf_of_row[row as usize] as usize];
            *gradient += slope.negative_gradient[row as usize];
            *hessian += slope.hessian[row as usize];
        }
        let step = |&(gradient, hessian): &(f64, f64)| {
            if hessian.abs() < 1e-150 {
                0.0
            } else {
                self.factor * gradient / hessian
            }
        };
        Ok(Grown {
            values: sums.iter().map(step).collect(),
            tree,
            category_sets: Vec::new(),
            leaf_of_row,
        })
    }

    fn add_importances(&self, tree: &Tree, importances: &mut [f64]) {
        tree.add_importances(importances);
    }
}

/// Prunes the tree and moves rows of collapsed subtrees to the node that remains.
fn move_to_pruned(tree: &mut Tree, ccp_alpha: f64, leaf_of_row: &mut [u32]) {
    let mut full = std::mem::take(tree);
    let n_nodes = full.nodes.len();
    // The values carry each node's old index through the pruning.
    full.values = (0..n_nodes).map(|idx| idx as f64).collect();
    let before = full.nodes.clone();
    full.prune(ccp_alpha);
    let mut new_idx = vec![u32::MAX; n_nodes];
    for (new, old) in (0..).zip(&full.values) {
        new_idx[*old as usize] = new;
    }
    for (idx, node) in before.iter().enumerate() {
        if !node.is_leaf() {
            for child in [node.left, node.right] {
                if new_idx[child as usize] == u32::MAX {
                    new_idx[child as usize] = new_idx[idx];
                }
            }
        }
    }
    for leaf in leaf_of_row {
        *leaf = new_idx[*leaf as usize];
    }
    full.values.clear();
    *tree = full;
}

impl Classifier for GradientBoostingValidParams {
    type Model = Boosted;

    const PATH: &'static [&'static str] = &["n_estimators"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Boosted, FitError> {
        fit_all_stages(self, x, codes, encoding)
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        train_in_stages(path, data, ledger)
    }
}

impl Staged for GradientBoostingValidParams {
    fn n_stages(&self) -> usize {
        self.n_estimators
    }

    fn fit_stages(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
        ends: &[usize],
        reached: &mut dyn FnMut(Boosted),
    ) -> Result<(), FitError> {
        let n_classes = encoding.n_classes();
        if self.loss == BoostingLoss::Exponential && n_classes > 2 {
            return Err(ParamError::unsupported(
                GradientBoostingParams::ESTIMATOR,
                "loss=exponential",
                format!("it is defined for two classes, the data has {n_classes}"),
            )
            .into());
        }
        let is_multinomial = n_classes > 2;
        let loss = match self.loss {
            BoostingLoss::LogLoss => Loss::Log,
            BoostingLoss::Exponential => Loss::Exponential,
        };
        let grower = GradientTrees {
            params: self,
            factor: if is_multinomial {
                (n_classes - 1) as f64 / n_classes as f64
            } else {
                1.0
            },
            loss,
        };
        let stages = Stages {
            loss,
            learning_rate: self.learning_rate,
            subsample: self.subsample,
            starts_at_zero: self.init == Some(BoostingInit::Zero),
            zero_is_second: true,
            held_back: self.n_iter_no_change.map(|_| Share {
                estimator: GradientBoostingParams::ESTIMATOR,
                amount: Amount::Share(self.validation_fraction),
            }),
            needs_every_class: true,
            watched: Watched::Loss,
            patience: match self.n_iter_no_change {
                // scikit-learn's loss of two classes is twice the log loss here.
                Some(n) if loss == Loss::Log && !is_multinomial => Patience::Recent {
                    n,
                    tol: self.tol / 2.0,
                },
                Some(n) => Patience::Recent { n, tol: self.tol },
                None => Patience::None,
            },
            class_weights: None,
            seed: self.seed,
        };
        stages.fit(x, (encoding, codes), &grower, ends, reached)
    }
}
