//! `GaussianProcessClassifier`.

use crate::catalog::json::{to_json, to_param_value};
use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::gaussian_process::{
    GaussianProcessKernel, GaussianProcessMultiClass, GaussianProcessParams,
    GaussianProcessValidParams,
};
use crate::estimators::parameters::{ParamValue, Parameter, ParameterSet};

/// Evaluations of the likelihood that a search for the numbers of a kernel takes, about.
const EVALUATIONS: f64 = 30.0;

impl Entry for GaussianProcessParams {
    const FAMILY: Family = Family::GaussianProcess;
    const SUMMARY: &'static str = "Gaussian process, Laplace approximation";

    /// Writes a kernel's text in one form, and removes what only a search for its numbers reads
    /// where there are none to choose.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let kernel = params
            .get("kernel")
            .and_then(|given| GaussianProcessKernel::read(&to_param_value(given)));
        if let Some(kernel @ GaussianProcessKernel::Expression(_)) = &kernel {
            params.insert("kernel".to_owned(), to_json(&kernel.write()));
        }
        if params.get("warm_start") == Some(&false.into()) {
            params.remove("warm_start");
        }
        let n_free = |names: &[&str]| {
            let mut set = Self::default();
            for name in names {
                if let Some(given) = params.get(*name) {
                    set.set(name, &to_param_value(given));
                }
            }
            linfa::ParamGuard::check(set).map(|valid| valid.n_free())
        };
        if n_free(&["kernel", "optimizer"]) != Ok(0) {
            if params.get("n_restarts_optimizer") == Some(&0.into()) {
                params.remove("random_state");
            }
            return Vec::new();
        }
        let mut unread = vec!["n_restarts_optimizer", "random_state"];
        if n_free(&["kernel"]) == Ok(0) {
            unread.push("optimizer");
        }
        let defaults = Self::default().rows();
        let mut notes = Vec::new();
        for name in unread {
            let default = defaults.iter().find(|row| row.name == name);
            let default = default.map(|row| row.default.clone());
            let Some(given) = params.remove(name) else {
                continue;
            };
            let is_random_default = to_param_value(&given) == ParamValue::Null;
            if Some(to_param_value(&given)) != default && !is_random_default {
                notes.push(format!(
                    "{name} is ignored, as the kernel has no numbers to choose"
                ));
            }
        }
        notes
    }

    /// The search for near rows, which all share, is nearly all of it.
    fn own_share(params: &GaussianProcessValidParams) -> f64 {
        if params.is_fixed_rbf() { 0.1 } else { 1.0 }
    }

    /// From one-thread runs on Fashion-MNIST. A fixed constant · RBF takes the inner products of all
    /// pairs of rows, train with train and test with train, at 60 GFLOP/s. Any other kernel takes
    /// dense matrices of each two-class problem.
    fn cost(params: &GaussianProcessValidParams, shape: &DataShape) -> Cost {
        let (n_train, n_test) = (shape.n_train as f64, shape.n_test as f64);
        let n_features = shape.n_features as f64;
        if params.is_fixed_rbf() {
            let products = (n_train / 2.0 + n_test) * n_train * n_features;
            return Cost {
                cpu_s: 1.0 + products * 2.0 / 6e10,
                memory_bytes: 10 * (shape.n_train * shape.n_features) as u64 + 200_000_000,
            };
        }
        let n_classes = shape.n_classes.max(2) as f64;
        let is_pairs = *params.multi_class() == GaussianProcessMultiClass::OneVsOne;
        let (n_problems, n_rows) = match (n_classes, is_pairs) {
            (2.0, _) => (1.0, n_train),
            (_, true) => (
                n_classes * (n_classes - 1.0) / 2.0,
                2.0 * n_train / n_classes,
            ),
            (_, false) => (n_classes, n_train),
        };
        let n_evaluations = if params.n_free() > 0 {
            EVALUATIONS * (*params.n_restarts_optimizer() as f64 + 1.0)
        } else {
            1.0
        };
        // Ten Newton steps and a gradient, at 20 GFLOP/s; distances at 2 GFLOP/s.
        let cubes = n_problems * n_evaluations * 8.0 * n_rows.powi(3);
        let pairs = n_problems * (n_rows + n_test) * n_rows * n_features * 2.0;
        let solves = n_problems * n_test * n_rows * n_rows * 2.0;
        let matrices = (n_problems + 6.0) * 8.0 * n_rows * n_rows;
        Cost {
            cpu_s: 1.0 + (cubes + solves) / 2e10 + pairs / 2e9,
            memory_bytes: (matrices + 24.0 * n_train * n_features) as u64 + 50_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::catalog::{EstimatorSpec, Profile};

    fn resolve(given: &Value) -> (Params, Vec<String>) {
        let spec = EstimatorSpec::of::<GaussianProcessParams>();
        let given = given.as_object().unwrap();
        let resolved = spec.resolve(given, Profile::Sklearn15).unwrap();
        (resolved.params, resolved.notes)
    }

    #[test]
    fn a_kernel_has_one_form_and_parameters_of_the_search_stand_only_where_they_count() {
        let (plain, notes) = resolve(&json!({}));
        let names: Vec<_> = plain.keys().map(String::as_str).collect();
        assert_eq!(names, ["kernel", "max_iter_predict", "multi_class"]);
        assert!(notes.is_empty());
        let (same, notes) =
            resolve(&json!({"optimizer": null, "n_restarts_optimizer": 3, "random_state": 1}));
        assert_eq!(same, plain);
        assert_eq!(notes.len(), 2, "{notes:?}");
        let (held, _) = resolve(&json!({"kernel": "RBF(2.0)", "optimizer": null}));
        assert!(held.contains_key("optimizer"));
        let (fixed, _) = resolve(&json!({"kernel": "RBF(2.0, 'fixed')", "optimizer": null}));
        assert!(!fixed.contains_key("optimizer"));

        let (searched, _) = resolve(&json!({"kernel": "1*RBF( 2 )"}));
        assert_eq!(
            searched["kernel"],
            json!("ConstantKernel(constant_value=1.0) * RBF(length_scale=2.0)")
        );
        assert_eq!(searched["n_restarts_optimizer"], json!(0));
        assert!(!searched.contains_key("random_state"));
        let (again, _) = resolve(&json!({"kernel": "ConstantKernel(1.0) * RBF(length_scale=2.0)"}));
        assert_eq!(again, searched);
        let (restarted, _) = resolve(&json!({"kernel": "1*RBF( 2 )", "n_restarts_optimizer": 2}));
        assert!(restarted.contains_key("random_state"));
    }

    #[test]
    fn what_is_no_kernel_is_refused_with_the_reason() {
        let refusal = |kernel: &str, n_restarts: usize| {
            let given = json!({"kernel": kernel, "n_restarts_optimizer": n_restarts});
            let spec = EstimatorSpec::of::<GaussianProcessParams>();
            let (params, _) = resolve(&given);
            spec.build(&params, 0).err().unwrap().to_string()
        };
        assert_eq!(
            refusal("RBF(0)", 0),
            "the `kernel` of GaussianProcessClassifier must be a kernel in scikit-learn's words (the \
             length_scale of RBF must be in (0, inf), or 0 where that is no scale and fixed at \
             character 7), got \"RBF(0)\""
        );
        let text = refusal("RBF(1.0, (0, 10))", 1);
        assert!(text.contains("random starts need bounds"), "{text}");
    }

    #[test]
    fn a_kernel_with_numbers_to_choose_costs_dense_matrices() {
        let shape = DataShape {
            n_train: 60_000,
            n_test: 10_000,
            n_features: 784,
            n_classes: 10,
        };
        let cost = |given: Value| {
            let spec = EstimatorSpec::of::<GaussianProcessParams>();
            spec.cost(&resolve(&given).0, &shape)
        };
        let fixed = cost(json!({}));
        assert_eq!(
            cost(json!({"kernel": "1.0 * RBF(1.0)", "optimizer": null})),
            fixed
        );
        let searched = cost(json!({"kernel": "1.0 * RBF(1.0)"}));
        assert!(searched.memory_bytes > 200 * fixed.memory_bytes);
        assert!(searched.cpu_s > 1e4 * fixed.cpu_s);
    }
}
