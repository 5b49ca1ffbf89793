//! Parameters of `RadiusNeighborsClassifier`.

use super::super::params::{Algorithm, Distance, Metric, Weights, check_distance, distance_of};
use super::super::power::Power;
use crate::parameters::{Interval, Kind, NJobs, OnlyNull, ParamValue, Parameter, Parameters};
use crate::{ClassLabel, ParamError};

/// The class of rows without neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OutlierLabel {
    /// There must be none.
    None,
    /// The most frequent one.
    MostFrequent,
    /// This one.
    Label(ClassLabel),
}

impl OutlierLabel {
    /// The text that is [`OutlierLabel::MostFrequent`], and not a class of that name.
    pub const MOST_FREQUENT: &'static str = "most_frequent";
}

impl Parameter for OutlierLabel {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        let mut kinds = vec![Kind::Choice(&[Self::MOST_FREQUENT])];
        kinds.extend(ClassLabel::kinds());
        kinds.push(Kind::Null);
        kinds
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::None),
            ParamValue::Text(text) if text == Self::MOST_FREQUENT => Some(Self::MostFrequent),
            value => ClassLabel::read(value).map(Self::Label),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::None => ParamValue::Null,
            Self::MostFrequent => ParamValue::from(Self::MOST_FREQUENT),
            Self::Label(label) => label.write(),
        }
    }

    fn is_in(&self, _: &Interval) -> bool {
        true
    }

    fn expected(_: &Interval) -> String {
        "\"most_frequent\" or a class of the data or null".to_owned()
    }
}

parameters! {
    /// Parameters of [`RadiusNeighbors`](super::RadiusNeighbors).
    pub struct RadiusNeighborsParams => RadiusNeighborsValidParams: "RadiusNeighborsClassifier" {
        /// distance up to which rows vote
        radius: f64 = 1.0, in Interval::NOT_NEGATIVE;
        /// each vote counts 1 (uniform, null) or the inverse of the distance
        weights: Option<Weights> = Some(Weights::Uniform);
        /// power of the Minkowski metric: 1 is city-block distance, 2 Euclidean distance, "inf" the largest difference
        p: Power = Power(2.0);
        /// distance; euclidean, manhattan and chebyshev are minkowski with p=2, p=1 and p=inf
        metric: Metric = Metric::Minkowski;
        /// further arguments of the metric; none of the metrics here has any
        metric_params: OnlyNull = OnlyNull;
        /// class of rows without neighbours; null: such a row is an error
        outlier_label: OutlierLabel = OutlierLabel::None;
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

impl RadiusNeighborsValidParams {
    /// Returns the distance that `metric` and `p` name.
    pub(super) fn distance(&self) -> Distance {
        distance_of(self.metric, self.p)
    }
}

fn check_algorithm(params: &RadiusNeighborsValidParams) -> Result<(), ParamError> {
    let name = RadiusNeighborsParams::ESTIMATOR;
    check_distance(name, params.algorithm, params.metric, params.distance())
}
