//! Breiman's random forest ("Random forests", 2001) as scikit-learn has it: each tree is grown
//! on a bootstrap sample, drawing √n features per node, and votes with the class shares of its
//! leaves. Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006) are the same forest with a
//! random threshold of each feature and, by default, all samples in every tree.
//!
//! A bootstrap sample is kept as rows with multiplicities, so that a tree handles the 63 % of
//! rows that were drawn, not all of them. Every tree has random streams of its own, from which
//! the same forest follows whatever the number of threads.

use ndarray::ArrayView2;
use rand::Rng as _;
use rayon::prelude::*;

use super::class_weight::ForestClassWeight;
use super::model::{RandomForest, Voter};
use super::params::{ExtraTreesValidParams, RandomForestValidParams, Recipe};
use super::path::fit_path;
use crate::FitError;
use crate::classifier::Classifier;
use crate::hist::Binned;
use crate::multiclass::{ClassEncoding, argmax, class_counts};
use crate::path::{Ledger, PathData};
use crate::tree::{
    Amount, ClassSample, ClassTarget, Samples, Target as _, TreeShape, all_samples, class_order,
    drop_weightless, grow,
};
use fashion_bench_numeric::rng::stream;

/// Implements a forest's traits for its checked parameters.
macro_rules! forests {
    ($($valid:ty;)+) => {
        $(impl Classifier for $valid {
            type Model = RandomForest;

            const ACCEPTS_ONE_CLASS: bool = true;

            const CHECKS_VALUES: bool = true;

            const PATH: &'static [&'static str] = &["max_depth", "n_estimators"];

            fn fit_codes(
                &self,
                x: ArrayView2<'_, f32>,
                codes: &[usize],
                encoding: ClassEncoding,
            ) -> Result<RandomForest, FitError> {
                self.recipe().fit(x, codes, &encoding)
            }

            fn fit_path(
                path: &[Self],
                data: PathData<'_>,
                ledger: &mut dyn Ledger,
            ) -> Result<(), FitError> {
                let recipes: Vec<Recipe<'_>> = path.iter().map(Self::recipe).collect();
                fit_path(&recipes, data, ledger)
            }
        })+
    };
}

forests! {
    RandomForestValidParams;
    ExtraTreesValidParams;
}

impl Recipe<'_> {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: &ClassEncoding,
    ) -> Result<RandomForest, FitError> {
        let trainer = self.trainer(x, codes, encoding)?;
        let places = (0..self.n_estimators as u64).into_par_iter();
        let trees = places.map(|tree_idx| trainer.tree(tree_idx, self.shape.max_depth).voter);
        Ok(trainer.forest(x, codes, trees.collect()))
    }

    /// Prepares for the growing of trees.
    pub(super) fn trainer<'a>(
        &'a self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: &'a ClassEncoding,
    ) -> Result<Trainer<'a>, FitError> {
        let (n_samples, n_features) = x.dim();
        let estimator = self.estimator;
        let counts = class_counts(codes, encoding.n_classes());
        let order = class_order(codes);
        let mut binned = Binned::in_order(x, &order)?;
        let n_searched = self.shape.max_features.of(n_features);
        let signs = self
            .monotonic_cst
            .map(|constraints| constraints.signs(n_features, encoding.n_classes(), estimator))
            .transpose()?;
        if n_searched < n_features {
            // Large nodes read few columns of many samples. (60,000 × 784, ten trees, CPU seconds:
            // depth 10 0.55 -> 0.52, depth 50 1.03 -> 0.97. It costs 0.016 s once and as much
            // memory as the bins.)
            binned.matrix.keep_columns();
        }
        let n_drawn = self.max_samples.of(n_samples, estimator)?;
        let weights = self
            .class_weight
            .rule()
            .of_counts(estimator, encoding, &counts)?;
        Ok(Trainer {
            recipe: self,
            encoding,
            shared: self.target(weights, n_drawn).with_signs(signs.clone()),
            signs,
            samples: all_samples(codes, &order)?,
            order,
            n_drawn,
            binned,
        })
    }

    fn target(&self, class_weights: Vec<f64>, n_drawn: usize) -> ClassTarget {
        let has_least_leaf = self.shape.min_samples_leaf != Amount::Count(1);
        ClassTarget::new(
            self.criterion,
            class_weights,
            n_drawn,
            self.bootstrap && has_least_leaf,
        )
    }
}

/// What all trees of a forest share while they are grown.
pub(super) struct Trainer<'a> {
    recipe: &'a Recipe<'a>,
    encoding: &'a ClassEncoding,
    shared: ClassTarget,
    /// The directions of the monotonic constraints.
    signs: Option<Vec<i8>>,
    samples: Samples<ClassSample>,
    /// The row of the training data of each sample.
    order: Vec<usize>,
    n_drawn: usize,
    binned: Binned,
}

/// A tree, and how deep it was before it was pruned.
pub(super) struct Grown {
    pub voter: Voter,
    pub depth: usize,
}

impl Trainer<'_> {
    /// Returns how often each row is in the bag of a tree.
    fn bag(&self, tree_idx: u64) -> Vec<u16> {
        let n_samples = self.samples.rows.len();
        if !self.recipe.bootstrap {
            return vec![1; n_samples];
        }
        let mut rng = stream(self.recipe.seed, &[tree_idx, 0]);
        let mut bag = vec![0u16; n_samples];
        for _ in 0..self.n_drawn {
            let row = &mut bag[rng.gen_range(0..n_samples)];
            *row = row.saturating_add(1);
        }
        bag
    }

    /// Grows one tree on its bag, to a depth that may be another than that of the parameters.
    pub(super) fn tree(&self, tree_idx: u64, max_depth: Option<usize>) -> Grown {
        let n_samples = self.samples.rows.len();
        let bag = self.bag(tree_idx);
        let all = self.samples.rows.iter().zip(&self.samples.payloads);
        let (rows, payloads): (Vec<_>, Vec<_>) = all
            .zip(self.order.iter().map(|&row| bag[row]))
            .filter(|&(_, count)| count > 0)
            .map(|((&row, &sample), count)| (row, ClassSample { count, ..sample }))
            .unzip();
        let mut counts = vec![0; self.encoding.n_classes()];
        for sample in &payloads {
            counts[usize::from(sample.class)] += usize::from(sample.count);
        }
        let class_weight = self.recipe.class_weight;
        let weights = class_weight.rule().of_bag(self.encoding, &counts);
        let mut samples = Samples { rows, payloads };
        drop_weightless(&mut samples, &weights);
        let own = (*class_weight == ForestClassWeight::BalancedSubsample).then(|| {
            let target = self.recipe.target(weights, self.n_drawn);
            target.with_signs(self.signs.clone())
        });
        let target = own.as_ref().unwrap_or(&self.shared);
        let weight = target.weight(&target.totals(&samples.payloads));
        let n_features = self.binned.features.len();
        let shape = TreeShape {
            max_depth,
            ..*self.recipe.shape
        };
        let growth = shape.growth(self.recipe.splitter, n_samples, weight, n_features);
        let mut rng = stream(self.recipe.seed, &[tree_idx, 1]);
        let mut tree = grow(
            target,
            &self.binned,
            (samples, None),
            &growth,
            &mut rng,
            None,
        );
        let depth = tree.depth();
        tree.prune(self.recipe.shape.ccp_alpha);
        Grown {
            voter: Voter::new(&tree, n_features),
            depth,
        }
    }

    /// Makes a forest of trees that were grown on rows `x` of these classes.
    pub(super) fn forest(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        trees: Vec<Voter>,
    ) -> RandomForest {
        let scores = self.recipe.oob_score;
        let oob_accuracy = scores.then(|| self.oob_accuracy(x, codes, &trees));
        let n_features = self.binned.features.len();
        RandomForest::new(trees, self.encoding.clone(), n_features, oob_accuracy)
    }

    /// Returns the accuracy of out-of-bag votes: each row's are those of the trees that did not see
    /// it. A row that every tree saw counts as class 0, as in scikit-learn.
    fn oob_accuracy(&self, x: ArrayView2<'_, f32>, codes: &[usize], trees: &[Voter]) -> f64 {
        let n_classes = self.encoding.n_classes();
        let x = x.as_standard_layout();
        let mut votes = vec![0.0; codes.len() * n_classes];
        for (tree_idx, tree) in (0..).zip(trees) {
            let bag = self.bag(tree_idx);
            votes
                .par_chunks_exact_mut(n_classes)
                .with_min_len(256)
                .enumerate()
                .filter(|&(row, _)| bag[row] == 0)
                .for_each(|(row, votes)| {
                    tree.vote(&[x.row(row).to_slice().expect("row-major")], votes);
                });
        }
        let right = votes
            .chunks_exact(n_classes)
            .zip(codes)
            .filter(|(votes, code)| argmax(votes) == **code);
        right.count() as f64 / codes.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use linfa::DatasetBase;
    use linfa::traits::{Fit as _, Predict as _};
    use ndarray::{Array1, Array2, ArrayView1, array};
    use rand::Rng as _;

    use crate::ClassWeight;
    use crate::forest::RandomForest;
    use crate::tree::{ExtraTree, MonotonicConstraints};
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn a_class_without_weight_is_never_predicted_even_where_a_bag_has_no_other() {
        let x = array![[0.0_f32], [1.0], [2.0], [3.0]];
        let data = DatasetBase::new(x.clone(), array![2_usize, 5, 5, 5]);
        let weight = ClassWeight::ByLabel(BTreeMap::from([(5_usize.into(), 0.0)]));
        let forest = RandomForest::params().class_weight(weight.into());
        let model = forest.n_estimators(30).seed(1).fit(&data).unwrap();
        assert_eq!(model.predict(&x), array![2, 2, 2, 2]);
    }

    #[test]
    fn the_second_class_gets_no_less_likely_with_a_feature_of_direction_1() {
        let mut rng = stream(8, &[]);
        let x = Array2::from_shape_simple_fn((300, 2), || rng.r#gen::<f32>());
        let label =
            |row: ArrayView1<'_, f32>| usize::from(row[0] + row[1] + rng.r#gen::<f32>() > 1.5);
        let y: Array1<usize> = x.rows().into_iter().map(label).collect();
        let data = DatasetBase::new(x, y);
        let along = |column: usize| {
            Array2::from_shape_fn((200, 2), |(row, place)| {
                let at = row as f32 / 200.0;
                if place == column { at } else { 0.5 }
            })
        };
        for (column, sign) in [(0, 1), (1, -1)] {
            let mut signs = vec![0, 0];
            signs[column] = sign;
            let signs = Some(MonotonicConstraints(signs));
            let forest = RandomForest::params().n_estimators(10).seed(2);
            let forest = forest.monotonic_cst(signs.clone()).fit(&data).unwrap();
            let extra = ExtraTree::params().seed(2).monotonic_cst(signs);
            let extra = extra.fit(&data).unwrap();
            for labels in [
                forest.predict(&along(column)),
                extra.predict(&along(column)),
            ] {
                let mut labels = labels.to_vec();
                if sign == -1 {
                    labels.reverse();
                }
                assert!(labels.is_sorted(), "{sign}: {labels:?}");
            }
        }
    }
}
