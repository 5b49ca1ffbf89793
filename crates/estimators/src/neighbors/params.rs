//! Parameters of k nearest neighbours.

use super::power::Power;
use crate::ParamError;
use crate::parameters::{Interval, NJobs, OnlyNull, Parameters};

choices! {
    /// Distance between rows, by scikit-learn's names.
    pub enum Metric {
        /// Minkowski distance with `p`.
        Minkowski = "minkowski",
        /// Minkowski distance with p=2, whatever `p` is.
        Euclidean = "euclidean" | "l2" | "nan_euclidean" | "p",
        /// Minkowski distance with p=1, also called city-block distance.
        Manhattan = "manhattan" | "l1" | "cityblock",
        /// Largest difference, the Minkowski distance with p=inf.
        Chebyshev = "chebyshev" | "infinity",
        /// Square of the Euclidean distance.
        SquaredEuclidean = "sqeuclidean",
        /// One less the cosine of the angle.
        Cosine = "cosine",
        /// One less the correlation.
        Correlation = "correlation",
        /// Differences in shares of the values, summed.
        Canberra = "canberra",
        /// Summed differences as a share of the summed values.
        BrayCurtis = "braycurtis",
        /// Share of features that differ.
        Hamming = "hamming",
        /// Share that differs, of the features where either is not 0.
        Jaccard = "jaccard",
        /// As Jaccard's, with double weight on agreement.
        Dice = "dice",
        /// Share that differs, counted twice.
        RogersTanimoto = "rogerstanimoto" | "sokalmichener",
        /// Share of features where not both differ from 0.
        RussellRao = "russellrao",
        /// As Jaccard's, with double weight on differences.
        SokalSneath = "sokalsneath",
        /// Yule's dissimilarity of which features are 0.
        Yule = "yule",
    }
}

choices! {
    /// What the vote of a neighbour counts.
    pub enum Weights {
        /// 1.
        Uniform = "uniform",
        /// The inverse of the distance.
        Distance = "distance",
    }
}

choices! {
    /// scikit-learn's search structures; the answer is exact with any.
    pub enum Algorithm {
        /// Its own choice.
        Auto = "auto",
        /// Every distance.
        Brute = "brute",
        /// A k-d tree.
        KdTree = "kd_tree",
        /// A ball tree.
        BallTree = "ball_tree",
    }
}

parameters! {
    /// Parameters of [`KNeighborsClassifier`](super::KNeighborsClassifier).
    pub struct KNeighborsParams => KNeighborsValidParams: "KNeighborsClassifier" {
        /// number of neighbours that vote
        n_neighbors: usize = 5, in Interval::at_least(1);
        /// each vote counts 1 (uniform, null) or the inverse of the distance
        weights: Option<Weights> = Some(Weights::Uniform);
        /// power of the Minkowski metric: 1 is city-block distance, 2 Euclidean distance, "inf" the largest difference
        p: Power = Power(2.0);
        /// distance; euclidean, manhattan and chebyshev are minkowski with p=2, p=1 and p=inf
        metric: Metric = Metric::Minkowski;
        /// further arguments of the metric; none of the metrics here has any
        metric_params: OnlyNull = OnlyNull;
        /// search structure; the answer is the same with any, but not each knows every metric
        algorithm: Algorithm = Algorithm::Auto;
    }
    ignored {
        /// leaf size of the trees; ignored
        leaf_size: usize = 30, in Interval::at_least(1);
        /// threads; ignored, the run decides
        n_jobs: NJobs = NJobs;
    }
    check check_algorithm;
}

/// A distance, with all that it depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Distance {
    Euclidean,
    SquaredEuclidean,
    Manhattan,
    Minkowski(f64),
    Chebyshev,
    Cosine,
    Correlation,
    Canberra,
    BrayCurtis,
    Hamming,
    Jaccard,
    Dice,
    RogersTanimoto,
    RussellRao,
    SokalSneath,
    Yule,
}

impl KNeighborsValidParams {
    /// Returns the distance that `metric` and `p` name.
    pub(super) fn distance(&self) -> Distance {
        distance_of(self.metric, self.p)
    }
}

/// Returns the distance that a metric and a power name.
pub(super) fn distance_of(metric: Metric, p: Power) -> Distance {
    match metric {
        Metric::Minkowski => match p.0 {
            1.0 => Distance::Manhattan,
            2.0 => Distance::Euclidean,
            f64::INFINITY => Distance::Chebyshev,
            p => Distance::Minkowski(p),
        },
        Metric::Euclidean => Distance::Euclidean,
        Metric::Manhattan => Distance::Manhattan,
        Metric::Chebyshev => Distance::Chebyshev,
        Metric::SquaredEuclidean => Distance::SquaredEuclidean,
        Metric::Cosine => Distance::Cosine,
        Metric::Correlation => Distance::Correlation,
        Metric::Canberra => Distance::Canberra,
        Metric::BrayCurtis => Distance::BrayCurtis,
        Metric::Hamming => Distance::Hamming,
        Metric::Jaccard => Distance::Jaccard,
        Metric::Dice => Distance::Dice,
        Metric::RogersTanimoto => Distance::RogersTanimoto,
        Metric::RussellRao => Distance::RussellRao,
        Metric::SokalSneath => Distance::SokalSneath,
        Metric::Yule => Distance::Yule,
    }
}

/// Refuses the metrics that scikit-learn's trees do not know.
fn check_algorithm(params: &KNeighborsValidParams) -> Result<(), ParamError> {
    let name = KNeighborsParams::ESTIMATOR;
    check_distance(name, params.algorithm, params.metric, params.distance())
}

/// Refuses a metric that the search structure of scikit-learn's name does not know.
pub(super) fn check_distance(
    estimator: &'static str,
    algorithm: Algorithm,
    metric: Metric,
    distance: Distance,
) -> Result<(), ParamError> {
    let is_metric = match algorithm {
        Algorithm::Auto | Algorithm::Brute => true,
        // Powers below 1 break the triangle inequality.
        _ if matches!(distance, Distance::Minkowski(p) if p < 1.0) => false,
        Algorithm::KdTree => matches!(
            metric,
            Metric::Minkowski | Metric::Euclidean | Metric::Manhattan | Metric::Chebyshev
        ),
        Algorithm::BallTree => !matches!(
            metric,
            Metric::SquaredEuclidean | Metric::Cosine | Metric::Correlation | Metric::Yule
        ),
    };
    if is_metric {
        return Ok(());
    }
    let p = match distance {
        Distance::Minkowski(p) => format!(", p={p}"),
        _ => String::new(),
    };
    Err(ParamError::unsupported(
        estimator,
        format!("algorithm={algorithm}, metric={metric}{p}"),
        "that search structure does not know this distance; leave algorithm at auto or brute",
    ))
}
