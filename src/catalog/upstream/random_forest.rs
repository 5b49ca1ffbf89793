//! `linfa::RandomForest`: linfa-ensemble's forest of linfa-trees' trees, in `f32`.
//!
//! It is not Breiman's: features are drawn once per tree, not at each split, and with replacement,
//! so that `feature_proportion` 1 still leaves out about 37 % of them. The bootstrap takes our
//! seed. Tied votes go by the order of a `HashMap`, so that even one model asked twice answers
//! differently; the trees differ from fit to fit as those of `linfa::DecisionTree` do.

use std::collections::BTreeMap;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_ensemble::{RandomForest, RandomForestParams};
use ndarray::{Array1, ArrayView1, ArrayView2};

use super::decision_tree::TreeSettings;
use super::guard::fit_guarded;
use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::classifier::{Classifier, FittedClassifier};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::finite::NotFinite;
use crate::estimators::multiclass::ClassEncoding;
use crate::estimators::parameters::{Interval, ParamValue, Parameters};
use crate::estimators::{FitError, FitInfo, ParamError, parameters};
use crate::numeric::rng::{Rng, stream};

const CRATE: &str = "linfa-ensemble";

parameters! {
    /// Parameters of linfa-ensemble's random forest.
    pub struct LinfaRandomForestParams => LinfaRandomForestValidParams: "linfa::RandomForest" {
        /// trees
        ensemble_size: usize = 1, in Interval::at_least(1);
        /// rows drawn for each tree, with replacement, as a share of all
        bootstrap_proportion: f64 = 1.0, in Interval::SHARE;
        /// features drawn for each tree, with replacement, as a share of all
        feature_proportion: f64 = 1.0, in Interval::SHARE;
    }
    groups {
        /// how each tree grows
        tree: TreeSettings = TreeSettings::default();
    }
    seed ParamValue::Null;
    check check_tree;
}

fn check_tree(params: &LinfaRandomForestValidParams) -> Result<(), ParamError> {
    params
        .tree
        .check_decrease(LinfaRandomForestParams::ESTIMATOR)
}

impl Entry for LinfaRandomForestParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str =
        "forest of linfa-ensemble: bagged trees, features drawn once per tree";

    fn cost(params: &LinfaRandomForestValidParams, shape: &DataShape) -> Cost {
        let n_trees = params.ensemble_size as f64;
        let n_rows = shape.n_train as f64 * params.bootstrap_proportion;
        let n_features = shape.n_features as f64 * params.feature_proportion;
        let cells = n_rows * n_features;
        Cost {
            cpu_s: n_trees * (params.tree.growing_s(n_rows, n_features) + 5.0e-9 * cells),
            // Both data sets in full, the bootstrap's rows before and after its columns are chosen,
            // and the sorted columns.
            memory_bytes: (4.0 * (shape.n_train + shape.n_test) as f64 * shape.n_features as f64
                + 4.0 * n_rows * shape.n_features as f64
                + 20.0 * cells) as u64,
        }
    }
}

impl Estimator for LinfaRandomForestValidParams {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        let rng = stream(self.seed, &[]);
        let params = RandomForestParams::new_fixed_rng(self.tree.to_linfa(), rng)
            .ensemble_size(self.ensemble_size)
            .bootstrap_proportion(self.bootstrap_proportion)
            .feature_proportion(self.feature_proportion);
        fit_guarded(CRATE, &Subject(params), x, y)
    }
}

struct Subject(RandomForestParams<f32, usize, Rng>);

struct FittedSubject {
    model: RandomForest<f32, usize>,
    encoding: ClassEncoding,
    n_features: usize,
}

impl Classifier for Subject {
    type Model = FittedSubject;

    /// Copies the data: upstream fits owned arrays only.
    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<FittedSubject, FitError> {
        let owned = DatasetBase::new(x.to_owned(), Array1::from(codes.to_vec()));
        Ok(FittedSubject {
            model: self.0.fit(&owned)?,
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

    /// Copies the rows: upstream predicts owned arrays only.
    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        self.model.predict_inplace(&x.to_owned(), labels);
        self.encoding.decode(labels);
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
