//! Parameters of [`KNeighborsClassifier`](super::KNeighborsClassifier): builder, checks, and their
//! JSON form.

use linfa::ParamGuard;
use serde_json::Value;

use crate::erased::{Estimator, erase};
use crate::error::ParamError;
use crate::setters::setters;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params,
};

pub(super) const NAME: &str = "KNeighborsClassifier";

/// scikit-learn's `KNeighborsClassifier`.
pub static K_NEIGHBORS_CLASSIFIER: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::Neighbors,
    summary: "majority vote of the k nearest training rows",
    params: PARAMS,
    canonicalise,
    build,
    cost,
};

const PARAMS: &[ParamSpec] = &[
    ParamSpec::new(
        "n_neighbors",
        &[Kind::Int],
        "5",
        "number of neighbours that vote",
    ),
    ParamSpec::new(
        "weights",
        &[Kind::Choice(&["uniform", "distance"]), Kind::Null],
        "\"uniform\"",
        "each vote counts 1 (uniform, null) or the inverse of the distance",
    ),
    ParamSpec::new(
        "p",
        &[Kind::Float],
        "2",
        "power of the Minkowski metric: 1 is city-block distance, 2 Euclidean distance",
    ),
    ParamSpec::new(
        "metric",
        &[Kind::Choice(&["minkowski", "euclidean", "manhattan"])],
        "\"minkowski\"",
        "distance; euclidean and manhattan are minkowski with p=2 and p=1",
    )
    .with_synonyms(&[
        ("l2", "euclidean"),
        ("l1", "manhattan"),
        ("cityblock", "manhattan"),
    ]),
    ParamSpec::new(
        "metric_params",
        &[Kind::Null],
        "null",
        "further arguments of the metric; none of the metrics here has any",
    ),
    ParamSpec::new(
        "algorithm",
        &[Kind::Choice(&["auto", "brute", "kd_tree", "ball_tree"])],
        "\"auto\"",
        "search structure; the answer is exact with any, so it is ignored",
    ),
    ParamSpec::new(
        "leaf_size",
        &[Kind::Int],
        "30",
        "leaf size of the trees; ignored",
    ),
    ParamSpec::new(
        "n_jobs",
        &[Kind::Int, Kind::Null],
        "null",
        "threads; ignored, the run decides",
    ),
];

/// Drops what does not change the answer and writes every metric as `minkowski` with its p.
fn canonicalise(params: &mut Params) -> Vec<String> {
    let mut notes = Vec::new();
    for param in PARAMS {
        if matches!(param.name, "algorithm" | "leaf_size" | "n_jobs") {
            let value = params.remove(param.name);
            if value != Some(param.default_value(Default::default())) {
                notes.push(format!("{} does not change the answer", param.name));
            }
        }
    }
    let fixed_p = match params.get("metric").and_then(Value::as_str) {
        Some("euclidean") => Some(2.0),
        Some("manhattan") => Some(1.0),
        _ => None,
    };
    if let Some(fixed_p) = fixed_p {
        let metric = params.insert("metric".to_owned(), "minkowski".into());
        let ignored = params.insert("p".to_owned(), fixed_p.into());
        if let (Some(metric), Some(ignored)) = (metric, ignored)
            && ignored != fixed_p
        {
            notes.push(format!("p={ignored} is ignored with metric={metric}"));
        }
    }
    if params.get("weights").is_some_and(Value::is_null) {
        params.insert("weights".to_owned(), "uniform".into());
    }
    notes
}

fn build(args: &Args<'_>) -> Result<Box<dyn Estimator>, ParamError> {
    let p = args.float("p");
    let metric = if p == 1.0 {
        Metric::Manhattan
    } else if p == 2.0 {
        Metric::Euclidean
    } else if p > 0.0 {
        return Err(ParamError::unsupported(
            NAME,
            format!("p={p}"),
            "distances are there for p=1 and p=2",
        ));
    } else {
        return Err(ParamError::value(NAME, "p", "a number in (0, inf)", p));
    };
    let weights = match args.choice("weights") {
        Some("distance") => Weights::Distance,
        _ => Weights::Uniform,
    };
    let params = KNeighborsParams::new()
        .n_neighbors(args.count("n_neighbors")?)
        .weights(weights)
        .metric(metric);
    Ok(erase(params.check()?))
}

/// Measured on 60,000 × 784 rows, one thread: fit 0.22 s (p=1) and 0.35 s (p=2), predicting
/// 10,000 rows 1.9 s (p=1) and 1.6, 2.1, 2.7 s (p=2; k = 1, 5, 9).
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let n_pairs = shape.n_train as f64 * shape.n_test as f64;
    let n_values = (shape.n_train * shape.n_features) as f64;
    let n_neighbors = args.json("n_neighbors").as_f64().unwrap_or(1.0);
    let (fit_s, pair_s) = if args.float("p") == 1.0 {
        (4.7e-9, 4e-12 * shape.n_features as f64)
    } else {
        let n_directions = shape.n_features.min(96) as f64;
        (7.4e-9, 1.7e-11 * n_directions + 8e-10 * n_neighbors.sqrt())
    };
    Cost {
        cpu_s: fit_s * n_values + pair_s * n_pairs,
        // The rows, and their bytes or projections, some of them twice while fitting.
        memory_bytes: 6 * n_values as u64 + (16 << 20),
    }
}

/// Distance between rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Metric {
    /// Minkowski distance with p=2.
    #[default]
    Euclidean,
    /// Minkowski distance with p=1, also called city-block distance.
    Manhattan,
}

/// What a neighbour's vote counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weights {
    /// 1.
    #[default]
    Uniform,
    /// The inverse of the distance.
    Distance,
}

/// Unchecked parameters of [`KNeighborsClassifier`](super::KNeighborsClassifier).
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `n_neighbors` | 5 | number of neighbours that vote | [1, rows of the training data] |
/// | `weights` | uniform | what a vote counts | |
/// | `metric` | euclidean | distance between rows | |
///
/// # Errors
/// [`ParamGuard::check`] refuses `n_neighbors` of 0; the fit refuses more than there are rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KNeighborsParams(KNeighborsValidParams);

/// Checked parameters of [`KNeighborsClassifier`](super::KNeighborsClassifier).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KNeighborsValidParams {
    n_neighbors: usize,
    weights: Weights,
    metric: Metric,
}

impl KNeighborsValidParams {
    /// Number of neighbours that vote.
    #[must_use]
    pub fn n_neighbors(&self) -> usize {
        self.n_neighbors
    }

    /// What a vote counts.
    #[must_use]
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// Distance between rows.
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.metric
    }
}

impl KNeighborsParams {
    /// scikit-learn's defaults.
    #[must_use]
    pub fn new() -> Self {
        Self(KNeighborsValidParams {
            n_neighbors: 5,
            weights: Weights::default(),
            metric: Metric::default(),
        })
    }

    setters! {
        /// Sets the number of neighbours that vote.
        n_neighbors: usize,
        /// Sets what a vote counts.
        weights: Weights,
        /// Sets the distance between rows.
        metric: Metric,
    }
}

impl Default for KNeighborsParams {
    fn default() -> Self {
        Self::new()
    }
}

impl ParamGuard for KNeighborsParams {
    type Checked = KNeighborsValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        if self.0.n_neighbors == 0 {
            let expected = "an integer in [1, inf)";
            return Err(ParamError::value(NAME, "n_neighbors", expected, 0));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}
