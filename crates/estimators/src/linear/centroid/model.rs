//! The fitted centres.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::params::{CentroidMetric, NearestCentroidParams, NearestCentroidValidParams};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::multiclass::ClassEncoding;

/// A fitted nearest-centroid classifier.
///
/// # Structure
/// One centre per class, in `f64`.
///
/// # Prediction
/// The class whose centre is nearest, the lowest class on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::linear::NearestCentroid;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[-1.0_f32], [-0.8], [0.9], [1.2]];
/// let data = Dataset::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = NearestCentroid::params().fit(&data)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NearestCentroid {
    pub(super) centres: Array2<f64>,
    pub(super) metric: CentroidMetric,
    pub(super) encoding: ClassEncoding,
}

linfa_traits! { NearestCentroidValidParams => NearestCentroid; }

impl NearestCentroid {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> NearestCentroidParams {
        NearestCentroidParams::default()
    }

    /// Returns the centres, classes × features.
    #[must_use]
    pub fn centres(&self) -> &Array2<f64> {
        &self.centres
    }
}

impl FittedClassifier for NearestCentroid {
    fn n_features(&self) -> usize {
        self.centres.ncols()
    }

    fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite("a centre", &self.centres)
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        for (x, label) in x.rows().into_iter().zip(labels) {
            let distance = |centre: ArrayView1<'_, f64>| -> f64 {
                let differences = x.iter().zip(centre).map(|(&x, c)| f64::from(x) - c);
                match self.metric {
                    CentroidMetric::Euclidean => differences.map(|d| d * d).sum(),
                    CentroidMetric::Manhattan => differences.map(f64::abs).sum(),
                }
            };
            let mut best = (0, f64::INFINITY);
            for (code, centre) in self.centres.rows().into_iter().enumerate() {
                let distance = distance(centre);
                if distance < best.1 {
                    best = (code, distance);
                }
            }
            *label = self.encoding.label(best.0);
        }
    }
}
