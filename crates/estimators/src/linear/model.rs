//! The fitted form that all linear classifiers share: a weight vector and an intercept per output.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::solution::Solution;
use crate::blocks::scores_in_blocks;
use crate::class_probabilities::{logistic, modified_huber, of_second, one_vs_rest, softmax_rows};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, one_vs_rest_class};
use fashion_bench_numeric::dot::dot_f64;
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows whose decisions are held at a time.
const CHUNK: usize = 1024;

/// How decisions become probabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Link {
    /// They do not.
    #[default]
    None,
    /// By the logistic function, class against rest.
    Logistic,
    /// By the softmax of all classes.
    Softmax,
    /// As those that minimise the modified Huber loss.
    ModifiedHuber,
}

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
    #[cfg_attr(feature = "serde", serde(default))]
    link: Link,
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
            link: Link::None,
            info,
        }
    }

    /// Returns the model with probabilities by `link`.
    pub(crate) fn with_link(mut self, link: Link) -> Self {
        self.link = link;
        self
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

    /// Adds a figure to the report of the fit.
    pub(super) fn note(&mut self, name: &str, value: f64) {
        self.info.details.insert(name.to_owned(), value);
    }

    /// Returns the model whose outputs are those of `rows`: each of a model, and its number there.
    pub(super) fn with_rows(mut self, rows: &[(&Self, usize)]) -> Self {
        for (output, (model, row)) in rows.iter().enumerate() {
            let own = model.weights.row(*row);
            self.weights.row_mut(output).assign(&own);
            self.intercepts[output] = model.intercepts[*row];
        }
        self
    }

    /// Returns the model with these numbers in place of its own.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    pub(super) fn with_numbers(&self, weights: &Array2<f64>, intercepts: &Array1<f64>) -> Self {
        Self {
            weights: weights.mapv(|weight| weight as f32),
            intercepts: intercepts.mapv(|intercept| intercept as f32),
            ..self.clone()
        }
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

    /// Returns the decision values of the rows of `x`, summed in `f64`: rows × outputs.
    pub(super) fn exact_decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        scores_in_blocks(x, self.weights.nrows(), CHUNK, |block, mut target| {
            for (x, mut target) in block.rows().into_iter().zip(target.rows_mut()) {
                let x = x.to_slice().expect("rows are contiguous");
                let outputs = self.weights.rows().into_iter().zip(&self.intercepts);
                for (target, (weights, intercept)) in target.iter_mut().zip(outputs) {
                    let weights = weights.to_slice().expect("own weights are row-major");
                    *target = dot_f64(x, weights) + f64::from(*intercept);
                }
            }
        })
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

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut decisions = self.exact_decisions(x);
        if self.link == Link::Softmax {
            // Intercepts that all are moved alike make no difference; scikit-learn's sum to 0.
            decisions -= f64::from(self.intercepts.sum()) / self.intercepts.len() as f64;
        }
        if (self.encoding.n_classes(), decisions.ncols()) != (2, 2) {
            return Some(decisions);
        }
        // scikit-learn keeps the second output of two multinomial ones, which are opposite, and the
        // difference of Crammer and Singer's.
        let scale = if self.link == Link::Softmax { 0.5 } else { 1.0 };
        let differences = decisions
            .rows()
            .into_iter()
            .map(|row| scale * (row[1] - row[0]));
        Some(Array1::from_iter(differences).insert_axis(Axis(1)))
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        if self.link == Link::None {
            return None;
        }
        let mut decisions = self.decision_function(x)?;
        Some(match self.link {
            Link::None => return None,
            Link::Logistic => one_vs_rest(decisions),
            Link::ModifiedHuber => modified_huber(decisions),
            Link::Softmax if decisions.ncols() == 1 => {
                of_second(decisions.iter().map(|d| logistic(2.0 * d)))
            }
            Link::Softmax => {
                softmax_rows(&mut decisions);
                decisions
            }
        })
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

            fn decision_function(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
            ) -> Option<ndarray::Array2<f64>> {
                self.0.decision_function(x)
            }

            fn probabilities(
                &self,
                x: ndarray::ArrayView2<'_, f32>,
            ) -> Option<ndarray::Array2<f64>> {
                self.0.probabilities(x)
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
