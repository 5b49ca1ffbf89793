//! Fitting a single tree: CART (Breiman et al. 1984), and the extra tree of Geurts, Ernst and
//! Wehenkel (2006), as scikit-learn has them.
//!
//! Departures: features with more than 256 distinct values are binned by quantiles, so that
//! thresholds lie between bins; equal splits are decided by a seeded order of features, which is
//! another one than scikit-learn's for the same seed.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};

use linfa::dataset::AsSingleTargets;

use super::class_target::{ClassSample, ClassTarget};
use super::grow::{Samples, grow};
use super::model::DecisionTree;
use super::params::DecisionTreeValidParams;
use crate::FitError;
use crate::hist::{Binned, MAX_BINS};
use crate::multiclass::{ClassEncoding, class_counts};
use fashion_bench_numeric::rng::stream;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for DecisionTreeValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = DecisionTree;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<DecisionTree, FitError> {
        let x = dataset.records().view();
        let (n_samples, n_features) = x.dim();
        if x.is_empty() {
            return Err(FitError::Empty {
                n_samples,
                n_features,
            });
        }
        let (encoding, codes) = ClassEncoding::new(dataset.targets().as_single_targets());
        let counts = class_counts(&codes, encoding.n_classes());
        let weights = self.class_weight.of(&encoding, &counts);
        let weight = counts
            .iter()
            .zip(&weights)
            .map(|(&n, w)| n as f64 * w)
            .sum();
        let growth =
            self.shape
                .growth(self.splitter, n_samples, weight, n_features, self.estimator)?;
        let order = class_order(&codes);
        let binned = Binned::in_order(x, &order, MAX_BINS)?;
        let target = ClassTarget::new(self.criterion, weights, n_samples, false);
        let samples = all_samples(&codes, &order)?;
        let mut rng = stream(self.seed, &[]);
        let mut tree = grow(&target, &binned, samples, &growth, &mut rng, None);
        tree.prune(self.shape.ccp_alpha);
        Ok(DecisionTree::new(tree, encoding, n_features))
    }
}

/// Rows in the order of their classes. Samples of a node keep their order when it is split, so that
/// those of a class lie side by side in every node.
pub(crate) fn class_order(codes: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&row| codes[row]);
    order
}

/// Every row once, in this order.
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
