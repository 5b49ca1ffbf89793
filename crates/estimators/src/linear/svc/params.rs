//! Parameters of `LinearSVC`.

use linfa::ParamGuard;

use super::super::class_weight::{CLASS_WEIGHT, ClassWeight};
use super::super::{above_zero, at_least_one};
use crate::ParamError;
use crate::erased::{Estimator, erase};
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

pub(super) const NAME: &str = "LinearSVC";

/// Norm of the weights that is penalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SvcPenalty {
    L1,
    L2,
}

/// Loss of one class against the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SvcLoss {
    /// `max(0, 1 - m)`.
    Hinge,
    /// `max(0, 1 - m)²`.
    SquaredHinge,
}

/// How more than two classes are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MultiClass {
    /// One problem a class.
    OneVsRest,
    /// One problem for all (Crammer and Singer 2001); loss and penalty do not apply.
    CrammerSinger,
}

/// Checked parameters of [`super::LinearSvc`].
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSvcValidParams {
    pub(super) penalty: SvcPenalty,
    pub(super) loss: SvcLoss,
    pub(super) multi_class: MultiClass,
    pub(super) c: f64,
    pub(super) tol: f64,
    pub(super) max_iter: usize,
    pub(super) fit_intercept: bool,
    pub(super) intercept_scaling: f64,
    pub(super) class_weight: ClassWeight,
    pub(super) seed: u64,
}

/// Parameters of [`super::LinearSvc`].
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `penalty` | l2 | norm of the weights | l1 only with the squared hinge |
/// | `loss` | squared hinge | loss of one class against the rest | |
/// | `multi_class` | one-vs-rest | or Crammer–Singer | |
/// | `c` | 1 | cost of an error against the penalty | (0, inf) |
/// | `tol` | 1e-4 | relative duality gap (hinges that are not squared), or gradient as in LIBLINEAR | (0, inf) |
/// | `max_iter` | 1000 | Newton steps, or iterations of 20 sweeps (Crammer–Singer) | [1, inf) |
/// | `fit_intercept` | true | an intercept, penalised like a weight | |
/// | `intercept_scaling` | 1 | value of the constant feature behind the intercept | (0, inf) |
/// | `class_weight` | uniform | factor on `c` for each class | ≥ 0 |
/// | `seed` | 0 | of the samples that precondition Newton's method, or of the orders of the rows | |
///
/// # Errors
/// `check` refuses values out of range and the l1 penalty with the plain hinge.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSvcParams(LinearSvcValidParams);

impl Default for LinearSvcParams {
    fn default() -> Self {
        Self(LinearSvcValidParams {
            penalty: SvcPenalty::L2,
            loss: SvcLoss::SquaredHinge,
            multi_class: MultiClass::OneVsRest,
            c: 1.0,
            tol: 1e-4,
            max_iter: 1000,
            fit_intercept: true,
            intercept_scaling: 1.0,
            class_weight: ClassWeight::Uniform,
            seed: 0,
        })
    }
}

impl LinearSvcParams {
    setters! {
        /// Sets the penalised norm.
        penalty: SvcPenalty,
        /// Sets the loss.
        loss: SvcLoss,
        /// Sets how more than two classes are told apart.
        multi_class: MultiClass,
        /// Sets the cost of an error.
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

impl ParamGuard for LinearSvcParams {
    type Checked = LinearSvcValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        let params = &self.0;
        above_zero(NAME, "C", params.c)?;
        above_zero(NAME, "tol", params.tol)?;
        above_zero(NAME, "intercept_scaling", params.intercept_scaling)?;
        at_least_one(NAME, "max_iter", params.max_iter)?;
        params.class_weight.check(NAME)?;
        let is_one_vs_rest = params.multi_class == MultiClass::OneVsRest;
        if is_one_vs_rest && params.penalty == SvcPenalty::L1 && params.loss == SvcLoss::Hinge {
            return Err(ParamError::unsupported(
                NAME,
                "penalty=l1, loss=hinge",
                "LIBLINEAR has no such solver; write loss=squared_hinge with dual=false",
            ));
        }
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// `LinearSVC`.
pub static LINEAR_SVC: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Linear,
    summary: "linear support vector machine, one-vs-rest or Crammer and Singer",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "penalty",
        &[Kind::Choice(&["l1", "l2"])],
        "\"l2\"",
        "norm of the weights",
    ),
    ParamSpec::new(
        "loss",
        &[Kind::Choice(&["hinge", "squared_hinge"])],
        "\"squared_hinge\"",
        "loss of one class against the rest",
    )
    .with_synonyms(&[("l1", "hinge"), ("l2", "squared_hinge")]),
    ParamSpec::new(
        "dual",
        &[Kind::Choice(&["auto"]), Kind::Bool],
        "\"auto\"",
        "LIBLINEAR's dual or primal solver; here only which combinations exist",
    )
    .in_2017("true"),
    ParamSpec::new(
        "tol",
        &[Kind::Float],
        "1e-4",
        "relative duality gap or gradient to reach",
    ),
    ParamSpec::new(
        "C",
        &[Kind::Float],
        "1.0",
        "cost of an error against the penalty",
    ),
    ParamSpec::new(
        "multi_class",
        &[Kind::Choice(&["ovr", "crammer_singer"])],
        "\"ovr\"",
        "one problem a class, or one for all",
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
        "value of the constant feature behind the (penalised) intercept",
    ),
    CLASS_WEIGHT,
    ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored"),
    RANDOM_STATE,
    ParamSpec::new("max_iter", &[Kind::Int], "1000", "steps at most"),
];

fn canonicalise(params: &mut Params) -> Vec<String> {
    params.remove("verbose");
    let mut notes = Vec::new();
    if params["multi_class"] == "crammer_singer" {
        for name in ["loss", "penalty", "dual"] {
            params.remove(name);
        }
        notes.push("crammer_singer ignores loss, penalty and dual".to_owned());
    }
    if params["fit_intercept"] == false {
        params.remove("intercept_scaling");
    }
    notes
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let (penalty, loss) = (args.choice("penalty"), args.choice("loss"));
    let dual = args.json("dual").as_bool();
    let refused = match (penalty, loss, dual) {
        (Some("l1"), Some("squared_hinge"), Some(true)) => Some((
            "penalty=l1, dual=true",
            "LIBLINEAR solves the l1 penalty in the primal only; write dual=false",
        )),
        (Some("l2"), Some("hinge"), Some(false)) => Some((
            "loss=hinge, dual=false",
            "LIBLINEAR solves the hinge in the dual only; write dual=true",
        )),
        _ => None,
    };
    if let Some((combination, reason)) = refused {
        return Err(ParamError::unsupported(NAME, combination, reason));
    }
    let params = LinearSvcParams::default()
        .penalty(if penalty == Some("l1") {
            SvcPenalty::L1
        } else {
            SvcPenalty::L2
        })
        .loss(if loss == Some("hinge") {
            SvcLoss::Hinge
        } else {
            SvcLoss::SquaredHinge
        })
        .multi_class(match args.choice("multi_class") {
            Some("crammer_singer") => MultiClass::CrammerSinger,
            _ => MultiClass::OneVsRest,
        })
        .c(args.float("C"))
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
    let is_coupled = args.choice("multi_class") == Some("crammer_singer");
    // Core-seconds on 60,000 × 784 rows of ten classes at C = 1.
    let measured = match (is_coupled, args.choice("loss"), args.choice("penalty")) {
        (true, _, _) => 105.0,
        (_, Some("hinge"), _) => 20.0,
        (_, _, Some("l1")) => 40.0,
        _ => 10.0,
    };
    // Crammer and Singer's solver goes to its limit of work at any C ≥ 1.
    let harder = if is_coupled {
        1.0
    } else {
        1.0 + 0.3 * args.float("C").max(1.0).log10()
    };
    Cost {
        cpu_s: measured * harder * (n * p * k) / (60_000.0 * 784.0 * 10.0),
        memory_bytes: super::super::working_memory(shape),
    }
}
