//! Parameters of k nearest neighbours.

use crate::ParamError;
use crate::parameters::{Interval, NJobs, OnlyNull, Parameters};

choices! {
    /// Distance between rows; the other names are of Minkowski distances with a fixed `p`.
    pub enum Metric {
        /// Minkowski distance with `p`.
        Minkowski = "minkowski",
        /// Minkowski distance with p=2.
        Euclidean = "euclidean" | "l2",
        /// Minkowski distance with p=1, also called city-block distance.
        Manhattan = "manhattan" | "l1" | "cityblock",
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
        /// power of the Minkowski metric: 1 is city-block distance, 2 Euclidean distance
        p: f64 = 2.0, in Interval::POSITIVE;
        /// distance; euclidean and manhattan are minkowski with p=2 and p=1
        metric: Metric = Metric::Minkowski;
        /// further arguments of the metric; none of the metrics here has any
        metric_params: OnlyNull = OnlyNull;
    }
    ignored {
        /// search structure; the answer is exact with any, so it is ignored
        algorithm: Algorithm = Algorithm::Auto;
        /// leaf size of the trees; ignored
        leaf_size: usize = 30, in Interval::at_least(1);
        /// threads; ignored, the run decides
        n_jobs: NJobs = NJobs;
    }
    check check_power;
}

/// A distance that an index exists for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Distance {
    Euclidean,
    Manhattan,
}

impl KNeighborsValidParams {
    /// Returns the distance that `metric` and `p` name, or `None` if there is no index for it.
    pub(super) fn distance(&self) -> Option<Distance> {
        let p = match self.metric {
            Metric::Minkowski => self.p,
            Metric::Euclidean => 2.0,
            Metric::Manhattan => 1.0,
        };
        if p == 1.0 {
            Some(Distance::Manhattan)
        } else if p == 2.0 {
            Some(Distance::Euclidean)
        } else {
            None
        }
    }
}

fn check_power(params: &KNeighborsValidParams) -> Result<(), ParamError> {
    if params.distance().is_some() {
        return Ok(());
    }
    Err(ParamError::unsupported(
        KNeighborsParams::ESTIMATOR,
        format!("p={}", params.p),
        "distances are there for p=1 and p=2",
    ))
}
