//! `linfa::DecisionTree`: linfa-trees' classification tree, in `f32`.
//!
//! Its predictions differ from one fit to the next: impurities are summed, and the modal class is
//! chosen, in the order of a `HashMap`.

use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_trees::{DecisionTree, DecisionTreeParams};
use ndarray::{Array1, ArrayView1, ArrayView2};

use super::guard::fit_guarded;
use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::classifier::{Classifier, FittedClassifier};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::finite::NotFinite;
use crate::estimators::multiclass::ClassEncoding;
use crate::estimators::parameters::{Interval, Parameters};
use crate::estimators::{FitError, FitInfo, ParamError, choices, parameter_group, parameters};

const CRATE: &str = "linfa-trees";

choices! {
    /// Impurity that splits reduce.
    pub enum SplitQuality {
        /// Gini's.
        Gini = "gini" | "Gini",
        /// Shannon's entropy.
        Entropy = "entropy" | "Entropy",
    }
}

parameter_group! {
    /// The parameters of a tree, alone or in a forest.
    pub struct TreeSettings {
        /// impurity that splits reduce
        split_quality: SplitQuality = SplitQuality::Gini;
        /// depth at which nodes become leaves; null for no limit
        max_depth: Option<usize> = None;
        /// rows a node needs to be split
        min_weight_split: f64 = 2.0, in Interval::NOT_NEGATIVE;
        /// rows that each side of a split needs
        min_weight_leaf: f64 = 1.0, in Interval::NOT_NEGATIVE;
        /// impurity decrease a split needs; of the node itself, not weighted by its share of the rows
        min_impurity_decrease: f64 = 0.00001, in Interval::POSITIVE;
    }
}

impl TreeSettings {
    /// Upstream's parameters.
    pub fn to_linfa(&self) -> DecisionTreeParams<f32, usize> {
        DecisionTree::params()
            .split_quality(match self.split_quality {
                SplitQuality::Gini => linfa_trees::SplitQuality::Gini,
                SplitQuality::Entropy => linfa_trees::SplitQuality::Entropy,
            })
            .max_depth(self.max_depth)
            .min_weight_split(self.min_weight_split as f32)
            .min_weight_leaf(self.min_weight_leaf as f32)
            .min_impurity_decrease(self.min_impurity_decrease as f32)
    }

    /// Checks that upstream can tell the decrease from none, as it does in `f32`.
    ///
    /// # Errors
    /// [`ParamError::Value`] if it lies below the epsilon of `f32`.
    pub fn check_decrease(&self, estimator: &'static str) -> Result<(), ParamError> {
        let decrease = self.min_impurity_decrease;
        if decrease as f32 >= f32::EPSILON {
            return Ok(());
        }
        let expected = "a number in [1.2e-7, inf) (linfa's lower bound is the f32 epsilon)";
        Err(ParamError::value(
            estimator,
            "min_impurity_decrease",
            expected,
            decrease,
        ))
    }

    /// Core-seconds to grow a tree on `n_rows` × `n_features`, fitted to depths 1, 3, 6 and 10 on
    /// 60,000 × 784 (1.7, 4.9, 12.4 and 54 s): a level scores every row, and each node, however few
    /// rows it holds, walks over those of the whole data set.
    pub fn growing_s(&self, n_rows: f64, n_features: f64) -> f64 {
        let most_nodes = n_rows / 8.0;
        let (n_levels, n_nodes) = match self.max_depth {
            Some(depth) => (depth as f64, (0.9 * depth as f64).exp2().min(most_nodes)),
            None => (1.2 * n_rows.max(2.0).log2(), most_nodes),
        };
        n_rows * n_features * (1.0e-8 + 3.1e-8 * n_levels + 1.5e-9 * n_nodes)
    }
}

parameters! {
    /// Parameters of linfa-trees' decision tree.
    pub struct LinfaDecisionTreeParams => LinfaDecisionTreeValidParams: "linfa::DecisionTree" {}
    groups {
        /// how the tree grows
        tree: TreeSettings = TreeSettings::default();
    }
    check check_tree;
}

fn check_tree(params: &LinfaDecisionTreeValidParams) -> Result<(), ParamError> {
    params
        .tree
        .check_decrease(LinfaDecisionTreeParams::ESTIMATOR)
}

impl Entry for LinfaDecisionTreeParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str = "decision tree of linfa-trees";

    fn cost(params: &LinfaDecisionTreeValidParams, shape: &DataShape) -> Cost {
        let (n_rows, n_features) = (shape.n_train as f64, shape.n_features as f64);
        Cost {
            cpu_s: params.tree.growing_s(n_rows, n_features),
            // A sorted copy of every column, a pair of index and value each.
            memory_bytes: (16.0 * n_rows * n_features) as u64,
        }
    }
}

impl Estimator for LinfaDecisionTreeValidParams {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        fit_guarded(CRATE, &Subject(self.tree.to_linfa()), x, y)
    }
}

struct Subject(DecisionTreeParams<f32, usize>);

struct FittedSubject {
    model: DecisionTree<f32, usize>,
    encoding: ClassEncoding,
    n_features: usize,
}

impl Classifier for Subject {
    type Model = FittedSubject;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<FittedSubject, FitError> {
        let data = DatasetBase::new(x, ArrayView1::from(codes));
        Ok(FittedSubject {
            model: self.0.fit(&data)?,
            encoding,
            n_features: x.ncols(),
        })
    }
}

impl FittedClassifier for FittedSubject {
    /// Upstream does not show its state.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        self.model.predict_inplace(&x, labels);
        self.encoding.decode(labels);
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
