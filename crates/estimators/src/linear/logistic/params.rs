//! Parameters of `LogisticRegression`.

use super::super::penalty::LinearPenalty;
use crate::parameters::{Interval, NJobs, ParamValue, Parameters, Verbosity, check_range};
use crate::{ClassWeight, ParamError};

choices! {
    /// How a problem of more than two classes is solved.
    pub enum LogisticMultiClass {
        /// Multinomial if the solver has it and there are more than two classes.
        Auto = "auto" | "deprecated",
        /// One problem per class.
        OneVsRest = "ovr",
        /// One problem for all.
        Multinomial = "multinomial",
    }
}

choices! {
    /// scikit-learn's solvers. They differ here in what they minimise and when they stop, not in
    /// how: LIBLINEAR's penalises the intercept, the others do not.
    pub enum LogisticSolver {
        /// Every penalty but l1, both forms of several classes.
        Lbfgs = "lbfgs",
        /// l1 and l2, one-vs-rest only.
        Liblinear = "liblinear",
        /// As `lbfgs`.
        NewtonCg = "newton-cg",
        /// As `lbfgs`, one-vs-rest only.
        NewtonCholesky = "newton-cholesky",
        /// As `lbfgs`.
        Sag = "sag",
        /// Every penalty, both forms of several classes.
        Saga = "saga",
    }
}

impl LogisticSolver {
    /// Whether it can solve the multinomial problem.
    pub(super) fn has_multinomial(self) -> bool {
        !matches!(self, Self::Liblinear | Self::NewtonCholesky)
    }
}

parameters! {
    /// Parameters of [`LogisticRegression`](super::LogisticRegression).
    ///
    /// The seed is that of the samples that precondition Newton's method.
    pub struct LogisticRegressionParams => LogisticRegressionValidParams: "LogisticRegression" {
        /// what is added to the loss
        penalty: LinearPenalty = LinearPenalty::L2;
        /// LIBLINEAR's dual solver; the optimum is the same
        dual: bool = false;
        /// gradient to reach
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// cost of the loss against the penalty
        c as "C": f64 = 1.0, in Interval::POSITIVE;
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// value of the constant feature behind the intercept (liblinear)
        intercept_scaling: f64 = 1.0, in Interval::POSITIVE;
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// liblinear penalises the intercept, the others do not
        solver: LogisticSolver = LogisticSolver::Lbfgs, was LogisticSolver::Liblinear;
        /// Newton steps at most
        max_iter: usize = 100, in Interval::at_least(0);
        /// one problem per class, or one for all
        multi_class: LogisticMultiClass = LogisticMultiClass::Auto, was LogisticMultiClass::OneVsRest;
        /// share of the l1 norm (elasticnet)
        l1_ratio: Option<f64> = None, in Interval::UNIT;
    }
    seed ParamValue::Null;
    ignored {
        /// ignored
        verbose: Verbosity = Verbosity;
        /// ignored: every fit starts anew
        warm_start: bool = false;
        /// ignored
        n_jobs: NJobs = NJobs;
    }
    check check_combination;
}

fn check_combination(params: &LogisticRegressionValidParams) -> Result<(), ParamError> {
    const NAME: &str = LogisticRegressionParams::ESTIMATOR;
    if params.penalty == LinearPenalty::ElasticNet && params.l1_ratio.is_none() {
        let expected = "a number in [0, 1] with penalty=elasticnet";
        return Err(ParamError::value(NAME, "l1_ratio", expected, "null"));
    }
    if params.solver == LogisticSolver::Liblinear {
        // Where LIBLINEAR says "eps <= 0".
        check_range(NAME, "tol", &params.tol, &Interval::POSITIVE)?;
    }
    match refused(params) {
        Some((combination, reason)) => Err(ParamError::unsupported(NAME, combination, reason)),
        None => Ok(()),
    }
}

/// Returns the combination that scikit-learn does not have, if it is one, and what to write
/// instead.
fn refused(params: &LogisticRegressionValidParams) -> Option<(&'static str, &'static str)> {
    use LogisticSolver::{Liblinear, Saga};
    let is_multinomial = params.multi_class == LogisticMultiClass::Multinomial;
    match (params.penalty, params.solver) {
        (penalty, solver) if params.dual && (penalty, solver) != (LinearPenalty::L2, Liblinear) => {
            Some((
                "dual=true",
                "only solver=liblinear with penalty=l2 has a dual; write dual=false",
            ))
        }
        (LinearPenalty::L1, solver) if !matches!(solver, Liblinear | Saga) => Some((
            "penalty=l1",
            "this solver has l2 only; write solver=liblinear or solver=saga",
        )),
        (LinearPenalty::ElasticNet, solver) if solver != Saga => {
            Some(("penalty=elasticnet", "only solver=saga has it"))
        }
        (LinearPenalty::None, Liblinear) => Some((
            "penalty=none, solver=liblinear",
            "write another solver, e.g. lbfgs",
        )),
        (_, solver) if is_multinomial && !solver.has_multinomial() => Some((
            "multi_class=multinomial",
            "this solver has one-vs-rest only; write solver=lbfgs (solver=saga for l1)",
        )),
        _ => None,
    }
}
