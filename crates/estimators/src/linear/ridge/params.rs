//! Parameters of `RidgeClassifier`.

use linfa::ParamGuard;

use super::super::class_weight::{CLASS_WEIGHT, ClassWeight};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

const NAME: &str = "RidgeClassifier";

/// Checked parameters of [`super::RidgeClassifier`].
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeClassifierValidParams {
    pub(super) alpha: f64,
    pub(super) fit_intercept: bool,
    pub(super) class_weight: ClassWeight,
}

/// Parameters of [`super::RidgeClassifier`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `alpha` | 1 | weight of the penalty | [0, inf) |
/// | `fit_intercept` | true | an intercept, not penalised | |
/// | `class_weight` | uniform | weight of each class's rows | ≥ 0 |
///
/// # Errors
/// `check` refuses values out of range.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeClassifierParams(RidgeClassifierValidParams);

impl Default for RidgeClassifierParams {
    fn default() -> Self {
        Self(RidgeClassifierValidParams {
            alpha: 1.0,
            fit_intercept: true,
            class_weight: ClassWeight::Uniform,
        })
    }
}

impl RidgeClassifierParams {
    setters! {
        /// Sets the weight of the penalty.
        alpha: f64,
        /// Sets whether there is an intercept.
        fit_intercept: bool,
        /// Sets the weights of the classes.
        class_weight: ClassWeight,
    }
}

impl ParamGuard for RidgeClassifierParams {
    type Checked = RidgeClassifierValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        let alpha = self.0.alpha;
        if !(alpha >= 0.0 && alpha.is_finite()) {
            return Err(ParamError::value(
                NAME,
                "alpha",
                "a number in [0, inf)",
                alpha,
            ));
        }
        self.0.class_weight.check(NAME)?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// `RidgeClassifier`.
pub static RIDGE_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "least squares on the targets ±1 with an l2 penalty",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const SOLVERS: &[&str] = &[
    "auto",
    "svd",
    "cholesky",
    "lsqr",
    "sparse_cg",
    "sag",
    "saga",
    "lbfgs",
];

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new("alpha", &[Kind::Float], "1.0", "weight of the penalty"),
    ParamSpec::new(
        "fit_intercept",
        &[Kind::Bool],
        "true",
        "whether there is an intercept",
    ),
    ParamSpec::new("copy_X", &[Kind::Bool], "true", "ignored"),
    ParamSpec::new(
        "max_iter",
        &[Kind::Int, Kind::Null],
        "null",
        "ignored: the solution is direct",
    ),
    ParamSpec::new(
        "tol",
        &[Kind::Float],
        "1e-4",
        "ignored: the solution is direct",
    )
    .in_2017("1e-3"),
    CLASS_WEIGHT,
    ParamSpec::new(
        "solver",
        &[Kind::Choice(SOLVERS)],
        "\"auto\"",
        "ignored: the optimum is the same",
    ),
    ParamSpec::new(
        "positive",
        &[Kind::Bool],
        "false",
        "weights not below 0: not supported",
    ),
    RANDOM_STATE,
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in ["copy_X", "max_iter", "tol", "solver", "random_state"] {
        params.remove(name);
    }
    Vec::new()
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    if args.bool("positive") {
        let reason = "there is no solver with bounds on the weights; write positive=false";
        return Err(ParamError::unsupported(NAME, "positive=true", reason));
    }
    let params = RidgeClassifierParams::default()
        .alpha(args.float("alpha"))
        .fit_intercept(args.bool("fit_intercept"))
        .class_weight(ClassWeight::from_args(args)?);
    Ok(erase(params.check()?))
}

fn cost(_: &Args<'_>, shape: &DataShape) -> Cost {
    let (n, p) = (shape.n_train as f64, shape.n_features as f64);
    // 0.7 core-seconds for the Gram matrix of 60,000 × 784 rows.
    let width = shape.n_features as u64;
    Cost {
        cpu_s: 0.1 + 0.7 * (n * p * p) / (60_000.0 * 784.0 * 784.0),
        memory_bytes: width * width * 24 + shape.n_train as u64 * shape.n_classes as u64 * 4,
    }
}
