//! `AdaBoostClassifier`, `BaggingClassifier`, `CalibratedClassifierCV`, `StackingClassifier` and `VotingClassifier`.

use super::json::to_json;
use super::{Cost, DataShape, Entry, Family, nested};
use crate::estimators::ensemble::{
    AdaBoostParams, AdaBoostValidParams, BaggingParams, BaggingValidParams, BaseEstimator,
    CalibratedParams, CalibratedValidParams, NamedEstimators, StackingParams, StackingValidParams,
    VotingParams, VotingValidParams,
};
use crate::estimators::parameters::Parameter;

/// Folds where none are asked for.
const DEFAULT_FOLDS: usize = 5;

impl Entry for AdaBoostParams {
    const FAMILY: Family = Family::Boosting;
    const SUMMARY: &'static str = "trees each of which is grown for what the ones before got wrong";

    /// A level of a tree of weighted rows takes about 5 ns for each value.
    fn cost(params: &AdaBoostValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train * shape.n_features) as f64;
        let one = cost_of(params.estimator().as_ref(), "DecisionTreeClassifier", shape);
        let is_stump = params.estimator().is_none();
        let tree_s = if is_stump {
            5e-9 * cells
        } else {
            3.0 * one.cpu_s
        };
        Cost {
            cpu_s: 4e-9 * cells + *params.n_estimators() as f64 * tree_s,
            memory_bytes: one.memory_bytes + 5 * cells as u64,
        }
    }
}

impl Entry for BaggingParams {
    const FAMILY: Family = Family::Ensemble;
    const SUMMARY: &'static str = "a classifier fitted to samples of rows and features, many times";

    fn cost(params: &BaggingValidParams, shape: &DataShape) -> Cost {
        let one = cost_of(params.estimator().as_ref(), "DecisionTreeClassifier", shape);
        // Each classifier has a copy of its rows, and a thread works on one at a time.
        let cells = (shape.n_train * shape.n_features) as u64;
        times(
            one,
            *params.n_estimators() as f64,
            4 * cells + 4 * cells / 5,
        )
    }
}

impl Entry for CalibratedParams {
    const FAMILY: Family = Family::Ensemble;
    const SUMMARY: &'static str = "a classifier with probabilities fitted by cross-validation";

    fn cost(params: &CalibratedValidParams, shape: &DataShape) -> Cost {
        let one = cost_of(params.estimator().as_ref(), "LinearSVC", shape);
        let n_fits = params.cv().unwrap_or(DEFAULT_FOLDS) + usize::from(!params.ensemble());
        times(
            one,
            n_fits as f64,
            4 * (shape.n_train * shape.n_features) as u64,
        )
    }
}

impl Entry for StackingParams {
    const FAMILY: Family = Family::Ensemble;
    const SUMMARY: &'static str = "a classifier of what other classifiers say";

    fn cost(params: &StackingValidParams, shape: &DataShape) -> Cost {
        let all = cost_of_all(params.estimators(), shape);
        let n_fits = params.cv().unwrap_or(DEFAULT_FOLDS) + 1;
        let n_columns = params.estimators().0.len() * shape.n_classes;
        let last = DataShape {
            n_features: n_columns + usize::from(*params.passthrough()) * shape.n_features,
            ..*shape
        };
        let last = cost_of(
            params.final_estimator().as_ref(),
            "LogisticRegression",
            &last,
        );
        let copies = 4 * (shape.n_train * shape.n_features) as u64 + last.memory_bytes;
        let sum = times(all, n_fits as f64, copies);
        Cost {
            cpu_s: sum.cpu_s + last.cpu_s,
            ..sum
        }
    }
}

impl Entry for VotingParams {
    const FAMILY: Family = Family::Ensemble;
    const SUMMARY: &'static str = "the votes of several classifiers";

    fn cost(params: &VotingValidParams, shape: &DataShape) -> Cost {
        cost_of_all(params.estimators(), shape)
    }
}

fn cost_of(base: Option<&BaseEstimator>, default: &str, shape: &DataShape) -> Cost {
    let written = base.map(|base| to_json(&base.write()));
    nested::cost(written.as_ref(), default, shape)
}

fn cost_of_all(all: &NamedEstimators, shape: &DataShape) -> Cost {
    let cost = nested::cost(Some(&to_json(&all.write())), "", shape);
    Cost {
        cpu_s: cost.cpu_s + 1e-8 * (shape.n_train + shape.n_test) as f64,
        ..cost
    }
}

fn times(one: Cost, n_fits: f64, more_bytes: u64) -> Cost {
    Cost {
        cpu_s: one.cpu_s * n_fits,
        memory_bytes: one.memory_bytes + more_bytes,
    }
}
