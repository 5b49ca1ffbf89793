//! Estimators that only know their parameters, for tests of the grid.

use fashion_bench::estimators::erased::{Estimator, Model};
use fashion_bench::catalog::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params, keep_all,
};
use fashion_bench::estimators::{FitError, ParamError};
use ndarray::{ArrayView1, ArrayView2};

/// The fourteen classifiers of the original's grid, with the parameters that it sets.
pub static ESTIMATORS: &[&EstimatorSpec] = &[
    &named("PassiveAggressiveClassifier", &[C]),
    &named("SGDClassifier", &[SGD_LOSS, SGD_PENALTY]),
    &named("Perceptron", &[SGD_PENALTY]),
    &named("DecisionTreeClassifier", TREE),
    &named("RandomForestClassifier", FOREST),
    &LOGISTIC_REGRESSION,
    &named("MLPClassifier", &[ACTIVATION, HIDDEN_LAYER_SIZES]),
    &named("KNeighborsClassifier", &[N_NEIGHBORS, WEIGHTS, P]),
    &SVC,
    &named("GaussianNB", &[PRIORS]),
    &named("ExtraTreeClassifier", TREE),
    &named("GaussianProcessClassifier", &[GP_MULTI_CLASS]),
    &named("GradientBoostingClassifier", BOOSTING),
    &LINEAR_SVC,
];

/// An estimator without rules.
const fn named(name: &'static str, params: &'static [ParamSpec]) -> EstimatorSpec {
    EstimatorSpec {
        name,
        family: Family::Linear,
        summary: "a fake",
        params,
        canonicalise: keep_all,
        build: |_| Ok(Box::new(Fake)),
        cost,
    }
}

/// `gamma` matters only to the curved kernels; `C` must be positive.
pub static SVC: EstimatorSpec = EstimatorSpec {
    family: Family::Svm,
    canonicalise: |params| match params["kernel"].as_str() {
        Some("linear") => ignore(params, "kernel=linear", &["gamma"]),
        _ => Vec::new(),
    },
    build: build_svc,
    ..named("SVC", &[C, KERNEL, GAMMA, CLASS_WEIGHT])
};

static LINEAR_SVC: EstimatorSpec = EstimatorSpec {
    canonicalise: |params| match params["multi_class"].as_str() {
        Some("crammer_singer") => {
            ignore(params, "multi_class=crammer_singer", &["loss", "penalty"])
        }
        _ => Vec::new(),
    },
    build: build_linear_svc,
    ..named("LinearSVC", &[C, LINEAR_LOSS, PENALTY, LINEAR_MULTI_CLASS])
};

static LOGISTIC_REGRESSION: EstimatorSpec = EstimatorSpec {
    build: build_logistic_regression,
    ..named("LogisticRegression", &[C, PENALTY, MULTI_CLASS, SOLVER])
};

fn build_svc(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    if args.float("C") <= 0.0 {
        let (expected, got) = ("a number in (0, inf)", args.json("C"));
        return Err(ParamError::value("SVC", "C", expected, got));
    }
    Ok(Box::new(Fake))
}

fn build_linear_svc(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    if args.choice("penalty") == Some("l1") {
        let combination = "multi_class=ovr, penalty=l1";
        let reason = "the dual problem has no l1 penalty";
        return Err(ParamError::unsupported("LinearSVC", combination, reason));
    }
    Ok(Box::new(Fake))
}

fn build_logistic_regression(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let refused = match (args.choice("solver"), args.choice("multi_class")) {
        (Some("liblinear"), Some("multinomial")) => "multi_class=multinomial, solver=liblinear",
        (Some("lbfgs"), _) if args.choice("penalty") == Some("l1") => "penalty=l1, solver=lbfgs",
        _ => return Ok(Box::new(Fake)),
    };
    let reason = "the solver cannot do it";
    Err(ParamError::unsupported(
        "LogisticRegression",
        refused,
        reason,
    ))
}

fn ignore(params: &mut Params, because: &str, names: &[&str]) -> Vec<String> {
    for name in names {
        params.remove(*name);
    }
    vec![format!("{because} ignores {}", names.join(" and "))]
}

fn cost(_: &Args<'_>, shape: &DataShape) -> Cost {
    Cost {
        cpu_s: shape.n_train as f64 / 1000.0,
        memory_bytes: shape.n_features as u64 * 1_000_000,
    }
}

struct Fake;

impl Estimator for Fake {
    fn fit(
        &self,
        _: ArrayView2<'_, f32>,
        _: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        unreachable!("the grid trains nothing")
    }
}

const C: ParamSpec = ParamSpec::new("C", &[Kind::Float], "1.0", "");
const KERNEL: ParamSpec = ParamSpec::new(
    "kernel",
    &[Kind::Choice(&["linear", "poly", "rbf", "sigmoid"])],
    "\"rbf\"",
    "",
);
const GAMMA: ParamSpec = ParamSpec::new(
    "gamma",
    &[Kind::Choice(&["scale", "auto"]), Kind::Float],
    "\"scale\"",
    "",
)
.in_2017("\"auto\"");
const CLASS_WEIGHT: ParamSpec =
    ParamSpec::new("class_weight", &[Kind::Object, Kind::Null], "null", "");
const PENALTY: ParamSpec = ParamSpec::new("penalty", &[Kind::Choice(&["l1", "l2"])], "\"l2\"", "");
const LINEAR_LOSS: ParamSpec = ParamSpec::new(
    "loss",
    &[Kind::Choice(&["hinge", "squared_hinge"])],
    "\"squared_hinge\"",
    "",
);
const LINEAR_MULTI_CLASS: ParamSpec = ParamSpec::new(
    "multi_class",
    &[Kind::Choice(&["ovr", "crammer_singer"])],
    "\"ovr\"",
    "",
);
const MULTI_CLASS: ParamSpec = ParamSpec::new(
    "multi_class",
    &[Kind::Choice(&["auto", "ovr", "multinomial"])],
    "\"auto\"",
    "",
)
.in_2017("\"ovr\"");
const SOLVER: ParamSpec = ParamSpec::new(
    "solver",
    &[Kind::Choice(&["lbfgs", "liblinear"])],
    "\"lbfgs\"",
    "",
)
.in_2017("\"liblinear\"");
const GP_MULTI_CLASS: ParamSpec = ParamSpec::new(
    "multi_class",
    &[Kind::Choice(&["one_vs_one", "one_vs_rest"])],
    "\"one_vs_rest\"",
    "",
);
const SGD_LOSS: ParamSpec = ParamSpec::new(
    "loss",
    &[Kind::Choice(&[
        "hinge",
        "squared_hinge",
        "perceptron",
        "log_loss",
        "modified_huber",
    ])],
    "\"hinge\"",
    "",
)
.with_synonyms(&[("log", "log_loss")]);
const SGD_PENALTY: ParamSpec = ParamSpec::new(
    "penalty",
    &[Kind::Choice(&["l1", "l2", "elasticnet"]), Kind::Null],
    "\"l2\"",
    "",
);
const CRITERION: ParamSpec = ParamSpec::new(
    "criterion",
    &[Kind::Choice(&["gini", "entropy"])],
    "\"gini\"",
    "",
);
const SPLITTER: ParamSpec = ParamSpec::new(
    "splitter",
    &[Kind::Choice(&["best", "random"])],
    "\"best\"",
    "",
);
const MAX_DEPTH: ParamSpec = ParamSpec::new("max_depth", &[Kind::Int, Kind::Null], "null", "");
const MAX_FEATURES: ParamSpec =
    ParamSpec::new("max_features", &[Kind::Int, Kind::Float], "1.0", "");
const N_ESTIMATORS: ParamSpec =
    ParamSpec::new("n_estimators", &[Kind::Int], "100", "").in_2017("10");
const TREE: &[ParamSpec] = &[CRITERION, SPLITTER, MAX_DEPTH];
const FOREST: &[ParamSpec] = &[CRITERION, MAX_DEPTH, N_ESTIMATORS, MAX_FEATURES];
const BOOSTING: &[ParamSpec] = &[BOOSTING_LOSS, N_ESTIMATORS, MAX_DEPTH];
const BOOSTING_LOSS: ParamSpec = ParamSpec::new(
    "loss",
    &[Kind::Choice(&["log_loss", "exponential"])],
    "\"log_loss\"",
    "",
)
.with_synonyms(&[("deviance", "log_loss")]);
const ACTIVATION: ParamSpec = ParamSpec::new(
    "activation",
    &[Kind::Choice(&["tanh", "relu"])],
    "\"relu\"",
    "",
);
const HIDDEN_LAYER_SIZES: ParamSpec =
    ParamSpec::new("hidden_layer_sizes", &[Kind::Ints], "[100]", "");
const N_NEIGHBORS: ParamSpec = ParamSpec::new("n_neighbors", &[Kind::Int], "5", "");
const WEIGHTS: ParamSpec = ParamSpec::new(
    "weights",
    &[Kind::Choice(&["uniform", "distance"])],
    "\"uniform\"",
    "",
);
const P: ParamSpec = ParamSpec::new("p", &[Kind::Float], "2", "");
const PRIORS: ParamSpec = ParamSpec::new("priors", &[Kind::Floats, Kind::Null], "null", "");
