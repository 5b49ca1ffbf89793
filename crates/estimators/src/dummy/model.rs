//! The fit, which counts the classes, and the model.

use fashion_bench_numeric::rng::stream;
use ndarray::{Array1, Array2, ArrayView2};
use rand::Rng as _;

use super::params::{DummyParams, DummyStrategy, DummyValidParams};
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, argmax, class_counts};
use crate::parameters::{Parameter as _, Parameters};

/// Stream of random numbers.
const DRAW_STREAM: u64 = 0;

/// A fitted `DummyClassifier`.
///
/// # Structure
/// The share of each class in the rows.
///
/// # Prediction
/// By the strategy, whatever the features are. What is drawn depends on the seed and on the place of
/// the row, as in scikit-learn.
///
/// # Example
/// ```
/// use fashion_bench_estimators::dummy::DummyClassifier;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32], [1.0], [2.0]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 8, 8]);
/// let model = DummyClassifier::params().fit(&train)?;
/// assert_eq!(model.predict(&x), array![8, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DummyClassifier {
    encoding: ClassEncoding,
    strategy: DummyStrategy,
    /// Code of the class of the strategy constant; else that of the most frequent one.
    constant: usize,
    shares: Vec<f64>,
    seed: u64,
    n_features: usize,
}

linfa_traits! { DummyValidParams => DummyClassifier; }

impl Classifier for DummyValidParams {
    type Model = DummyClassifier;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<DummyClassifier, FitError> {
        let counts = class_counts(codes, encoding.n_classes());
        let constant = match (self.strategy, &self.constant) {
            (DummyStrategy::Constant, Some(label)) => encoding.code_of(label).ok_or_else(|| {
                let expected = "a class of the training data";
                ParamError::value(DummyParams::ESTIMATOR, "constant", expected, label.write())
            })?,
            _ => argmax(&counts),
        };
        let n_rows = codes.len() as f64;
        Ok(DummyClassifier {
            strategy: self.strategy,
            constant,
            shares: counts.iter().map(|&count| count as f64 / n_rows).collect(),
            seed: self.seed,
            n_features: x.ncols(),
            encoding,
        })
    }
}

impl DummyClassifier {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> DummyParams {
        DummyParams::default()
    }

    /// Returns the class code of each of `n_rows` rows.
    fn classes(&self, n_rows: usize) -> Vec<usize> {
        let mut rng = stream(self.seed, &[DRAW_STREAM]);
        let n_classes = self.shares.len();
        match self.strategy {
            DummyStrategy::Prior | DummyStrategy::MostFrequent | DummyStrategy::Constant => {
                vec![self.constant; n_rows]
            }
            DummyStrategy::Uniform => (0..n_rows).map(|_| rng.gen_range(0..n_classes)).collect(),
            DummyStrategy::Stratified => {
                let draw = |_| {
                    let mut left: f64 = rng.r#gen();
                    let is_drawn = |share: &f64| {
                        left -= share;
                        left < 0.0
                    };
                    let drawn = self.shares.iter().position(is_drawn);
                    drawn.unwrap_or(n_classes - 1)
                };
                (0..n_rows).map(draw).collect()
            }
        }
    }
}

impl FittedClassifier for DummyClassifier {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        for (label, code) in labels.iter_mut().zip(self.classes(x.nrows())) {
            *label = self.encoding.label(code);
        }
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let n_classes = self.shares.len();
        let mut found = Array2::zeros((x.nrows(), n_classes));
        match self.strategy {
            DummyStrategy::Prior => {
                for mut row in found.rows_mut() {
                    row.assign(&ndarray::aview1(&self.shares));
                }
            }
            DummyStrategy::Uniform => found.fill(1.0 / n_classes as f64),
            DummyStrategy::MostFrequent | DummyStrategy::Stratified | DummyStrategy::Constant => {
                for (mut row, code) in found.rows_mut().into_iter().zip(self.classes(x.nrows())) {
                    row[code] = 1.0;
                }
            }
        }
        Some(found)
    }

    /// The model is shares of rows.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }
}
