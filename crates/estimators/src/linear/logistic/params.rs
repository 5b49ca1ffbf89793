//! Parameters of `LogisticRegression`.

use linfa::ParamGuard;

use super::super::class_weight::{CLASS_WEIGHT, ClassWeight};
use super::super::{above_zero, at_least_one};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

pub(super) const NAME: &str = "LogisticRegression";

/// What is added to the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LogisticPenalty {
    /// Nothing.
    None,
    /// `|w|₁`.
    L1,
    /// `½|w|²`.
    L2,
    /// `ratio·|w|₁ + ½(1 - ratio)·|w|²`.
    ElasticNet {
        /// Share of the l1 norm, in [0, 1].
        l1_ratio: f64,
    },
}

/// How more than two classes are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogisticMultiClass {
    /// Multinomial if the solver has it and there are more than two classes.
    Auto,
    /// One problem a class.
    OneVsRest,
    /// One problem for all.
    Multinomial,
}

/// scikit-learn's solvers. They differ here in what they minimise and when they stop, not in how:
/// LIBLINEAR's penalise the intercept, the others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogisticSolver {
    Lbfgs,
    Liblinear,
    NewtonCg,
    NewtonCholesky,
    Sag,
    Saga,
}

impl LogisticSolver {
    /// Whether it can solve the multinomial problem.
    pub(super) fn has_multinomial(self) -> bool {
        !matches!(self, Self::Liblinear | Self::NewtonCholesky)
    }
}

/// Checked parameters of [`super::LogisticRegression`].
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegressionValidParams {
    pub(super) penalty: LogisticPenalty,
    pub(super) multi_class: LogisticMultiClass,
    pub(super) solver: LogisticSolver,
    pub(super) c: f64,
    pub(super) tol: f64,
    pub(super) max_iter: usize,
    pub(super) fit_intercept: bool,
    pub(super) intercept_scaling: f64,
    pub(super) class_weight: ClassWeight,
    pub(super) seed: u64,
}

/// Parameters of [`super::LogisticRegression`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `penalty` | l2 | what is added to the loss | l1 with liblinear or saga, mixed with saga |
/// | `multi_class` | auto | one-vs-rest or multinomial | the latter not with liblinear, newton-cholesky |
/// | `solver` | lbfgs | see [`LogisticSolver`] | |
/// | `c` | 1 | cost of the loss against the penalty | (0, inf) |
/// | `tol` | 1e-4 | gradient to reach, by the solver's own measure | (0, inf) |
/// | `max_iter` | 100 | Newton steps | [1, inf) |
/// | `fit_intercept` | true | an intercept | |
/// | `intercept_scaling` | 1 | value of the constant feature behind it (liblinear) | (0, inf) |
/// | `class_weight` | uniform | factor on `c` for each class | ≥ 0 |
/// | `seed` | 0 | of the samples that precondition Newton's method | |
///
/// # Errors
/// `check` refuses values out of range and combinations that scikit-learn does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegressionParams(LogisticRegressionValidParams);

impl Default for LogisticRegressionParams {
    fn default() -> Self {
        Self(LogisticRegressionValidParams {
            penalty: LogisticPenalty::L2,
            multi_class: LogisticMultiClass::Auto,
            solver: LogisticSolver::Lbfgs,
            c: 1.0,
            tol: 1e-4,
            max_iter: 100,
            fit_intercept: true,
            intercept_scaling: 1.0,
            class_weight: ClassWeight::Uniform,
            seed: 0,
        })
    }
}

impl LogisticRegressionParams {
    setters! {
        /// Sets the penalty.
        penalty: LogisticPenalty,
        /// Sets how more than two classes are told apart.
        multi_class: LogisticMultiClass,
        /// Sets the solver.
        solver: LogisticSolver,
        /// Sets the cost of the loss.
        c: f64,
        /// Sets the tolerance.
        tol: f64,
        /// Sets the number of Newton steps at most.
        max_iter: usize,
        /// Sets whether there is an intercept.
        fit_intercept: bool,
        /// Sets the value of the constant feature behind the intercept.
        intercept_scaling: f64,
        /// Sets the weights of the classes.
        class_weight: ClassWeight,
        /// Sets the seed.
        seed: u64,
    }
}

impl ParamGuard for LogisticRegressionParams {
    type Checked = LogisticRegressionValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        let params = &self.0;
        above_zero(NAME, "C", params.c)?;
        above_zero(NAME, "tol", params.tol)?;
        above_zero(NAME, "intercept_scaling", params.intercept_scaling)?;
        at_least_one(NAME, "max_iter", params.max_iter)?;
        params.class_weight.check(NAME)?;
        if let LogisticPenalty::ElasticNet { l1_ratio } = params.penalty
            && !(0.0..=1.0).contains(&l1_ratio)
        {
            return Err(ParamError::value(
                NAME,
                "l1_ratio",
                "a number in [0, 1]",
                l1_ratio,
            ));
        }
        check_combination(params)?;
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

fn check_combination(params: &LogisticRegressionValidParams) -> Result<(), ParamError> {
    use LogisticPenalty::{ElasticNet, L1, None};
    use LogisticSolver::{Liblinear, Saga};
    let is_multinomial = params.multi_class == LogisticMultiClass::Multinomial;
    let refused = match (params.penalty, params.solver) {
        (L1, solver) if !matches!(solver, Liblinear | Saga) => Some((
            "penalty=l1",
            "this solver has l2 only; write solver=liblinear or solver=saga",
        )),
        (ElasticNet { .. }, solver) if solver != Saga => {
            Some(("penalty=elasticnet", "only solver=saga has it"))
        }
        (None, Liblinear) => Some((
            "penalty=none, solver=liblinear",
            "write another solver, e.g. lbfgs",
        )),
        (_, solver) if is_multinomial && !solver.has_multinomial() => Some((
            "multi_class=multinomial",
            "this solver has one-vs-rest only; write solver=lbfgs (solver=saga for l1)",
        )),
        _ => Option::None,
    };
    match refused {
        Some((combination, reason)) => Err(ParamError::unsupported(NAME, combination, reason)),
        Option::None => Ok(()),
    }
}

/// `LogisticRegression`.
pub static LOGISTIC_REGRESSION: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "logistic regression, one-vs-rest or multinomial",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const SOLVERS: &[&str] = &[
    "lbfgs",
    "liblinear",
    "newton-cg",
    "newton-cholesky",
    "sag",
    "saga",
];

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "penalty",
        &[
            Kind::Choice(&["l1", "l2", "elasticnet", "none"]),
            Kind::Null,
        ],
        "\"l2\"",
        "what is added to the loss",
    ),
    ParamSpec::new(
        "dual",
        &[Kind::Bool],
        "false",
        "LIBLINEAR's dual solver; the optimum is the same",
    ),
    ParamSpec::new("tol", &[Kind::Float], "1e-4", "gradient to reach"),
    ParamSpec::new(
        "C",
        &[Kind::Float],
        "1.0",
        "cost of the loss against the penalty",
    ),
    ParamSpec::new(
        "fit_intercept",
        &[Kind::Bool],
        "true",
        "whether there is an intercept",
    ),
    ParamSpec::new(
        "intercept_scaling",
        &[Kind::Float],
        "1.0",
        "value of the constant feature behind the intercept (liblinear)",
    ),
    CLASS_WEIGHT,
    RANDOM_STATE,
    ParamSpec::new(
        "solver",
        &[Kind::Choice(SOLVERS)],
        "\"lbfgs\"",
        "liblinear penalises the intercept, the others do not",
    )
    .in_2017("\"liblinear\""),
    ParamSpec::new("max_iter", &[Kind::Int], "100", "Newton steps at most"),
    ParamSpec::new(
        "multi_class",
        &[Kind::Choice(&["auto", "ovr", "multinomial"])],
        "\"auto\"",
        "one problem a class, or one for all",
    )
    .in_2017("\"ovr\"")
    .with_synonyms(&[("deprecated", "auto")]),
    ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored"),
    ParamSpec::new(
        "warm_start",
        &[Kind::Bool],
        "false",
        "ignored: every fit starts anew",
    ),
    ParamSpec::new("n_jobs", &[Kind::Int, Kind::Null], "null", "ignored"),
    ParamSpec::new(
        "l1_ratio",
        &[Kind::Float, Kind::Null],
        "null",
        "share of the l1 norm (elasticnet)",
    ),
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    let mut notes = Vec::new();
    for name in ["verbose", "warm_start", "n_jobs"] {
        params.remove(name);
    }
    if params["penalty"] == "none" {
        params.insert("penalty".to_owned(), serde_json::Value::Null);
    }
    let is_unpenalised = params["penalty"].is_null();
    if is_unpenalised && params.remove("C").is_some_and(|c| c != 1.0) {
        notes.push("without a penalty C is ignored".to_owned());
    }
    if params["penalty"] != "elasticnet" && params.remove("l1_ratio").is_some_and(|r| !r.is_null())
    {
        notes.push("l1_ratio is ignored unless penalty=elasticnet".to_owned());
    }
    let is_liblinear = params["solver"] == "liblinear";
    if !is_liblinear || params["fit_intercept"] == false {
        let scaling = params.remove("intercept_scaling");
        if !is_liblinear && scaling.is_some_and(|s| s != 1.0) {
            notes.push("intercept_scaling is ignored unless solver=liblinear".to_owned());
        }
    }
    notes
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let solver = match args.choice("solver") {
        Some("liblinear") => LogisticSolver::Liblinear,
        Some("newton-cg") => LogisticSolver::NewtonCg,
        Some("newton-cholesky") => LogisticSolver::NewtonCholesky,
        Some("sag") => LogisticSolver::Sag,
        Some("saga") => LogisticSolver::Saga,
        _ => LogisticSolver::Lbfgs,
    };
    let penalty = match args.choice("penalty") {
        Some("l1") => LogisticPenalty::L1,
        Some("l2") => LogisticPenalty::L2,
        Some("elasticnet") => {
            let l1_ratio = args.opt_float("l1_ratio").ok_or_else(|| {
                ParamError::value(
                    NAME,
                    "l1_ratio",
                    "a number in [0, 1] with penalty=elasticnet",
                    "null",
                )
            })?;
            LogisticPenalty::ElasticNet { l1_ratio }
        }
        _ => LogisticPenalty::None,
    };
    let is_dual = args.bool("dual");
    if is_dual && (solver != LogisticSolver::Liblinear || penalty != LogisticPenalty::L2) {
        return Err(ParamError::unsupported(
            NAME,
            "dual=true",
            "only solver=liblinear with penalty=l2 has a dual; write dual=false",
        ));
    }
    let params = LogisticRegressionParams::default()
        .penalty(penalty)
        .solver(solver)
        .multi_class(match args.choice("multi_class") {
            Some("ovr") => LogisticMultiClass::OneVsRest,
            Some("multinomial") => LogisticMultiClass::Multinomial,
            _ => LogisticMultiClass::Auto,
        })
        .c(args.opt_float("C").unwrap_or(1.0))
        .tol(args.float("tol"))
        .max_iter(args.count("max_iter")?)
        .fit_intercept(args.bool("fit_intercept"))
        .intercept_scaling(args.opt_float("intercept_scaling").unwrap_or(1.0))
        .class_weight(ClassWeight::from_args(args)?)
        .seed(args.seed()?);
    Ok(erase(params.check()?))
}

fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let (n, p, k) = (
        shape.n_train as f64,
        shape.n_features as f64,
        shape.n_classes as f64,
    );
    // Core-seconds on 60,000 × 784 rows of ten classes at C = 1.
    let has_l1 = matches!(args.choice("penalty"), Some("l1" | "elasticnet"));
    let measured = if has_l1 { 60.0 } else { 20.0 };
    let harder = 1.0 + args.opt_float("C").unwrap_or(1.0).max(1.0).log10();
    Cost {
        cpu_s: measured * harder * (n * p * k) / (60_000.0 * 784.0 * 10.0),
        memory_bytes: super::super::working_memory(shape),
    }
}
