//! Parameters of [`Svc`](super::Svc) and [`NuSvc`](super::NuSvc), and their form in a config.

use std::collections::BTreeMap;

use linfa::ParamGuard;

use crate::erased::{Estimator, erase};
use crate::error::ParamError;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params,
};

/// Which kernel; its parameters are in [`SvmSettings`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KernelKind {
    /// `a·b`.
    Linear,
    /// `exp(-gamma·‖a - b‖²)`.
    #[default]
    Rbf,
    /// `(gamma·a·b + coef0)^degree`.
    Poly,
    /// `tanh(gamma·a·b + coef0)`.
    Sigmoid,
}

/// The kernel coefficient.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Gamma {
    /// 1/`n_features`.
    Auto,
    /// 1/(`n_features` · variance of all features together); 1 where that variance is 0.
    #[default]
    Scale,
    /// This number.
    Value(f64),
}

/// Factors on `C` by class.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ClassWeight {
    /// 1 for every class.
    #[default]
    Uniform,
    /// `n_samples / (n_classes · samples of the class)`.
    Balanced,
    /// By label; 1 for labels that are not listed.
    ByLabel(BTreeMap<usize, f64>),
}

/// What both machines share.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmSettings {
    /// The kernel.
    pub kernel: KernelKind,
    /// Coefficient of rbf, poly and sigmoid, positive.
    pub gamma: Gamma,
    /// Constant of poly and sigmoid.
    pub coef0: f64,
    /// Exponent of poly.
    pub degree: usize,
    /// Largest violation of optimality that counts as none, positive.
    pub tol: f64,
    /// Memory for the kernel rows of a pair of classes in MB (10⁶ bytes), positive. A working set's
    /// rows are kept even beyond it.
    pub cache_size: f64,
    /// Steps allowed for each pair of classes; `None` for no limit.
    pub max_iter: Option<usize>,
    /// Factors on `C`, positive.
    pub class_weight: ClassWeight,
    /// Whether confidences break ties of votes (scikit-learn's `break_ties`).
    pub break_ties: bool,
}

impl Default for SvmSettings {
    fn default() -> Self {
        Self {
            kernel: KernelKind::default(),
            gamma: Gamma::default(),
            coef0: 0.0,
            degree: 3,
            tol: 1e-3,
            cache_size: 200.0,
            max_iter: None,
            class_weight: ClassWeight::default(),
            break_ties: false,
        }
    }
}

impl SvmSettings {
    fn check(&self, estimator: &'static str) -> Result<(), ParamError> {
        let positive = |param, value: f64| {
            if value > 0.0 && value.is_finite() {
                Ok(())
            } else {
                Err(ParamError::value(
                    estimator,
                    param,
                    "a number in (0, inf)",
                    value,
                ))
            }
        };
        if let Gamma::Value(gamma) = self.gamma {
            positive("gamma", gamma)?;
        }
        positive("tol", self.tol)?;
        positive("cache_size", self.cache_size)?;
        if !self.coef0.is_finite() {
            let expected = "a number in (-inf, inf)";
            return Err(ParamError::value(estimator, "coef0", expected, self.coef0));
        }
        if u32::try_from(self.degree).is_err() {
            let expected = "an integer in [0, 4294967295]";
            return Err(ParamError::value(
                estimator,
                "degree",
                expected,
                self.degree,
            ));
        }
        if let ClassWeight::ByLabel(weights) = &self.class_weight
            && let Some((label, weight)) =
                weights.iter().find(|(_, w)| !(**w > 0.0 && w.is_finite()))
        {
            return Err(ParamError::value(
                estimator,
                "class_weight",
                format!("an object of numbers in (0, inf), class {label} included"),
                weight,
            ));
        }
        Ok(())
    }
}

/// Parameters of [`Svc`](super::Svc), unchecked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `c` | 1 | weight of errors against margin | (0, inf) |
/// | `settings` | [`SvmSettings::default`] | kernel, tolerance, class weights | see there |
///
/// # Errors
/// `check` refuses a value out of range, naming the parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct SvcParams(SvcValidParams);

/// Parameters of [`Svc`](super::Svc), checked.
#[derive(Debug, Clone, PartialEq)]
pub struct SvcValidParams {
    pub(super) c: f64,
    pub(super) settings: SvmSettings,
}

impl Default for SvcParams {
    fn default() -> Self {
        Self(SvcValidParams {
            c: 1.0,
            settings: SvmSettings::default(),
        })
    }
}

impl SvcParams {
    setters! {
        /// Sets the weight of errors against margin.
        c: f64,
        /// Sets everything else.
        settings: SvmSettings,
    }
}

impl ParamGuard for SvcParams {
    type Checked = SvcValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&SvcValidParams, ParamError> {
        if !(self.0.c > 0.0 && self.0.c.is_finite()) {
            let expected = "a number in (0, inf)";
            return Err(ParamError::value("SVC", "C", expected, self.0.c));
        }
        self.0.settings.check("SVC")?;
        Ok(&self.0)
    }

    fn check(self) -> Result<SvcValidParams, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// Parameters of [`NuSvc`](super::NuSvc), unchecked.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `nu` | 0.5 | upper bound on the share of margin errors, lower bound on that of support vectors | (0, 1] |
/// | `settings` | [`SvmSettings::default`] | kernel and tolerance; no class weights | see there |
///
/// # Errors
/// `check` refuses a value out of range, naming the parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct NuSvcParams(NuSvcValidParams);

/// Parameters of [`NuSvc`](super::NuSvc), checked.
#[derive(Debug, Clone, PartialEq)]
pub struct NuSvcValidParams {
    pub(super) nu: f64,
    pub(super) settings: SvmSettings,
}

impl Default for NuSvcParams {
    fn default() -> Self {
        Self(NuSvcValidParams {
            nu: 0.5,
            settings: SvmSettings::default(),
        })
    }
}

impl NuSvcParams {
    setters! {
        /// Sets the bound on margin errors and support vectors.
        nu: f64,
        /// Sets everything else.
        settings: SvmSettings,
    }
}

impl ParamGuard for NuSvcParams {
    type Checked = NuSvcValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&NuSvcValidParams, ParamError> {
        if !(self.0.nu > 0.0 && self.0.nu <= 1.0) {
            let expected = "a number in (0, 1]";
            return Err(ParamError::value("NuSVC", "nu", expected, self.0.nu));
        }
        if self.0.settings.class_weight != ClassWeight::Uniform {
            return Err(ParamError::unsupported(
                "NuSVC",
                "class_weight",
                "weights of classes are not implemented for it; leave it null",
            ));
        }
        self.0.settings.check("NuSVC")?;
        Ok(&self.0)
    }

    fn check(self) -> Result<NuSvcValidParams, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

/// The parameters of either machine: its own one first.
#[expect(clippy::too_many_lines, reason = "a table")]
const fn parameters(own: ParamSpec) -> [ParamSpec; 15] {
    [
        own,
        ParamSpec::new(
    "kernel",
    &[Kind::Choice(&["rbf", "linear", "poly", "sigmoid"])],
    r#""rbf""#,
    "kernel function",
),
        ParamSpec::new("degree", &[Kind::Int], "3", "exponent of the poly kernel"),
        ParamSpec::new(
    "gamma",
    &[Kind::Choice(&["scale", "auto"]), Kind::Float],
    r#""scale""#,
    "coefficient of rbf, poly and sigmoid: auto = 1/n_features, scale = 1/(n_features·var(X))",
)
.in_2017(r#""auto""#),
        ParamSpec::new(
    "coef0",
    &[Kind::Float],
    "0.0",
    "constant of poly and sigmoid",
),
        ParamSpec::new(
    "shrinking",
    &[Kind::Bool],
    "true",
    "a matter of speed in LIBSVM; accepted and dropped",
),
        ParamSpec::new(
    "probability",
    &[Kind::Bool],
    "false",
    "estimates of probability, which classes do not need; only false is supported",
),
        ParamSpec::new(
    "tol",
    &[Kind::Float],
    "0.001",
    "largest violation of optimality that counts as none",
),
        ParamSpec::new(
    "cache_size",
    &[Kind::Float],
    "200.0",
    "MB for the kernel rows of a pair of classes; rows that do not fit are computed again",
),
        ParamSpec::new(
    "class_weight",
    &[Kind::Choice(&["balanced"]), Kind::Object, Kind::Null],
    "null",
    "factors on C by class",
),
        ParamSpec::new(
    "verbose",
    &[Kind::Bool, Kind::Int],
    "false",
    "printing; accepted and dropped",
),
        ParamSpec::new(
    "max_iter",
    &[Kind::Int],
    "-1",
    "steps allowed for each pair of classes; -1 for no limit",
),
        ParamSpec::new(
    "decision_function_shape",
    &[Kind::Choice(&["ovr", "ovo"])],
    r#""ovr""#,
    "form of the decision values; classes do not depend on it unless ties are broken",
),
        ParamSpec::new(
    "break_ties",
    &[Kind::Bool],
    "false",
    "whether confidences break ties of votes (ovr only)",
),
        ParamSpec::new(
    "random_state",
    &[Kind::Int, Kind::Null],
    "null",
    "seed of probability estimates; accepted and dropped",
),
    ]
}

/// `SVC` as the registry lists it.
pub static SVC: EstimatorSpec = EstimatorSpec {
    name: "SVC",
    family: Family::Svm,
    summary: "support vector classifier with kernels, one-vs-one",
    params: &parameters(ParamSpec::new(
        "C",
        &[Kind::Float],
        "1.0",
        "weight of errors against margin, in (0, inf)",
    )),
    canonicalise,
    build: build_svc,
    cost,
};

/// `NuSVC` as the registry lists it.
pub static NU_SVC: EstimatorSpec = EstimatorSpec {
    name: "NuSVC",
    family: Family::Svm,
    summary: "support vector classifier with a bound on margin errors, one-vs-one",
    params: &parameters(ParamSpec::new(
        "nu",
        &[Kind::Float],
        "0.5",
        "bound on the share of margin errors and of support vectors, in (0, 1]",
    )),
    canonicalise,
    build: build_nu_svc,
    cost,
};

/// Drops what does not change the model: speed, printing, and parameters of other kernels.
fn canonicalise(params: &mut Params) -> Vec<String> {
    for name in ["shrinking", "verbose", "random_state"] {
        params.remove(name);
    }
    if params.get("break_ties").and_then(|value| value.as_bool()) == Some(false) {
        params.remove("decision_function_shape");
    }
    let kernel = params["kernel"].as_str().unwrap_or_default().to_owned();
    let ignored: &[&str] = match kernel.as_str() {
        "linear" => &["gamma", "coef0", "degree"],
        "rbf" => &["coef0", "degree"],
        "sigmoid" => &["degree"],
        _ => &[],
    };
    let named: Vec<&str> = ignored
        .iter()
        .copied()
        .filter(|name| params.remove(*name).is_some())
        .collect();
    if named.contains(&"gamma") {
        vec![format!("the linear kernel ignores {}", named.join(", "))]
    } else {
        Vec::new()
    }
}

fn build_svc(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let params = SvcParams::default()
        .c(args.float("C"))
        .settings(read_settings(args)?);
    Ok(erase(params.check()?))
}

fn build_nu_svc(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let params = NuSvcParams::default()
        .nu(args.float("nu"))
        .settings(read_settings(args)?);
    Ok(erase(params.check()?))
}

fn read_settings(args: &Args<'_>) -> Result<SvmSettings, ParamError> {
    let estimator = args.estimator();
    if args.bool("probability") {
        return Err(ParamError::unsupported(
            estimator,
            "probability=true",
            "classes do not depend on it, and probabilities are not computed here; leave it false",
        ));
    }
    let break_ties = args.bool("break_ties");
    if break_ties && args.choice("decision_function_shape") == Some("ovo") {
        return Err(ParamError::unsupported(
            estimator,
            "break_ties=true, decision_function_shape=ovo",
            "only ovr has confidences to break ties with",
        ));
    }
    let kernel = match args.choice("kernel") {
        Some("linear") => KernelKind::Linear,
        Some("poly") => KernelKind::Poly,
        Some("sigmoid") => KernelKind::Sigmoid,
        _ => KernelKind::Rbf,
    };
    let defaults = SvmSettings {
        kernel,
        ..SvmSettings::default()
    };
    let gamma = match (args.choice("gamma"), args.opt_float("gamma")) {
        (Some("auto"), _) => Gamma::Auto,
        (_, Some(gamma)) => Gamma::Value(gamma),
        _ => Gamma::Scale,
    };
    let max_iter = match args.opt_float("max_iter") {
        Some(-1.0) => None,
        _ => args.opt_count("max_iter")?,
    };
    Ok(SvmSettings {
        gamma,
        coef0: args.opt_float("coef0").unwrap_or(defaults.coef0),
        degree: args.opt_count("degree")?.unwrap_or(defaults.degree),
        tol: args.float("tol"),
        cache_size: args.float("cache_size"),
        max_iter,
        class_weight: read_class_weight(args)?,
        break_ties,
        ..defaults
    })
}

fn read_class_weight(args: &Args<'_>) -> Result<ClassWeight, ParamError> {
    if args.choice("class_weight").is_some() {
        return Ok(ClassWeight::Balanced);
    }
    let Some(weights) = args.weights("class_weight") else {
        return Ok(ClassWeight::Uniform);
    };
    let by_label = |(label, weight): (String, f64)| match label.parse() {
        Ok(label) => Ok((label, weight)),
        Err(_) => Err(ParamError::value(
            args.estimator(),
            "class_weight",
            "an object whose keys are class labels",
            label,
        )),
    };
    weights
        .into_iter()
        .map(by_label)
        .collect::<Result<_, _>>()
        .map(ClassWeight::ByLabel)
}

/// From one-thread runs on Fashion-MNIST: kernel rows dominate, so the time grows with the square
/// of the rows times the features. Steps on the weights of the linear kernel cost the square of the
/// features a row, and more with C.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let pair_rows = 2.0 * shape.n_train as f64 / shape.n_classes.max(1) as f64;
    let n_features = shape.n_features as f64;
    let n_pairs = (shape.n_classes * shape.n_classes.saturating_sub(1)) as f64 / 2.0;
    let is_by_weights = args.estimator() == SVC.name && args.choice("kernel") == Some("linear");
    let (pair_s, matrix_bytes) = if is_by_weights {
        let hardness = if args.float("C") > 1.0 { 1.2 } else { 1.0 };
        let s = hardness * pair_rows * n_features * n_features * 0.8e-10;
        (s, 4.0 * 8.0 * n_features * n_features)
    } else {
        let s = pair_rows * pair_rows * n_features * 0.6e-11;
        (
            s,
            (4.0 * pair_rows * pair_rows).min(1e6 * args.float("cache_size")),
        )
    };
    let pair_bytes = matrix_bytes + 4.0 * pair_rows * n_features;
    let support_bytes = 8.0 * (shape.n_train * shape.n_features) as f64;
    Cost {
        cpu_s: 1.0 + n_pairs * pair_s,
        memory_bytes: (pair_bytes + support_bytes) as u64,
    }
}
