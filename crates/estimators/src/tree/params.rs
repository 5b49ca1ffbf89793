//! Parameters of single trees: two classifiers that differ in their defaults.

use super::criterion::Criterion;
use super::max_features::MaxFeatures;
use super::monotonic::MonotonicConstraints;
use super::shape::TreeShape;
use super::splitter::Splitter;
use crate::ClassWeight;
use crate::parameters::ParamValue;

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
        /// for each column whether the second class may only get likelier (1) or less likely (-1) with it, or 0; two classes only
        monotonic_cst: Option<MonotonicConstraints> = None;
    }
    groups {
        /// how far the tree grows
        shape: TreeShape = TreeShape::default();
    }
    seed ParamValue::Null;
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
        /// for each column whether the second class may only get likelier (1) or less likely (-1) with it, or 0; two classes only
        monotonic_cst: Option<MonotonicConstraints> = None;
    }
    groups {
        /// how far the tree grows
        shape: TreeShape = TreeShape { max_features: MaxFeatures::Sqrt, ..TreeShape::default() };
    }
    seed ParamValue::Null;
}
