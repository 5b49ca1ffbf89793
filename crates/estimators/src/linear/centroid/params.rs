//! Parameters of the nearest centroid.

use crate::parameters::Interval;

choices! {
    /// Distance, and with it what a centre is.
    pub enum CentroidMetric {
        /// Euclidean distance to the mean.
        Euclidean = "euclidean",
        /// Sum of absolute differences to the median of each feature.
        Manhattan = "manhattan",
    }
}

parameters! {
    /// Parameters of [`NearestCentroid`](super::NearestCentroid).
    pub struct NearestCentroidParams => NearestCentroidValidParams: "NearestCentroid" {
        /// distance to the mean, or to the median
        metric: CentroidMetric = CentroidMetric::Euclidean;
        /// how far centres are shrunk to the overall mean, in standard deviations
        shrink_threshold: Option<f64> = None, in Interval::POSITIVE;
    }
}
