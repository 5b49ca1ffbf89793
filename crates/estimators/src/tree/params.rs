//! Parameters of single trees: two classifiers that differ in their defaults.

use super::column_numbers::{ColumnNumbers, refuse_monotonic_cst};
use super::criterion::Criterion;
use super::max_features::MaxFeatures;
use super::shape::TreeShape;
use super::splitter::Splitter;
use crate::parameters::{ParamValue, Parameters};
use crate::{ClassWeight, ParamError};

parameters! {
    /// Parameters of [`DecisionTree`](super::DecisionTree), scikit-learn's
    /// `DecisionTreeClassifier`.
    pub struct DecisionTreeParams => DecisionTreeValidParams: "DecisionTreeClassifier" {
        /// impurity of a node
        criterion: Criterion = Criterion::Gini;
        /// best threshold of a feature, or one at random
        splitter: Splitter = Splitter::Best;
        /// weights of classes: by label, or balanced; null: all 1
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// monotonic constraints; not supported
        monotonic_cst: Option<ColumnNumbers> = None;
    }
    groups {
        /// how far the tree grows
        shape: TreeShape = TreeShape::default();
    }
    seed ParamValue::Null;
    check check_decision_tree;
}

parameters! {
    /// Parameters of [`ExtraTree`](super::ExtraTree), scikit-learn's `ExtraTreeClassifier`.
    pub struct ExtraTreeParams => ExtraTreeValidParams: "ExtraTreeClassifier" {
        /// impurity of a node
        criterion: Criterion = Criterion::Gini;
        /// best threshold of a feature, or one at random
        splitter: Splitter = Splitter::Random;
        /// weights of classes: by label, or balanced; null: all 1
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// monotonic constraints; not supported
        monotonic_cst: Option<ColumnNumbers> = None;
    }
    groups {
        /// how far the tree grows
        shape: TreeShape = TreeShape { max_features: MaxFeatures::Sqrt, ..TreeShape::default() };
    }
    seed ParamValue::Null;
    check check_extra_tree;
}

fn check_decision_tree(params: &DecisionTreeValidParams) -> Result<(), ParamError> {
    refuse_monotonic_cst(params.monotonic_cst.as_ref(), DecisionTreeParams::ESTIMATOR)
}

fn check_extra_tree(params: &ExtraTreeValidParams) -> Result<(), ParamError> {
    refuse_monotonic_cst(params.monotonic_cst.as_ref(), ExtraTreeParams::ESTIMATOR)
}
