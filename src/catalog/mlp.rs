//! `MLPClassifier`.

use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::mlp::{MlpParams, MlpValidParams};

impl Entry for MlpParams {
    const FAMILY: Family = Family::NeuralNetwork;
    const SUMMARY: &'static str = "multi-layer perceptron: mini-batch adam or sgd, or lbfgs";

    /// Removes the parameters of what is not chosen.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let is = |params: &Params, name: &str, value: &str| {
            params.get(name).and_then(|given| given.as_str()) == Some(value)
        };
        let mut others = Vec::new();
        if is(params, "solver", "adam") {
            others.extend(["learning_rate", "power_t", "momentum", "nesterovs_momentum"]);
        } else if is(params, "solver", "sgd") {
            others.extend(["beta_1", "beta_2", "epsilon"]);
            if !is(params, "learning_rate", "invscaling") {
                others.push("power_t");
            }
        } else {
            others.extend([
                "batch_size",
                "learning_rate",
                "learning_rate_init",
                "power_t",
                "shuffle",
                "momentum",
                "nesterovs_momentum",
                "early_stopping",
                "validation_fraction",
                "beta_1",
                "beta_2",
                "epsilon",
                "n_iter_no_change",
            ]);
        }
        if !is(params, "solver", "lbfgs") {
            others.push("max_fun");
        }
        if params
            .get("early_stopping")
            .and_then(|given| given.as_bool())
            == Some(false)
        {
            others.push("validation_fraction");
        }
        for name in others {
            params.remove(name);
        }
        Vec::new()
    }

    /// From one-thread runs on Fashion-MNIST: the products of an epoch at 60 GFLOP/s and a pass over
    /// the data, for about 100 epochs.
    fn cost(params: &MlpValidParams, shape: &DataShape) -> Cost {
        let mut units = vec![shape.n_features];
        units.extend(params.hidden_layer_sizes());
        units.push(shape.n_classes);
        let weights: usize = units.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let epochs = (*params.max_iter() as f64).min(100.0);
        let epoch_s =
            shape.n_train as f64 * (weights as f64 * 1.0e-10 + shape.n_features as f64 * 1e-9);
        Cost {
            cpu_s: epochs * epoch_s,
            memory_bytes: 20 * weights as u64 + 4_000_000,
        }
    }
}
