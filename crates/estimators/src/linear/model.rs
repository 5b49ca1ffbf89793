//! The fitted form that all linear classifiers share: a weight vector and an intercept per output.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::solution::Solution;
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, one_vs_rest_class};
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows whose decisions are held at a time.
const CHUNK: usize = 1024;

/// A fitted linear classifier.
///
/// # Structure
/// One output per class, or a single one for two classes, where a positive decision means the
/// second; an output is a weight vector and an intercept, in `f32`.
///
/// # Prediction
/// The class of the largest decision `x·w + b`, the lowest class on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::linear::RidgeClassifier;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[-1.0_f32, 0.3], [-0.8, -0.2], [0.9, 0.1], [1.2, -0.1]];
/// let data = Dataset::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = RidgeClassifier::params().fit(&data)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LinearModel {
    weights: Array2<f32>,
    intercepts: Array1<f32>,
    encoding: ClassEncoding,
    info: FitInfo,
}

impl LinearModel {
    /// Returns the model of `weights` (outputs × features) and `intercepts`.
    pub(crate) fn new(
        weights: Array2<f32>,
        intercepts: Array1<f32>,
        encoding: ClassEncoding,
        info: FitInfo,
    ) -> Self {
        Self {
            weights,
            intercepts,
            encoding,
            info,
        }
    }

    /// Returns the model of the columns of `solutions`, whose last weight is that of a constant
    /// feature of value `bias`, if there is one.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    pub(super) fn from_solutions(
        solutions: &[Solution],
        n_features: usize,
        bias: Option<f32>,
        encoding: ClassEncoding,
    ) -> Self {
        let columns: Vec<&Vec<f64>> = solutions.iter().flat_map(|s| &s.weights).collect();
        let weights =
            Array2::from_shape_fn((columns.len(), n_features), |(k, j)| columns[k][j] as f32);
        let constant = f64::from(bias.unwrap_or(0.0));
        let intercept = |column: &&Vec<f64>| {
            column
                .get(n_features)
                .map_or(0.0, |w| (constant * w) as f32)
        };
        let intercepts = columns.iter().map(intercept).collect();
        let info = FitInfo {
            n_iter: solutions.iter().map(|s| s.n_iter as u64).max(),
            converged: Some(solutions.iter().all(|s| s.converged)),
            objective: Some(solutions.iter().map(|s| s.objective).sum()),
            gap: Some(solutions.iter().fold(0.0, |gap, s| s.gap.max(gap))),
            ..FitInfo::default()
        };
        Self::new(weights, intercepts, encoding, info)
    }

    /// Returns the weights, outputs × features.
    #[must_use]
    pub fn weights(&self) -> &Array2<f32> {
        &self.weights
    }

    /// Returns the intercept of each output.
    #[must_use]
    pub fn intercepts(&self) -> &Array1<f32> {
        &self.intercepts
    }

    /// Returns the decision values of the rows of `x`, rows × outputs.
    #[must_use]
    pub fn decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut decisions = Array2::zeros((x.nrows(), self.weights.nrows()));
        gemm_nt(1.0, x, self.weights.view(), 0.0, &mut decisions.view_mut());
        decisions += &self.intercepts;
        decisions
    }
}

impl FittedClassifier for LinearModel {
    fn n_features(&self) -> usize {
        self.weights.ncols()
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        if let [class] = self.encoding.labels() {
            labels.fill(*class);
            return;
        }
        let chunks = x.axis_chunks_iter(Axis(0), CHUNK);
        for (x, mut labels) in chunks.zip(labels.axis_chunks_iter_mut(Axis(0), CHUNK)) {
            for (decisions, label) in self.decisions(x).rows().into_iter().zip(&mut labels) {
                let code = one_vs_rest_class(decisions.as_slice().expect("rows are contiguous"));
                *label = self.encoding.label(code);
            }
        }
    }

    fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite("a weight", &self.weights)
            .or_else(|| first_not_finite("an intercept", &self.intercepts))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}

/// Declares a linear classifier: a [`LinearModel`] under its own name, with its parameters.
macro_rules! linear_classifier {
    ($(#[$doc:meta])* $name:ident: $params:ty => $valid:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name($crate::linear::LinearModel);

        linfa_traits! { $valid => $name; }

        impl $name {
            /// Returns the parameters at scikit-learn's defaults.
            #[must_use]
            pub fn params() -> $params {
                <$params>::default()
            }

            /// Returns the weights, intercepts and decisions.
            #[must_use]
            pub fn model(&self) -> &$crate::linear::LinearModel {
                &self.0
            }
        }

        impl From<$crate::linear::LinearModel> for $name {
            fn from(model: $crate::linear::LinearModel) -> Self {
                Self(model)
            }
        }

        impl $crate::classifier::FittedClassifier for $name {
            fn n_features(&self) -> usize {
                self.0.n_features()
            }

            fn predict_rows(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
                labels: &mut ndarray::Array1<usize>,
            ) {
                self.0.predict_rows(x, labels);
            }

            fn not_finite(&self) -> Option<$crate::finite::NotFinite> {
                self.0.not_finite()
            }

            fn fit_info(&self) -> $crate::FitInfo {
                self.0.fit_info()
            }
        }
    };
}

pub(crate) use linear_classifier;
