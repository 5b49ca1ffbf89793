//! The fitted centres.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

use super::params::{CentroidMetric, NearestCentroidParams};
use crate::estimators::info::Fitted;
use crate::estimators::multiclass::ClassEncoding;

/// A fitted nearest-centroid classifier.
///
/// # Structure
/// One centre a class, in `f64`.
///
/// # Prediction
/// The class whose centre is nearest, the lowest class on ties.
///
/// # Example
/// ```
/// use fashion_bench::estimators::linear::NearestCentroid;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[-1.0_f32], [-0.8], [0.9], [1.2]];
/// let data = Dataset::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = NearestCentroid::params().fit(&data)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench::estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
pub struct NearestCentroid {
    pub(super) centres: Array2<f64>,
    pub(super) metric: CentroidMetric,
    pub(super) encoding: ClassEncoding,
}

impl NearestCentroid {
    /// Parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> NearestCentroidParams {
        NearestCentroidParams::default()
    }

    /// The centres, classes × features.
    #[must_use]
    pub fn centres(&self) -> &Array2<f64> {
        &self.centres
    }
}

impl Fitted for NearestCentroid {
    fn n_features(&self) -> usize {
        self.centres.ncols()
    }
}

impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for NearestCentroid {
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        for (x, y) in x.rows().into_iter().zip(y) {
            let distance = |centre: ndarray::ArrayView1<'_, f64>| -> f64 {
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
            *y = self.encoding.label(best.0);
        }
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}
