//! What the stochastic estimators have in common, and its range checks.

use super::loss::SgdLoss;
use crate::ParamError;
use crate::linear::ClassWeight;
use crate::linear::{above_zero, at_least_one};
use crate::spec::{Args, Cost, DataShape, Kind, ParamSpec, Params};

/// What is added to the loss, times `alpha`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SgdPenalty {
    /// Nothing.
    None,
    /// `|w|₁`, as the truncated gradient of Tsuruoka et al. (2009).
    L1,
    /// `½|w|²`.
    L2,
    /// `ratio·|w|₁ + ½(1 - ratio)·|w|²`.
    ElasticNet {
        /// Share of the l1 norm, in [0, 1].
        l1_ratio: f64,
    },
}

impl SgdPenalty {
    /// The share of the l1 norm; of nothing is 0.
    pub(super) fn l1_share(self) -> f64 {
        match self {
            Self::None | Self::L2 => 0.0,
            Self::L1 => 1.0,
            Self::ElasticNet { l1_ratio } => l1_ratio,
        }
    }

    /// The share of the l2 norm.
    pub(super) fn l2_share(self) -> f64 {
        match self {
            Self::None | Self::L1 => 0.0,
            Self::L2 => 1.0,
            Self::ElasticNet { l1_ratio } => 1.0 - l1_ratio,
        }
    }
}

/// How long a step is at the t-th row (counted from 1 over all epochs).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LearningRate {
    /// `1 / (alpha·(t₀ + t))` with Bottou's t₀.
    Optimal,
    /// `eta0`.
    Constant {
        /// The step.
        eta0: f64,
    },
    /// `eta0 / t^power_t`.
    InvScaling {
        /// The first step.
        eta0: f64,
        /// The power.
        power_t: f64,
    },
    /// `eta0`, a fifth of it whenever the stopping rule would stop, until it is below 1e-6.
    Adaptive {
        /// The first step.
        eta0: f64,
    },
    /// `min(c, loss / |x|²)`: PA-I of Crammer et al. (2006).
    PassiveAggressive1 {
        /// The longest step.
        c: f64,
    },
    /// `loss / (|x|² + 1/2c)`: PA-II.
    PassiveAggressive2 {
        /// The stiffness.
        c: f64,
    },
}

/// Stopping on rows held back instead of the training loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarlyStopping {
    /// Share of the rows held back, in (0, 1).
    pub validation_fraction: f64,
}

/// Settings of the common algorithm.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    pub loss: SgdLoss,
    pub penalty: SgdPenalty,
    pub alpha: f64,
    pub learning_rate: LearningRate,
    pub fit_intercept: bool,
    pub max_iter: usize,
    pub tol: Option<f64>,
    pub n_iter_no_change: usize,
    pub early_stopping: Option<EarlyStopping>,
    pub shuffle: bool,
    /// Rows seen before averaging starts; 0 for no averaging.
    pub average: usize,
    pub class_weight: ClassWeight,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            loss: SgdLoss::Hinge,
            penalty: SgdPenalty::L2,
            alpha: 1e-4,
            learning_rate: LearningRate::Optimal,
            fit_intercept: true,
            max_iter: 1000,
            tol: Some(1e-3),
            n_iter_no_change: 5,
            early_stopping: None,
            shuffle: true,
            average: 0,
            class_weight: ClassWeight::Uniform,
            seed: 0,
        }
    }
}

impl Settings {
    pub fn check(&self, estimator: &'static str) -> Result<(), ParamError> {
        not_negative(estimator, "alpha", self.alpha)?;
        if let SgdPenalty::ElasticNet { l1_ratio } = self.penalty
            && !(0.0..=1.0).contains(&l1_ratio)
        {
            return Err(ParamError::value(
                estimator,
                "l1_ratio",
                "a number in [0, 1]",
                l1_ratio,
            ));
        }
        if let SgdLoss::Huber(epsilon)
        | SgdLoss::EpsilonInsensitive(epsilon)
        | SgdLoss::SquaredEpsilonInsensitive(epsilon) = self.loss
        {
            not_negative(estimator, "epsilon", epsilon)?;
        }
        match self.learning_rate {
            LearningRate::Optimal => above_zero(estimator, "alpha", self.alpha)?,
            LearningRate::Constant { eta0 }
            | LearningRate::Adaptive { eta0 }
            | LearningRate::InvScaling { eta0, .. } => above_zero(estimator, "eta0", eta0)?,
            LearningRate::PassiveAggressive1 { c } | LearningRate::PassiveAggressive2 { c } => {
                above_zero(estimator, "C", c)?;
            }
        }
        if let Some(tol) = self.tol {
            not_negative(estimator, "tol", tol)?;
        }
        if let Some(EarlyStopping {
            validation_fraction,
        }) = self.early_stopping
            && !(validation_fraction > 0.0 && validation_fraction < 1.0)
        {
            let expected = "a number in (0, 1)";
            return Err(ParamError::value(
                estimator,
                "validation_fraction",
                expected,
                validation_fraction,
            ));
        }
        at_least_one(estimator, "max_iter", self.max_iter)?;
        at_least_one(estimator, "n_iter_no_change", self.n_iter_no_change)?;
        self.class_weight.check(estimator)
    }

    /// Reads the parameters that all three estimators have.
    pub fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        Ok(Self {
            fit_intercept: args.bool("fit_intercept"),
            max_iter: args.count("max_iter")?,
            tol: args.opt_float("tol"),
            n_iter_no_change: args.opt_count("n_iter_no_change")?.unwrap_or(5),
            early_stopping: args.bool("early_stopping").then(|| EarlyStopping {
                validation_fraction: args.opt_float("validation_fraction").unwrap_or(0.1),
            }),
            shuffle: args.bool("shuffle"),
            class_weight: ClassWeight::from_args(args)?,
            seed: args.seed()?,
            ..Self::default()
        })
    }
}

fn not_negative(
    estimator: &'static str,
    param: &'static str,
    value: f64,
) -> Result<(), ParamError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ParamError::value(
        estimator,
        param,
        "a number in [0, inf)",
        value,
    ))
}

/// Reads `penalty` and `l1_ratio`.
pub(super) fn penalty_from_args(args: &Args<'_>) -> SgdPenalty {
    match args.choice("penalty") {
        Some("l1") => SgdPenalty::L1,
        Some("l2") => SgdPenalty::L2,
        Some("elasticnet") => SgdPenalty::ElasticNet {
            l1_ratio: args.opt_float("l1_ratio").unwrap_or(0.15),
        },
        _ => SgdPenalty::None,
    }
}

/// Removes what never matters, and what does not matter beside the other values.
pub(super) fn canonicalise_common(params: &mut Params) -> Vec<String> {
    for name in ["verbose", "n_jobs", "warm_start"] {
        params.remove(name);
    }
    if params.get("penalty").is_some_and(|p| p == "none") {
        params.insert("penalty".to_owned(), serde_json::Value::Null);
    }
    if params.get("penalty").is_some_and(|p| p != "elasticnet") {
        params.remove("l1_ratio");
    }
    if params["early_stopping"] == false {
        params.remove("validation_fraction");
    }
    if params["tol"].is_null() {
        params.remove("n_iter_no_change");
    }
    Vec::new()
}

/// Parameters that all three estimators have, in scikit-learn's words.
pub(super) mod table {
    use super::{Kind, ParamSpec};

    pub const PENALTY_KINDS: &[Kind] = &[
        Kind::Choice(&["l2", "l1", "elasticnet", "none"]),
        Kind::Null,
    ];
    pub const L1_RATIO: ParamSpec = ParamSpec::new(
        "l1_ratio",
        &[Kind::Float],
        "0.15",
        "share of the l1 norm (elasticnet)",
    );
    pub const FIT_INTERCEPT: ParamSpec = ParamSpec::new(
        "fit_intercept",
        &[Kind::Bool],
        "true",
        "whether there is an intercept",
    );
    pub const MAX_ITER: ParamSpec =
        ParamSpec::new("max_iter", &[Kind::Int], "1000", "epochs at most").in_2017("5");
    pub const TOL: ParamSpec = ParamSpec::new(
        "tol",
        &[Kind::Float, Kind::Null],
        "1e-3",
        "decrease of the mean loss that counts as progress; null never stops early",
    )
    .in_2017("null");
    pub const SHUFFLE: ParamSpec = ParamSpec::new(
        "shuffle",
        &[Kind::Bool],
        "true",
        "whether each epoch has its own order",
    );
    pub const VERBOSE: ParamSpec =
        ParamSpec::new("verbose", &[Kind::Int, Kind::Bool], "0", "ignored");
    pub const N_JOBS: ParamSpec =
        ParamSpec::new("n_jobs", &[Kind::Int, Kind::Null], "null", "ignored");
    pub const WARM_START: ParamSpec = ParamSpec::new(
        "warm_start",
        &[Kind::Bool],
        "false",
        "ignored: every fit starts anew",
    );
    pub const EARLY_STOPPING: ParamSpec = ParamSpec::new(
        "early_stopping",
        &[Kind::Bool],
        "false",
        "whether to stop on the score of rows held back",
    );
    pub const VALIDATION_FRACTION: ParamSpec = ParamSpec::new(
        "validation_fraction",
        &[Kind::Float],
        "0.1",
        "share of the rows held back",
    );
    pub const N_ITER_NO_CHANGE: ParamSpec = ParamSpec::new(
        "n_iter_no_change",
        &[Kind::Int],
        "5",
        "epochs without progress before the end",
    );
    pub const AVERAGE: ParamSpec = ParamSpec::new(
        "average",
        &[Kind::Bool, Kind::Int],
        "false",
        "average the weights, from the first row or from this one on",
    );
}

/// Reads `average`: a switch, or the row to start at.
pub(super) fn average_from_args(args: &Args<'_>) -> Result<usize, ParamError> {
    match args.json("average").as_bool() {
        Some(is_on) => Ok(usize::from(is_on)),
        None => args.count("average"),
    }
}

/// Cost of `usual_epochs`, or of fewer where `max_iter` says so or `tol` does not stop them.
pub(super) fn epoch_cost(
    args: &Args<'_>,
    shape: &DataShape,
    usual_epochs: f64,
    penalty: SgdPenalty,
) -> Cost {
    let asked = args.opt_float("max_iter").unwrap_or(usual_epochs);
    let epochs = if args.opt_float("tol").is_some() {
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
    let measured = if penalty.l1_share() > 0.0 { 0.15 } else { 0.1 };
    Cost {
        cpu_s: epochs * measured * (n * p * k) / (60_000.0 * 784.0 * 10.0),
        memory_bytes: (shape.n_train * 24 + shape.n_classes * shape.n_features * 16) as u64,
    }
}
