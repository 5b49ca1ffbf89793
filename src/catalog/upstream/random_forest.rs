//! `linfa::RandomForest`: linfa-ensemble's forest of linfa-trees' trees, in `f32`.
//!
//! It is not Breiman's: features are drawn once a tree, not at each split, and with replacement,
//! so that `feature_proportion` 1 still leaves out about 37 % of them. The bootstrap takes our
//! seed. Tied votes go by the order of a `HashMap`, so that even one model asked twice answers
//! differently; the trees differ from fit to fit as those of `linfa::DecisionTree` do.

use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_ensemble::{RandomForest, RandomForestParams};
use ndarray::{Array1, ArrayView1, ArrayView2};

use super::decision_tree::{TREE_PARAMS, growing_s, tree_params};
use super::guard::guarded;
use super::ranges::{at_least_one, proportion};
use crate::estimators::erased::erase;
use crate::estimators::info::Fitted;
use crate::catalog::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, RANDOM_STATE, keep_all,
};
use crate::estimators::{FitError, FitInfo};
use crate::numeric::rng::{Rng, stream};

/// The subject as the registry lists it.
pub static RANDOM_FOREST: EstimatorSpec = EstimatorSpec {
    name: "linfa::RandomForest",
    family: Family::Linfa,
    summary: "forest of linfa-ensemble: bagged trees, features drawn once a tree",
    params: &[
        ParamSpec::new("ensemble_size", &[Kind::Int], "1", "trees"),
        ParamSpec::new(
            "bootstrap_proportion",
            &[Kind::Float],
            "1.0",
            "rows drawn for each tree, with replacement, as a share of all",
        ),
        ParamSpec::new(
            "feature_proportion",
            &[Kind::Float],
            "1.0",
            "features drawn for each tree, with replacement, as a share of all",
        ),
        TREE_PARAMS[0],
        TREE_PARAMS[1],
        TREE_PARAMS[2],
        TREE_PARAMS[3],
        TREE_PARAMS[4],
        RANDOM_STATE,
    ],
    canonicalise: keep_all,
    build: |args| {
        let params =
            RandomForestParams::new_fixed_rng(tree_params(args)?, stream(args.seed()?, &[]))
                .ensemble_size(at_least_one(args, "ensemble_size")?)
                .bootstrap_proportion(proportion(args, "bootstrap_proportion")?)
                .feature_proportion(proportion(args, "feature_proportion")?);
        Ok(guarded("linfa-ensemble", erase(Subject(params))))
    },
    cost,
};

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let n_trees = args.float("ensemble_size");
    let n_rows = shape.n_train as f64 * args.float("bootstrap_proportion");
    let n_features = shape.n_features as f64 * args.float("feature_proportion");
    let cells = n_rows * n_features;
    Cost {
        cpu_s: n_trees * (growing_s(args, n_rows, n_features) + 5.0e-9 * cells),
        // Both data sets in full, the bootstrap's rows before and after its columns are chosen,
        // and the sorted columns.
        memory_bytes: (4.0 * (shape.n_train + shape.n_test) as f64 * shape.n_features as f64
            + 4.0 * n_rows * shape.n_features as f64
            + 20.0 * cells) as u64,
    }
}

struct Subject(RandomForestParams<f32, usize, Rng>);

struct FittedSubject {
    model: RandomForest<f32, usize>,
    n_features: usize,
}

impl<'x> Fit<ArrayView2<'x, f32>, ArrayView1<'_, usize>, FitError> for Subject {
    type Object = FittedSubject;

    /// Copies the data: upstream fits owned arrays only.
    fn fit(
        &self,
        data: &DatasetBase<ArrayView2<'x, f32>, ArrayView1<'_, usize>>,
    ) -> Result<FittedSubject, FitError> {
        let owned = DatasetBase::new(data.records().to_owned(), data.targets().to_owned());
        Ok(FittedSubject {
            model: self.0.fit(&owned)?,
            n_features: data.records().ncols(),
        })
    }
}

impl<'x> PredictInplace<ArrayView2<'x, f32>, Array1<usize>> for FittedSubject {
    /// Copies the rows: upstream predicts owned arrays only.
    fn predict_inplace(&self, x: &ArrayView2<'x, f32>, y: &mut Array1<usize>) {
        self.model.predict_inplace(&x.to_owned(), y);
    }

    fn default_target(&self, x: &ArrayView2<'x, f32>) -> Array1<usize> {
        Array1::default(x.nrows())
    }
}

impl Fitted for FittedSubject {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn fit_info(&self) -> FitInfo {
        let n_leaves: usize = self.model.models.iter().map(|tree| tree.num_leaves()).sum();
        FitInfo {
            details: BTreeMap::from([
                ("n_trees".to_owned(), self.model.models.len() as f64),
                ("n_leaves".to_owned(), n_leaves as f64),
            ]),
            ..FitInfo::default()
        }
    }
}
