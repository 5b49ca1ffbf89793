//! Linear classifiers fitted one row at a time.

use super::linear::penalty::name_no_penalty;
use super::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::sgd::{
    PassiveAggressiveParams, PassiveAggressiveValidParams, PerceptronParams, PerceptronValidParams,
    SgdParams, SgdValidParams, StochasticTraining,
};

impl Entry for SgdParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "linear models by stochastic gradient descent, one-vs-rest";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        canonicalise_penalty(params);
        canonicalise_training(params);
        let has_epsilon = [
            "huber",
            "epsilon_insensitive",
            "squared_epsilon_insensitive",
        ]
        .iter()
        .any(|loss| params["loss"] == *loss);
        if !has_epsilon {
            params.remove("epsilon");
        }
        if params["learning_rate"] == "optimal" {
            params.remove("eta0");
        }
        if params["learning_rate"] != "invscaling" {
            params.remove("power_t");
        }
        Vec::new()
    }

    fn cost(params: &SgdValidParams, shape: &DataShape) -> Cost {
        epoch_cost(params.training(), 100.0, params.penalty().l1_share(), shape)
    }
}

impl Entry for PerceptronParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "perceptron, one-vs-rest";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        canonicalise_penalty(params);
        canonicalise_training(params);
        if params["penalty"].is_null() {
            params.remove("alpha");
        }
        Vec::new()
    }

    fn cost(params: &PerceptronValidParams, shape: &DataShape) -> Cost {
        epoch_cost(params.training(), 25.0, params.penalty().l1_share(), shape)
    }
}

impl Entry for PassiveAggressiveParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "passive-aggressive classifier, one-vs-rest";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        canonicalise_training(params);
        Vec::new()
    }

    fn cost(params: &PassiveAggressiveValidParams, shape: &DataShape) -> Cost {
        epoch_cost(params.training(), 25.0, 0.0, shape)
    }
}

fn canonicalise_penalty(params: &mut Params) {
    name_no_penalty(params);
    if params["penalty"] != "elasticnet" {
        params.remove("l1_ratio");
    }
}

fn canonicalise_training(params: &mut Params) {
    if params["early_stopping"] == false {
        params.remove("validation_fraction");
    }
    if params["tol"].is_null() {
        params.remove("n_iter_no_change");
    }
}

/// Returns the cost of `usual_epochs`, or of fewer where `max_iter` says so, or of all that
/// `max_iter` says where `tol` does not stop them.
fn epoch_cost(
    training: &StochasticTraining,
    usual_epochs: f64,
    l1_share: f64,
    shape: &DataShape,
) -> Cost {
    let asked = training.max_iter as f64;
    let epochs = if training.tol.is_some() {
        asked.min(usual_epochs)
    } else {
        asked
    };
    let (n, p, k) = (
        shape.n_train as f64,
        shape.n_features as f64,
        shape.n_classes as f64,
    );
    // Core-seconds of an epoch of 60,000 × 784 rows and ten classes.
    let measured_s = if l1_share > 0.0 { 0.15 } else { 0.1 };
    Cost {
        cpu_s: epochs * measured_s * (n * p * k) / (60_000.0 * 784.0 * 10.0),
        memory_bytes: (shape.n_train * 24 + shape.n_classes * shape.n_features * 16) as u64,
    }
}
