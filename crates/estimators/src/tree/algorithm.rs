//! Fitting a single tree: CART (Breiman et al. 1984), and the extra tree of Geurts, Ernst and
//! Wehenkel (2006), as scikit-learn has them.
//!
//! Departures: features with more than 256 distinct values are binned by quantiles, so that
//! thresholds lie between bins; equal splits are decided by a seeded order of features, which
//! differs from scikit-learn's for the same seed.

use ndarray::ArrayView2;

use super::class_sample::ClassSample;
use super::class_target::ClassTarget;
use super::criterion::Criterion;
use super::grow::{Samples, grow};
use super::model::DecisionTree;
use super::monotonic::MonotonicConstraints;
use super::nodes::Tree;
use super::params::{
    DecisionTreeParams, DecisionTreeValidParams, ExtraTreeParams, ExtraTreeValidParams,
};
use super::path::fit_path;
use super::shape::TreeShape;
use super::splitter::Splitter;
use crate::classifier::Classifier;
use crate::hist::Binned;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use crate::path::{Ledger, PathData};
use crate::{ClassWeight, FitError};
use fashion_bench_numeric::rng::stream;

impl Classifier for DecisionTreeValidParams {
    type Model = DecisionTree;

    const ACCEPTS_ONE_CLASS: bool = true;

    const CHECKS_VALUES: bool = true;

    const PATH: &'static [&'static str] = &["criterion", "max_depth", "splitter"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<DecisionTree, FitError> {
        let ground = Ground::new(x, codes, &encoding)?;
        let tree = self.recipe().grow(&ground)?;
        Ok(self.recipe().model(tree, &ground))
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        let recipes: Vec<Recipe<'_>> = path.iter().map(Self::recipe).collect();
        fit_path(&recipes, data, ledger)
    }
}

impl DecisionTreeValidParams {
    fn recipe(&self) -> Recipe<'_> {
        Recipe {
            estimator: DecisionTreeParams::ESTIMATOR,
            criterion: self.criterion,
            splitter: self.splitter,
            shape: &self.shape,
            class_weight: &self.class_weight,
            monotonic_cst: self.monotonic_cst.as_ref(),
            seed: self.seed,
        }
    }
}

impl Classifier for ExtraTreeValidParams {
    type Model = DecisionTree;

    const ACCEPTS_ONE_CLASS: bool = true;

    const CHECKS_VALUES: bool = true;

    const PATH: &'static [&'static str] = &["criterion", "max_depth", "splitter"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<DecisionTree, FitError> {
        let ground = Ground::new(x, codes, &encoding)?;
        let tree = self.recipe().grow(&ground)?;
        Ok(self.recipe().model(tree, &ground))
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        let recipes: Vec<Recipe<'_>> = path.iter().map(Self::recipe).collect();
        fit_path(&recipes, data, ledger)
    }
}

impl ExtraTreeValidParams {
    fn recipe(&self) -> Recipe<'_> {
        Recipe {
            estimator: ExtraTreeParams::ESTIMATOR,
            criterion: self.criterion,
            splitter: self.splitter,
            shape: &self.shape,
            class_weight: &self.class_weight,
            monotonic_cst: self.monotonic_cst.as_ref(),
            seed: self.seed,
        }
    }
}

/// Binned rows, which trees of any parameters are grown on.
pub(super) struct Ground<'a> {
    codes: &'a [usize],
    encoding: &'a ClassEncoding,
    /// The rows in the order of their classes.
    order: Vec<usize>,
    binned: Binned,
}

impl<'a> Ground<'a> {
    pub fn new(
        x: ArrayView2<'_, f32>,
        codes: &'a [usize],
        encoding: &'a ClassEncoding,
    ) -> Result<Self, FitError> {
        let order = class_order(codes);
        let binned = Binned::in_order(x, &order)?;
        Ok(Self {
            codes,
            encoding,
            order,
            binned,
        })
    }
}

/// What both classifiers say of their tree.
pub(super) struct Recipe<'a> {
    estimator: &'static str,
    criterion: Criterion,
    splitter: Splitter,
    shape: &'a TreeShape,
    class_weight: &'a ClassWeight,
    monotonic_cst: Option<&'a MonotonicConstraints>,
    seed: u64,
}

impl Recipe<'_> {
    /// Grows the tree, not pruned.
    pub fn grow(&self, ground: &Ground<'_>) -> Result<Tree, FitError> {
        let (codes, encoding) = (ground.codes, ground.encoding);
        let (n_samples, n_features) = (codes.len(), ground.binned.features.len());
        let counts = class_counts(codes, encoding.n_classes());
        let weights = self
            .class_weight
            .of_counts(self.estimator, encoding, &counts)?;
        let weight = counts
            .iter()
            .zip(&weights)
            .map(|(&n, w)| n as f64 * w)
            .sum();
        let growth = self
            .shape
            .growth(self.splitter, n_samples, weight, n_features);
        let signs = self
            .monotonic_cst
            .map(|constraints| constraints.signs(n_features, encoding.n_classes(), self.estimator))
            .transpose()?;
        let mut samples = all_samples(codes, &ground.order)?;
        drop_weightless(&mut samples, &weights);
        let target = ClassTarget::new(self.criterion, weights, n_samples, false).with_signs(signs);
        let mut rng = stream(self.seed, &[]);
        let binned = &ground.binned;
        Ok(grow(
            &target,
            binned,
            (samples, None),
            &growth,
            &mut rng,
            None,
        ))
    }

    /// Prunes a tree that was grown by this recipe.
    pub fn model(&self, mut tree: Tree, ground: &Ground<'_>) -> DecisionTree {
        tree.prune(self.shape.ccp_alpha);
        let n_features = ground.binned.features.len();
        DecisionTree::new(tree, ground.encoding.clone(), n_features)
    }

    /// Returns the depth at which nodes are leaves.
    pub fn max_depth(&self) -> usize {
        self.shape.max_depth.unwrap_or(usize::MAX)
    }

    /// Whether two recipes of a path differ in nothing but their depths.
    pub fn is_same_but_for_depth(&self, other: &Self) -> bool {
        (self.criterion, self.splitter) == (other.criterion, other.splitter)
    }
}

/// Returns the rows in the order of their classes. Samples of a node keep their order when it is
/// split, so that those of a class lie side by side in every node.
pub(crate) fn class_order(codes: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&row| codes[row]);
    order
}

/// Returns every row once, in the order of `order`.
///
/// # Errors
/// [`FitError::TooManyClasses`] for class codes of more than 16 bits.
pub(crate) fn all_samples(
    codes: &[usize],
    order: &[usize],
) -> Result<Samples<ClassSample>, FitError> {
    let payloads = order
        .iter()
        .map(|&row| {
            let class = u16::try_from(codes[row]).map_err(|_| FitError::TooManyClasses {
                limit: usize::from(u16::MAX) + 1,
            })?;
            Ok(ClassSample { class, count: 1 })
        })
        .collect::<Result<_, FitError>>()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rows are counted in 32 bits"
    )]
    let rows = (0..codes.len()).map(|row| row as u32).collect();
    Ok(Samples { rows, payloads })
}

/// Drops the samples of classes without weight: as in scikit-learn, a tree is grown as if they were
/// not there, and they do not count for the fewest samples of a leaf.
pub(crate) fn drop_weightless(samples: &mut Samples<ClassSample>, class_weights: &[f64]) {
    if class_weights.iter().all(|&weight| weight != 0.0) {
        return;
    }
    let has_weight = |sample: &ClassSample| class_weights[usize::from(sample.class)] != 0.0;
    let is_kept: Vec<bool> = samples.payloads.iter().map(has_weight).collect();
    let mut kept = is_kept.iter();
    samples.rows.retain(|_| kept.next() == Some(&true));
    samples.payloads.retain(has_weight);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ndarray::{Array1, Array2, array};

    use super::*;
    use crate::tree::{DecisionTree, ExtraTree, TreeShape};
    use linfa::DatasetBase;
    use linfa::traits::{Fit as _, Predict as _};

    #[test]
    fn a_tree_is_grown_as_if_classes_without_weight_were_not_there() {
        let x = array![[0.0_f32], [1.0], [2.0], [3.0], [4.0], [5.0]];
        let data = DatasetBase::new(x.clone(), array![0_usize, 1, 0, 2, 1, 2]);
        let weight = ClassWeight::ByLabel(BTreeMap::from([(1_usize.into(), 0.0)]));
        let cart = DecisionTree::params()
            .class_weight(weight.clone())
            .fit(&data);
        let extra = ExtraTree::params().class_weight(weight).fit(&data);
        let (cart, extra) = (cart.unwrap(), extra.unwrap());
        assert_eq!(cart.tree().n_leaves(), 2);
        for tree in [cart, extra] {
            assert_eq!(tree.tree().stats[0].n_samples, 4);
            let found = tree.predict(&array![[0.0_f32], [2.0], [3.0], [5.0]]);
            assert_eq!(found, array![0, 0, 2, 2]);
        }
    }

    #[test]
    fn of_balanced_classes_that_are_equally_likely_rounding_decides_as_in_scikit_learn() {
        // scikit-learn 1.5.2, `DecisionTreeClassifier(class_weight="balanced",
        // min_impurity_decrease=1)`: sums of equal weights, one by one.
        let cases: [(&[usize], usize); 5] = [
            (&[12, 12, 1], 0),
            (&[33, 26, 39], 2),
            (&[7, 3, 5], 0),
            (&[10, 11, 12, 13], 3),
            (&[3, 7, 11], 2),
        ];
        for (counts, expected) in cases {
            let classes = counts.iter().enumerate();
            let y: Array1<usize> = classes
                .flat_map(|(class, &n)| std::iter::repeat_n(class, n))
                .collect();
            let x = Array2::from_shape_fn((y.len(), 1), |(row, _)| (row % 5) as f32);
            let tree = DecisionTree::params()
                .class_weight(ClassWeight::Balanced)
                .shape(TreeShape {
                    min_impurity_decrease: 1.0,
                    ..TreeShape::default()
                })
                .fit(&DatasetBase::new(x, y))
                .unwrap();
            assert_eq!(
                tree.predict(&array![[0.0_f32]]),
                array![expected],
                "{counts:?}"
            );
        }
    }

    #[test]
    fn no_class_with_any_weight_is_refused() {
        let data = DatasetBase::new(array![[0.0_f32], [1.0]], array![3_usize, 5]);
        let weight = ClassWeight::ByLabel(BTreeMap::from([
            (3_usize.into(), 0.0),
            (5_usize.into(), 0.0),
        ]));
        let refused = DecisionTree::params().class_weight(weight).fit(&data);
        let message = refused.unwrap_err().to_string();
        assert!(message.starts_with("the `class_weight` of DecisionTreeClassifier must be"));
    }
}
