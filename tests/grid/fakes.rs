//! Classifiers that only know their parameters, for tests of the grid.

use fashion_bench::catalog::{Cost, DataShape, Entry, EstimatorSpec, Family, Params};
use fashion_bench::estimators::erased::{Estimator, Model};
use fashion_bench::estimators::parameters::{Interval, Kind, ParamValue, Parameter};
use fashion_bench::estimators::{ClassWeight, FitError, ParamError, choices, parameters};
use ndarray::{ArrayView1, ArrayView2};

/// The fourteen classifiers of the original's grid, with the parameters that it sets.
pub static ESTIMATORS: [EstimatorSpec; 14] = [
    EstimatorSpec::of::<PassiveAggressiveParams>(),
    EstimatorSpec::of::<SgdParams>(),
    EstimatorSpec::of::<PerceptronParams>(),
    EstimatorSpec::of::<DecisionTreeParams>(),
    EstimatorSpec::of::<RandomForestParams>(),
    EstimatorSpec::of::<LogisticRegressionParams>(),
    EstimatorSpec::of::<MlpParams>(),
    EstimatorSpec::of::<KNeighborsParams>(),
    EstimatorSpec::of::<SvcParams>(),
    EstimatorSpec::of::<GaussianNbParams>(),
    EstimatorSpec::of::<ExtraTreeParams>(),
    EstimatorSpec::of::<GaussianProcessParams>(),
    EstimatorSpec::of::<GradientBoostingParams>(),
    EstimatorSpec::of::<LinearSvcParams>(),
];

/// Declares the parameters of a fake, which cannot be fitted and costs what its data make it.
macro_rules! fake {
    (
        $params:ident => $valid:ident, $name:literal, $family:expr, $canonicalise:expr,
        { $($fields:tt)* } $($rest:tt)*
    ) => {
        parameters! {
            /// Parameters of a fake.
            struct $params => $valid: $name { $($fields)* }
            $($rest)*
        }

        impl Entry for $params {
            const FAMILY: Family = $family;
            const SUMMARY: &'static str = "a fake";

            fn canonicalise(params: &mut Params) -> Vec<String> {
                let canonicalise: fn(&mut Params) -> Vec<String> = $canonicalise;
                canonicalise(params)
            }

            fn cost(_: &$valid, shape: &DataShape) -> Cost {
                Cost {
                    cpu_s: shape.n_train as f64 / 1000.0,
                    memory_bytes: shape.n_features as u64 * 1_000_000,
                }
            }
        }

        impl Estimator for $valid {
            fn fit(
                &self,
                _: ArrayView2<'_, f32>,
                _: ArrayView1<'_, usize>,
            ) -> Result<Box<dyn Model>, FitError> {
                unreachable!("the grid trains nothing")
            }
        }
    };
}

fn keep_all(_: &mut Params) -> Vec<String> {
    Vec::new()
}

fn ignore(params: &mut Params, because: &str, names: &[&str]) -> Vec<String> {
    for name in names {
        params.remove(*name);
    }
    vec![format!("{because} ignores {}", names.join(" and "))]
}

/// Declares an enum of choices by their names alone.
macro_rules! names {
    ($($name:ident { $($variant:ident = $text:literal $(| $old:literal)*),+ })+) => {
        $(choices! {
            /// Names of the test.
            enum $name {
                $(
                    /// A name.
                    $variant = $text $(| $old)*,
                )+
            }
        })+
    };
}

names! {
    Kernel { Linear = "linear", Poly = "poly", Rbf = "rbf", Sigmoid = "sigmoid" }
    Penalty { L1 = "l1", L2 = "l2" }
    LinearLoss { Hinge = "hinge", SquaredHinge = "squared_hinge" }
    LinearMultiClass { Ovr = "ovr", CrammerSinger = "crammer_singer" }
    MultiClass { Auto = "auto", Ovr = "ovr", Multinomial = "multinomial" }
    Solver { Lbfgs = "lbfgs", Liblinear = "liblinear" }
    GpMultiClass { OneVsOne = "one_vs_one", OneVsRest = "one_vs_rest" }
    SgdLoss {
        Hinge = "hinge", SquaredHinge = "squared_hinge", Perceptron = "perceptron",
        LogLoss = "log_loss" | "log", ModifiedHuber = "modified_huber"
    }
    SgdPenalty { L1 = "l1", L2 = "l2", ElasticNet = "elasticnet" }
    Criterion { Gini = "gini", Entropy = "entropy" }
    Splitter { Best = "best", Random = "random" }
    BoostingLoss { LogLoss = "log_loss" | "deviance", Exponential = "exponential" }
    Activation { Tanh = "tanh", Relu = "relu" }
    Weights { Uniform = "uniform", Distance = "distance" }
}

/// A value that a test writes as it likes among some kinds.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
enum Gamma {
    Scale,
    Auto,
    Value(f64),
}

impl Parameter for Gamma {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(&["scale", "auto"]), Kind::Float]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value.as_str() {
            Some("scale") => Some(Self::Scale),
            Some(_) => Some(Self::Auto),
            None => value.as_f64().map(Self::Value),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Scale => "scale".into(),
            Self::Auto => "auto".into(),
            Self::Value(value) => ParamValue::Float(*value),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

/// A count or a share of the features.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct MaxFeatures(f64);

impl Parameter for MaxFeatures {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Float]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        value.as_f64().map(Self)
    }

    fn write(&self) -> ParamValue {
        ParamValue::Float(self.0)
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

fake!(PassiveAggressiveParams => PassiveAggressiveValid, "PassiveAggressiveClassifier",
    Family::Linear, keep_all, {
        /// cost
        c as "C": f64 = 1.0;
});
fake!(SgdParams => SgdValid, "SGDClassifier", Family::Linear, keep_all, {
    /// loss
    loss: SgdLoss = SgdLoss::Hinge;
    /// penalty
    penalty: Option<SgdPenalty> = Some(SgdPenalty::L2);
});
fake!(PerceptronParams => PerceptronValid, "Perceptron", Family::Linear, keep_all, {
    /// penalty
    penalty: Option<SgdPenalty> = Some(SgdPenalty::L2);
});
fake!(DecisionTreeParams => DecisionTreeValid, "DecisionTreeClassifier", Family::Linear, keep_all, {
    /// criterion
    criterion: Criterion = Criterion::Gini;
    /// splitter
    splitter: Splitter = Splitter::Best;
    /// depth
    max_depth: Option<usize> = None;
});
fake!(ExtraTreeParams => ExtraTreeValid, "ExtraTreeClassifier", Family::Linear, keep_all, {
    /// criterion
    criterion: Criterion = Criterion::Gini;
    /// splitter
    splitter: Splitter = Splitter::Best;
    /// depth
    max_depth: Option<usize> = None;
});
fake!(RandomForestParams => RandomForestValid, "RandomForestClassifier", Family::Linear, keep_all, {
    /// criterion
    criterion: Criterion = Criterion::Gini;
    /// depth
    max_depth: Option<usize> = None;
    /// trees
    n_estimators: usize = 100, was 10;
    /// features
    max_features: MaxFeatures = MaxFeatures(1.0);
});
fake!(LogisticRegressionParams => LogisticRegressionValid, "LogisticRegression", Family::Linear,
    keep_all, {
        /// cost
        c as "C": f64 = 1.0;
        /// penalty
        penalty: Penalty = Penalty::L2;
        /// classes
        multi_class: MultiClass = MultiClass::Auto, was MultiClass::Ovr;
        /// solver
        solver: Solver = Solver::Lbfgs, was Solver::Liblinear;
    }
    check check_logistic_regression;
);
fake!(MlpParams => MlpValid, "MLPClassifier", Family::Linear, keep_all, {
    /// activation
    activation: Activation = Activation::Relu;
    /// layers
    hidden_layer_sizes: Vec<usize> = vec![100];
});
fake!(KNeighborsParams => KNeighborsValid, "KNeighborsClassifier", Family::Linear, keep_all, {
    /// neighbours
    n_neighbors: usize = 5;
    /// weights
    weights: Weights = Weights::Uniform;
    /// power
    p: f64 = 2.0;
});
fake!(GaussianNbParams => GaussianNbValid, "GaussianNB", Family::Linear, keep_all, {
    /// priors
    priors: Option<Vec<f64>> = None;
});
fake!(GaussianProcessParams => GaussianProcessValid, "GaussianProcessClassifier", Family::Linear,
    keep_all, {
        /// classes
        multi_class: GpMultiClass = GpMultiClass::OneVsRest;
});
fake!(GradientBoostingParams => GradientBoostingValid, "GradientBoostingClassifier",
    Family::Linear, keep_all, {
        /// loss
        loss: BoostingLoss = BoostingLoss::LogLoss;
        /// stages
        n_estimators: usize = 100, was 10;
        /// depth
        max_depth: Option<usize> = None;
});
// `gamma` matters only to the curved kernels; `C` must be positive.
fake!(SvcParams => SvcValid, "SVC", Family::Svm,
    |params| match params["kernel"].as_str() {
        Some("linear") => ignore(params, "kernel=linear", &["gamma"]),
        _ => Vec::new(),
    }, {
        /// cost
        c as "C": f64 = 1.0, in Interval::POSITIVE;
        /// kernel
        kernel: Kernel = Kernel::Rbf;
        /// coefficient
        gamma: Gamma = Gamma::Scale, was Gamma::Auto;
        /// weights
        class_weight: ClassWeight = ClassWeight::Uniform;
});
fake!(LinearSvcParams => LinearSvcValid, "LinearSVC", Family::Linear,
    |params| match params["multi_class"].as_str() {
        Some("crammer_singer") => {
            ignore(params, "multi_class=crammer_singer", &["loss", "penalty"])
        }
        _ => Vec::new(),
    }, {
        /// cost
        c as "C": f64 = 1.0;
        /// loss
        loss: LinearLoss = LinearLoss::SquaredHinge;
        /// penalty
        penalty: Penalty = Penalty::L2;
        /// classes
        multi_class: LinearMultiClass = LinearMultiClass::Ovr;
    }
    check check_linear_svc;
);

fn check_linear_svc(params: &LinearSvcValid) -> Result<(), ParamError> {
    if params.penalty == Penalty::L2 || params.multi_class == LinearMultiClass::CrammerSinger {
        return Ok(());
    }
    let combination = "multi_class=ovr, penalty=l1";
    let reason = "the dual problem has no l1 penalty";
    Err(ParamError::unsupported("LinearSVC", combination, reason))
}

fn check_logistic_regression(params: &LogisticRegressionValid) -> Result<(), ParamError> {
    let refused = match (params.solver, params.multi_class) {
        (Solver::Liblinear, MultiClass::Multinomial) => "multi_class=multinomial, solver=liblinear",
        (Solver::Lbfgs, _) if params.penalty == Penalty::L1 => "penalty=l1, solver=lbfgs",
        _ => return Ok(()),
    };
    let reason = "the solver cannot do it";
    Err(ParamError::unsupported(
        "LogisticRegression",
        refused,
        reason,
    ))
}
