//! Parameters of `AdaBoostClassifier`.

use super::super::base_estimator::BaseEstimator;
use crate::ParamError;
use crate::parameters::{Interval, ParamValue, Parameters};
use crate::tree::DecisionTreeValidParams;

choices! {
    /// What a tree says, and how rows are weighted by it.
    pub enum AdaBoostAlgorithm {
        /// Its probabilities; deprecated in scikit-learn 1.4, and the default until 1.6.
        Real = "SAMME.R",
        /// Its classes.
        Discrete = "SAMME",
    }
}

parameters! {
    /// Parameters of [`AdaBoost`](super::AdaBoost).
    pub struct AdaBoostParams => AdaBoostValidParams: "AdaBoostClassifier" {
        /// the tree as an object from DecisionTreeClassifier or ExtraTreeClassifier to its parameters; null: a DecisionTreeClassifier of depth 1
        estimator: Option<BaseEstimator> = None;
        /// trees at most
        n_estimators: usize = 50, in Interval::at_least(1);
        /// factor on the weight of each tree
        learning_rate: f64 = 1.0, in Interval::POSITIVE;
        /// whether rows are weighted by the probabilities of a tree (SAMME.R) or by its classes
        algorithm: AdaBoostAlgorithm = AdaBoostAlgorithm::Real;
    }
    seed ParamValue::Null;
    check check_tree;
}

fn check_tree(params: &AdaBoostValidParams) -> Result<(), ParamError> {
    params.tree(0).map(|_| ())
}

impl AdaBoostValidParams {
    /// Returns the parameters of the tree number `place`.
    pub(super) fn tree(&self, place: u64) -> Result<DecisionTreeValidParams, ParamError> {
        const NAME: &str = AdaBoostParams::ESTIMATOR;
        let stump = || {
            let depth = ("max_depth", ParamValue::Int(1));
            let stump = BaseEstimator::new("DecisionTreeClassifier", [depth]);
            stump.expect("a classifier of the list")
        };
        let mut base = self.estimator.clone().unwrap_or_else(stump);
        if self.estimator.is_none() {
            crate::parameters::Parameter::take_seed(&mut base, self.seed);
        }
        let tree = base.tree(place)?.ok_or_else(|| {
            let expected = "a DecisionTreeClassifier or an ExtraTreeClassifier, which take weights \
                            of rows";
            ParamError::value(NAME, "estimator", expected, base.name())
        })?;
        if tree.monotonic_cst.is_some() {
            return Err(ParamError::unsupported(
                NAME,
                "estimator.monotonic_cst",
                "trees of weighted rows have no monotonic constraints here; leave it null",
            ));
        }
        Ok(tree)
    }
}
