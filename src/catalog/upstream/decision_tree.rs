//! `linfa::DecisionTree`: linfa-trees' classification tree, in `f32`.
//!
//! Its predictions differ from one fit to the next: impurities are summed, and the modal class is
//! chosen, in the order of a `HashMap`.

use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_trees::{DecisionTree, DecisionTreeParams, SplitQuality};
use ndarray::{Array1, ArrayView1, ArrayView2};

use super::guard::guarded;
use super::ranges::{float_where, not_negative};
use crate::estimators::erased::erase;
use crate::estimators::info::Fitted;
use crate::catalog::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, keep_all,
};
use crate::estimators::{FitError, FitInfo, ParamError};

/// The subject as the registry lists it.
pub static DECISION_TREE: EstimatorSpec = EstimatorSpec {
    name: "linfa::DecisionTree",
    family: Family::Linfa,
    summary: "decision tree of linfa-trees",
    params: &TREE_PARAMS,
    canonicalise: keep_all,
    build: |args| Ok(guarded("linfa-trees", erase(Subject(tree_params(args)?)))),
    cost,
};

/// The parameters of a tree, alone or in a forest.
pub const TREE_PARAMS: [ParamSpec; 5] = [
    ParamSpec::new(
        "split_quality",
        &[Kind::Choice(&["gini", "entropy"])],
        "\"gini\"",
        "impurity that splits reduce",
    )
    .with_synonyms(&[("Gini", "gini"), ("Entropy", "entropy")]),
    ParamSpec::new(
        "max_depth",
        &[Kind::Int, Kind::Null],
        "null",
        "depth at which nodes become leaves; null for no limit",
    ),
    ParamSpec::new(
        "min_weight_split",
        &[Kind::Float],
        "2.0",
        "rows a node needs to be split",
    ),
    ParamSpec::new(
        "min_weight_leaf",
        &[Kind::Float],
        "1.0",
        "rows that each side of a split needs",
    ),
    ParamSpec::new(
        "min_impurity_decrease",
        &[Kind::Float],
        "0.00001",
        "impurity decrease a split needs; of the node itself, not weighted by its share of the rows",
    ),
];

/// Upstream's parameters from ours.
pub fn tree_params(args: &Args<'_>) -> Result<DecisionTreeParams<f32, usize>, ParamError> {
    let split_quality = match args.choice("split_quality") {
        Some("entropy") => SplitQuality::Entropy,
        _ => SplitQuality::Gini,
    };
    let min_impurity_decrease = float_where(
        args,
        "min_impurity_decrease",
        "a number in [1.2e-7, inf) (linfa's lower bound is the f32 epsilon)",
        |value| value as f32 >= f32::EPSILON,
    )?;
    Ok(DecisionTree::params()
        .split_quality(split_quality)
        .max_depth(args.opt_count("max_depth")?)
        .min_weight_split(not_negative(args, "min_weight_split")? as f32)
        .min_weight_leaf(not_negative(args, "min_weight_leaf")? as f32)
        .min_impurity_decrease(min_impurity_decrease as f32))
}

/// Core-seconds to grow a tree on `n_rows` × `n_features`, fitted to depths 1, 3, 6 and 10 on
/// 60,000 × 784 (1.7, 4.9, 12.4 and 54 s): a level scores every row, and each node, however few
/// rows it holds, walks over those of the whole data set.
pub fn growing_s(args: &Args<'_>, n_rows: f64, n_features: f64) -> f64 {
    let most_nodes = n_rows / 8.0;
    let (n_levels, n_nodes) = match args.json("max_depth").as_f64() {
        Some(depth) => (depth, (0.9 * depth).exp2().min(most_nodes)),
        None => (1.2 * n_rows.max(2.0).log2(), most_nodes),
    };
    n_rows * n_features * (1.0e-8 + 3.1e-8 * n_levels + 1.5e-9 * n_nodes)
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let (n_rows, n_features) = (shape.n_train as f64, shape.n_features as f64);
    Cost {
        cpu_s: growing_s(args, n_rows, n_features),
        // A sorted copy of every column, a pair of index and value each.
        memory_bytes: (16.0 * n_rows * n_features) as u64,
    }
}

struct Subject(DecisionTreeParams<f32, usize>);

struct FittedSubject {
    model: DecisionTree<f32, usize>,
    n_features: usize,
}

impl<'x> Fit<ArrayView2<'x, f32>, ArrayView1<'_, usize>, FitError> for Subject {
    type Object = FittedSubject;

    fn fit(
        &self,
        data: &DatasetBase<ArrayView2<'x, f32>, ArrayView1<'_, usize>>,
    ) -> Result<FittedSubject, FitError> {
        Ok(FittedSubject {
            model: self.0.fit(data)?,
            n_features: data.records().ncols(),
        })
    }
}

impl<'x> PredictInplace<ArrayView2<'x, f32>, Array1<usize>> for FittedSubject {
    fn predict_inplace(&self, x: &ArrayView2<'x, f32>, y: &mut Array1<usize>) {
        self.model.predict_inplace(x, y);
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
        // A tree that is one leaf has importances 0/0.
        let importances = self.model.feature_importance();
        let is_finite = importances.iter().all(|value| value.is_finite());
        FitInfo {
            feature_importances: if is_finite { importances } else { Vec::new() },
            details: BTreeMap::from([
                ("n_leaves".to_owned(), self.model.num_leaves() as f64),
                ("depth".to_owned(), self.model.max_depth() as f64),
            ]),
            ..FitInfo::default()
        }
    }
}
