//! The fitted classifiers.

use ndarray::{Array1, Array2, ArrayView2};

use super::machines::Machines;
use super::params::{NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams};
use crate::classifier::FittedClassifier;
use crate::finite::NotFinite;
use crate::info::FitInfo;

/// A fitted `SVC`.
///
/// # Structure
/// The union of the support vectors of all pairs of classes, sorted by class, with a coefficient
/// for each pair a support vector's class takes part in; for the linear kernel one weight vector
/// per pair instead.
///
/// # Prediction
/// Every pair votes for one of its classes. The class with most votes wins, of equal ones the
/// lowest. Kernel values are computed in blocks over the union of the support vectors.
///
/// # Example
/// ```
/// use fashion_bench_estimators::svm::Svc;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[0.0_f32, 0.0], [0.2, 0.1], [3.0, 3.0], [3.1, 2.9]],
///     array![0_usize, 0, 1, 1],
/// );
/// let model = Svc::params().c(10.0).fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Svc(pub(super) Machines);

/// A fitted `NuSVC`.
///
/// # Structure
/// That of [`Svc`].
///
/// # Prediction
/// That of [`Svc`].
///
/// # Example
/// ```
/// use fashion_bench_estimators::svm::NuSvc;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[0.0_f32, 0.0], [0.2, 0.1], [3.0, 3.0], [3.1, 2.9]],
///     array![0_usize, 0, 1, 1],
/// );
/// let model = NuSvc::params().nu(0.5).fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NuSvc(pub(super) Machines);

linfa_traits! {
    SvcValidParams => Svc;
    NuSvcValidParams => NuSvc;
}

/// Gives a classifier that wraps [`Machines`] what these can do.
macro_rules! delegate {
    ($($model:ident: $params:ident;)+) => {
        $(
            impl FittedClassifier for $model {
                fn n_features(&self) -> usize {
                    self.0.n_features()
                }

                fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
                    self.0.predict_rows(x, labels);
                }

                fn not_finite(&self) -> Option<NotFinite> {
                    self.0.not_finite()
                }

                fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
                    self.0.probabilities(x)
                }

                fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
                    self.0.decision_function(x)
                }

                fn fit_info(&self) -> FitInfo {
                    self.0.fit_info()
                }
            }

            impl $model {
                /// Returns the parameters at scikit-learn's defaults.
                #[must_use]
                pub fn params() -> $params {
                    $params::default()
                }

                /// Returns the decision values of the rows of `x` (`n_samples` × `n_features`) for
                /// each pair of classes (0, 1), (0, 2), …, positive for the first: scikit-learn's
                /// `ovo` shape.
                #[must_use]
                pub fn pair_decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
                    self.0.decisions(x)
                }
            }
        )+
    };
}

delegate! {
    Svc: SvcParams;
    NuSvc: NuSvcParams;
}
