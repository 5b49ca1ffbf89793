//! Parameters of [`Mlp`](super::Mlp), and their form in a config.

use linfa::ParamGuard;

use crate::erased::{Estimator, erase};
use crate::error::ParamError;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, RANDOM_STATE,
};

const NAME: &str = "MLPClassifier";

/// Function of the hidden units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activation {
    /// `x`.
    Identity,
    /// `1/(1 + e^-x)`.
    Logistic,
    /// `tanh x`.
    Tanh,
    /// `max(0, x)`.
    #[default]
    Relu,
}

/// Schedule of the step length of [`Solver::Sgd`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum LearningRate {
    /// Always the initial one.
    #[default]
    Constant,
    /// Initial / (1 + samples seen)^power.
    InvScaling {
        /// scikit-learn's `power_t`.
        power_t: f64,
    },
    /// Divided by 5 where training would stop, until it is 1e-6.
    Adaptive,
}

/// How weights follow gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Solver {
    /// Kingma and Ba's.
    Adam {
        /// Decay of the first moment, in [0, 1).
        beta_1: f64,
        /// Decay of the second moment, in [0, 1).
        beta_2: f64,
        /// Keeps divisors from 0, positive.
        epsilon: f64,
    },
    /// Gradient descent with momentum.
    Sgd {
        /// Decay of the velocity, in [0, 1].
        momentum: f64,
        /// Whether to look ahead along the velocity.
        nesterov: bool,
        /// Schedule.
        schedule: LearningRate,
    },
}

impl Default for Solver {
    fn default() -> Self {
        Self::Adam {
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
        }
    }
}

/// Parameters of [`Mlp`](super::Mlp), unchecked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `hidden_layer_sizes` | `[100]` | units of each hidden layer | each ≥ 1 |
/// | `activation` | relu | function of the hidden units | |
/// | `solver` | adam | how weights follow gradients | decays in [0, 1), epsilon > 0 |
/// | `alpha` | 1e-4 | weight of ½‖W‖² per batch | [0, inf) |
/// | `batch_size` | `None` | samples of a batch; `None` for at most 200 | ≥ 1 |
/// | `learning_rate_init` | 1e-3 | initial step length | (0, inf) |
/// | `max_iter` | 200 | epochs | ≥ 1 |
/// | `shuffle` | true | new order of samples each epoch | |
/// | `tol` | 1e-4 | improvement that counts | (0, inf) |
/// | `n_iter_no_change` | 10 | epochs without improvement before stopping | ≥ 1 |
/// | `validation_fraction` | `None` | share held out for early stopping | (0, 1) |
/// | `seed` | 0 | seed of weights and orders | |
///
/// # Errors
/// `check` refuses a value out of range, naming the parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct MlpParams(MlpValidParams);

/// Parameters of [`Mlp`](super::Mlp), checked.
#[derive(Debug, Clone, PartialEq)]
pub struct MlpValidParams {
    pub(super) hidden_layer_sizes: Vec<usize>,
    pub(super) activation: Activation,
    pub(super) solver: Solver,
    pub(super) alpha: f64,
    pub(super) batch_size: Option<usize>,
    pub(super) learning_rate_init: f64,
    pub(super) max_iter: usize,
    pub(super) shuffle: bool,
    pub(super) tol: f64,
    pub(super) n_iter_no_change: usize,
    pub(super) validation_fraction: Option<f64>,
    pub(super) seed: u64,
}

impl Default for MlpParams {
    fn default() -> Self {
        Self(MlpValidParams {
            hidden_layer_sizes: vec![100],
            activation: Activation::default(),
            solver: Solver::default(),
            alpha: 1e-4,
            batch_size: None,
            learning_rate_init: 1e-3,
            max_iter: 200,
            shuffle: true,
            tol: 1e-4,
            n_iter_no_change: 10,
            validation_fraction: None,
            seed: 0,
        })
    }
}

impl MlpParams {
    setters! {
        /// Sets the units of each hidden layer.
        hidden_layer_sizes: Vec<usize>,
        /// Sets the function of the hidden units.
        activation: Activation,
        /// Sets how weights follow gradients.
        solver: Solver,
        /// Sets the weight of ½‖W‖² per batch.
        alpha: f64,
        /// Sets the samples of a batch.
        batch_size: Option<usize>,
        /// Sets the initial step length.
        learning_rate_init: f64,
        /// Sets the number of epochs.
        max_iter: usize,
        /// Sets whether samples come in a new order each epoch.
        shuffle: bool,
        /// Sets the improvement that counts.
        tol: f64,
        /// Sets the epochs without improvement before stopping.
        n_iter_no_change: usize,
        /// Sets the share held out for early stopping.
        validation_fraction: Option<f64>,
        /// Sets the seed of weights and orders.
        seed: u64,
    }
}

fn check_range(
    param: &'static str,
    value: f64,
    expected: &str,
    is_valid: bool,
) -> Result<(), ParamError> {
    if is_valid && value.is_finite() {
        Ok(())
    } else {
        Err(ParamError::value(NAME, param, expected, value))
    }
}

fn check_at_least_1(param: &'static str, value: usize) -> Result<(), ParamError> {
    if value >= 1 {
        Ok(())
    } else {
        Err(ParamError::value(
            NAME,
            param,
            "an integer in [1, inf)",
            value,
        ))
    }
}

impl ParamGuard for MlpParams {
    type Checked = MlpValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&MlpValidParams, ParamError> {
        let p = &self.0;
        if p.hidden_layer_sizes.contains(&0) {
            return Err(ParamError::value(
                NAME,
                "hidden_layer_sizes",
                "a list of integers in [1, inf)",
                format!("{:?}", p.hidden_layer_sizes),
            ));
        }
        let rate = p.learning_rate_init;
        check_range("alpha", p.alpha, "a number in [0, inf)", p.alpha >= 0.0)?;
        check_range(
            "learning_rate_init",
            rate,
            "a number in (0, inf)",
            rate > 0.0,
        )?;
        check_range("tol", p.tol, "a number in (0, inf)", p.tol > 0.0)?;
        check_at_least_1("max_iter", p.max_iter)?;
        check_at_least_1("n_iter_no_change", p.n_iter_no_change)?;
        check_at_least_1("batch_size", p.batch_size.unwrap_or(1))?;
        if let Some(share) = p.validation_fraction {
            let is_valid = share > 0.0 && share < 1.0;
            check_range("validation_fraction", share, "a number in (0, 1)", is_valid)?;
        }
        match p.solver {
            Solver::Adam {
                beta_1,
                beta_2,
                epsilon,
            } => {
                for (param, beta) in [("beta_1", beta_1), ("beta_2", beta_2)] {
                    let is_valid = (0.0..1.0).contains(&beta);
                    check_range(param, beta, "a number in [0, 1)", is_valid)?;
                }
                check_range("epsilon", epsilon, "a number in (0, inf)", epsilon > 0.0)?;
            }
            Solver::Sgd {
                momentum, schedule, ..
            } => {
                let is_valid = (0.0..=1.0).contains(&momentum);
                check_range("momentum", momentum, "a number in [0, 1]", is_valid)?;
                if let LearningRate::InvScaling { power_t } = schedule {
                    check_range("power_t", power_t, "a number in [0, inf)", power_t >= 0.0)?;
                }
            }
        }
        Ok(p)
    }

    fn check(self) -> Result<MlpValidParams, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// `MLPClassifier` as the registry lists it.
pub static MLP_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::NeuralNetwork,
    summary: "multi-layer perceptron, mini-batch adam or sgd",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "hidden_layer_sizes",
        &[Kind::Ints],
        "[100]",
        "units of each hidden layer, each at least 1",
    ),
    ParamSpec::new(
        "activation",
        &[Kind::Choice(&["relu", "tanh", "logistic", "identity"])],
        r#""relu""#,
        "function of the hidden units",
    ),
    ParamSpec::new(
        "solver",
        &[Kind::Choice(&["adam", "sgd", "lbfgs"])],
        r#""adam""#,
        "how weights follow gradients; lbfgs is not supported",
    ),
    ParamSpec::new(
        "alpha",
        &[Kind::Float],
        "0.0001",
        "weight of the squared weights in a batch's loss, in [0, inf)",
    ),
    ParamSpec::new(
        "batch_size",
        &[Kind::Int, Kind::Choice(&["auto"])],
        r#""auto""#,
        "samples of a batch; auto = min(200, n_samples)",
    ),
    ParamSpec::new(
        "learning_rate",
        &[Kind::Choice(&["constant", "invscaling", "adaptive"])],
        r#""constant""#,
        "schedule of the step length (sgd)",
    ),
    ParamSpec::new(
        "learning_rate_init",
        &[Kind::Float],
        "0.001",
        "initial step length, in (0, inf)",
    ),
    ParamSpec::new(
        "power_t",
        &[Kind::Float],
        "0.5",
        "exponent of invscaling (sgd)",
    ),
    ParamSpec::new("max_iter", &[Kind::Int], "200", "epochs at most"),
    ParamSpec::new(
        "shuffle",
        &[Kind::Bool],
        "true",
        "new order of samples each epoch",
    ),
    RANDOM_STATE,
    ParamSpec::new(
        "tol",
        &[Kind::Float],
        "0.0001",
        "improvement of loss or validation score that counts",
    ),
    ParamSpec::new(
        "verbose",
        &[Kind::Bool, Kind::Int],
        "false",
        "printing; accepted and dropped",
    ),
    ParamSpec::new(
        "warm_start",
        &[Kind::Bool],
        "false",
        "reuse of an earlier fit; there is none in a benchmark, accepted and dropped",
    ),
    ParamSpec::new(
        "momentum",
        &[Kind::Float],
        "0.9",
        "decay of the velocity (sgd), in [0, 1]",
    ),
    ParamSpec::new(
        "nesterovs_momentum",
        &[Kind::Bool],
        "true",
        "whether to look ahead along the velocity (sgd)",
    ),
    ParamSpec::new(
        "early_stopping",
        &[Kind::Bool],
        "false",
        "whether a held-out share decides when to stop",
    ),
    ParamSpec::new(
        "validation_fraction",
        &[Kind::Float],
        "0.1",
        "share held out for early stopping, in (0, 1)",
    ),
    ParamSpec::new(
        "beta_1",
        &[Kind::Float],
        "0.9",
        "decay of the first moment (adam), in [0, 1)",
    ),
    ParamSpec::new(
        "beta_2",
        &[Kind::Float],
        "0.999",
        "decay of the second moment (adam), in [0, 1)",
    ),
    ParamSpec::new(
        "epsilon",
        &[Kind::Float],
        "1e-8",
        "keeps divisors from 0 (adam)",
    ),
    ParamSpec::new(
        "n_iter_no_change",
        &[Kind::Int],
        "10",
        "epochs without improvement before stopping",
    )
    .in_2017("2"),
    ParamSpec::new(
        "max_fun",
        &[Kind::Int],
        "15000",
        "limit of lbfgs; accepted and dropped",
    ),
];

/// Drops what does not change the model: printing, and parameters of what is not chosen.
fn canonicalise(params: &mut Params) -> Vec<String> {
    let is = |params: &Params, name: &str, value: &str| {
        params.get(name).and_then(|v| v.as_str()) == Some(value)
    };
    let mut drop = vec!["verbose", "warm_start", "max_fun"];
    if is(params, "solver", "adam") {
        drop.extend(["learning_rate", "power_t", "momentum", "nesterovs_momentum"]);
    } else if is(params, "solver", "sgd") {
        drop.extend(["beta_1", "beta_2", "epsilon"]);
        if !is(params, "learning_rate", "invscaling") {
            drop.push("power_t");
        }
    }
    if params.get("early_stopping").and_then(|v| v.as_bool()) == Some(false) {
        drop.push("validation_fraction");
    }
    for name in drop {
        params.remove(name);
    }
    Vec::new()
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let solver = match args.choice("solver") {
        Some("lbfgs") => {
            return Err(ParamError::unsupported(
                NAME,
                "solver=lbfgs",
                "only the mini-batch solvers adam and sgd are implemented",
            ));
        }
        Some("sgd") => Solver::Sgd {
            momentum: args.float("momentum"),
            nesterov: args.bool("nesterovs_momentum"),
            schedule: match args.choice("learning_rate") {
                Some("adaptive") => LearningRate::Adaptive,
                Some("invscaling") => LearningRate::InvScaling {
                    power_t: args.float("power_t"),
                },
                _ => LearningRate::Constant,
            },
        },
        _ => Solver::Adam {
            beta_1: args.float("beta_1"),
            beta_2: args.float("beta_2"),
            epsilon: args.float("epsilon"),
        },
    };
    let activation = match args.choice("activation") {
        Some("identity") => Activation::Identity,
        Some("logistic") => Activation::Logistic,
        Some("tanh") => Activation::Tanh,
        _ => Activation::Relu,
    };
    let params = MlpParams::default()
        .hidden_layer_sizes(args.counts("hidden_layer_sizes")?)
        .activation(activation)
        .solver(solver)
        .alpha(args.float("alpha"))
        .batch_size(args.opt_count("batch_size")?)
        .learning_rate_init(args.float("learning_rate_init"))
        .max_iter(args.count("max_iter")?)
        .shuffle(args.bool("shuffle"))
        .tol(args.float("tol"))
        .n_iter_no_change(args.count("n_iter_no_change")?)
        .validation_fraction(
            args.bool("early_stopping")
                .then(|| args.float("validation_fraction")),
        )
        .seed(args.seed()?);
    Ok(erase(params.check()?))
}

/// From one-thread runs on Fashion-MNIST: the products of an epoch at 60 GFLOP/s and a pass over
/// the data, for about 100 epochs.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let mut units = vec![shape.n_features];
    units.extend(args.counts("hidden_layer_sizes").unwrap_or_default());
    units.push(shape.n_classes);
    let weights: usize = units.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let epochs = args.float("max_iter").min(100.0);
    let epoch_s =
        shape.n_train as f64 * (weights as f64 * 1.0e-10 + shape.n_features as f64 * 1e-9);
    Cost {
        cpu_s: epochs * epoch_s,
        memory_bytes: 20 * weights as u64 + 4_000_000,
    }
}
