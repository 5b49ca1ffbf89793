//! Parameters of [`GaussianProcess`](super::GaussianProcess), and their form in a config.

use linfa::ParamGuard;

use crate::erased::{Estimator, erase};
use crate::error::ParamError;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params,
};

const NAME: &str = "GaussianProcessClassifier";

/// How many classes are made of two-class problems.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MultiClass {
    /// Each class against all others, the largest probability wins.
    #[default]
    OneVsRest,
    /// Each pair of classes, the most votes win.
    OneVsOne,
}

/// Parameters of [`GaussianProcess`](super::GaussianProcess), unchecked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `constant_value` | 1 | variance of the process, held fixed | (0, inf) |
/// | `length_scale` | 1 | length scale of the RBF kernel, held fixed | (0, inf) |
/// | `max_iter_predict` | 100 | Newton steps of each two-class problem | ≥ 1 |
/// | `multi_class` | one-vs-rest | how classes are combined | |
///
/// # Errors
/// `check` refuses a value out of range, naming the parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianProcessParams(GaussianProcessValidParams);

/// Parameters of [`GaussianProcess`](super::GaussianProcess), checked.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianProcessValidParams {
    pub(super) constant_value: f64,
    pub(super) length_scale: f64,
    pub(super) max_iter_predict: usize,
    pub(super) multi_class: MultiClass,
}

impl Default for GaussianProcessParams {
    fn default() -> Self {
        Self(GaussianProcessValidParams {
            constant_value: 1.0,
            length_scale: 1.0,
            max_iter_predict: 100,
            multi_class: MultiClass::default(),
        })
    }
}

impl GaussianProcessParams {
    setters! {
        /// Sets the variance of the process.
        constant_value: f64,
        /// Sets the length scale of the RBF kernel.
        length_scale: f64,
        /// Sets the limit of Newton steps.
        max_iter_predict: usize,
        /// Sets how classes are combined.
        multi_class: MultiClass,
    }
}

impl ParamGuard for GaussianProcessParams {
    type Checked = GaussianProcessValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&GaussianProcessValidParams, ParamError> {
        let p = &self.0;
        for (key, value) in [
            ("constant_value", p.constant_value),
            ("length_scale", p.length_scale),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                let expected = format!("an object whose `{key}` is a number in (0, inf)");
                return Err(ParamError::value(NAME, "kernel", expected, value));
            }
        }
        if p.max_iter_predict == 0 {
            let expected = "an integer in [1, inf)";
            return Err(ParamError::value(NAME, "max_iter_predict", expected, 0));
        }
        Ok(p)
    }

    fn check(self) -> Result<GaussianProcessValidParams, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// `GaussianProcessClassifier` as the registry lists it.
pub static GAUSSIAN_PROCESS_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::GaussianProcess,
    summary: "Gaussian process with an RBF kernel, Laplace approximation",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "kernel",
        &[Kind::Object, Kind::Null],
        "null",
        "constant · RBF, held fixed: null for 1·RBF(1), or {\"constant_value\": c, \"length_scale\": l}",
    ),
    ParamSpec::new(
        "optimizer",
        &[Kind::Choice(&["fmin_l_bfgs_b"]), Kind::Null],
        r#""fmin_l_bfgs_b""#,
        "optimises kernels that are not held fixed; there are none here, accepted and dropped",
    ),
    ParamSpec::new(
        "n_restarts_optimizer",
        &[Kind::Int],
        "0",
        "restarts of the optimizer; accepted and dropped",
    ),
    ParamSpec::new(
        "max_iter_predict",
        &[Kind::Int],
        "100",
        "Newton steps of each two-class problem at most",
    ),
    ParamSpec::new(
        "warm_start",
        &[Kind::Bool],
        "false",
        "start from an earlier mode; there is none, accepted and dropped",
    ),
    ParamSpec::new(
        "copy_X_train",
        &[Kind::Bool],
        "true",
        "a matter of memory; accepted and dropped",
    ),
    ParamSpec::new(
        "random_state",
        &[Kind::Int, Kind::Null],
        "null",
        "seed of the restarts; accepted and dropped",
    ),
    ParamSpec::new(
        "multi_class",
        &[Kind::Choice(&["one_vs_rest", "one_vs_one"])],
        r#""one_vs_rest""#,
        "how many classes are made of two-class problems",
    ),
    ParamSpec::new(
        "n_jobs",
        &[Kind::Int, Kind::Null],
        "null",
        "a matter of speed; accepted and dropped",
    ),
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in [
        "optimizer",
        "n_restarts_optimizer",
        "warm_start",
        "copy_X_train",
        "random_state",
        "n_jobs",
    ] {
        params.remove(name);
    }
    Vec::new()
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let mut params = GaussianProcessParams::default()
        .max_iter_predict(args.count("max_iter_predict")?)
        .multi_class(match args.choice("multi_class") {
            Some("one_vs_one") => MultiClass::OneVsOne,
            _ => MultiClass::OneVsRest,
        });
    for (key, value) in args.weights("kernel").unwrap_or_default() {
        params = match key.as_str() {
            "constant_value" => params.constant_value(value),
            "length_scale" => params.length_scale(value),
            _ => {
                let expected = "an object of `constant_value` and `length_scale`";
                return Err(ParamError::value(NAME, "kernel", expected, key));
            }
        };
    }
    Ok(erase(params.check()?))
}

/// From one-thread runs on Fashion-MNIST: the inner products of all pairs of rows, train with
/// train and test with train, at 60 GFLOP/s.
fn cost(_: &Args<'_>, shape: &DataShape) -> Cost {
    let (n_train, n_test) = (shape.n_train as f64, shape.n_test as f64);
    let products = (n_train / 2.0 + n_test) * n_train * shape.n_features as f64;
    Cost {
        cpu_s: 1.0 + products * 2.0 / 6e10,
        memory_bytes: 10 * (shape.n_train * shape.n_features) as u64 + 200_000_000,
    }
}
