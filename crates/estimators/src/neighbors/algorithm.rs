//! Fitting: encoding the labels and indexing the rows.
//!
//! Every answer is exact, so scikit-learn's choice of algorithm (brute force, k-d tree, ball tree)
//! has no counterpart here. Distances are those of the rows in `f32`, summed in `f64`;
//! scikit-learn works on `f64` rows, and for p=2 expands the square. Predictions can differ only
//! where two distances are equal to some seven digits. Where rows tie for the k-th place, the lower
//! index wins here; in scikit-learn the state of a heap (brute force), of a partition (cosine and
//! other distances of pairs) or the order of a tree's leaves decides, which no rule describes.

use ndarray::ArrayView2;

use super::model::{Indexed, KNeighborsClassifier};
use super::params::{KNeighborsParams, KNeighborsValidParams, Weights};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;

impl Classifier for KNeighborsValidParams {
    type Model = KNeighborsClassifier;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<KNeighborsClassifier, FitError> {
        let rows = x.as_standard_layout().into_owned();
        if self.n_neighbors > rows.nrows() {
            let n_samples = match rows.nrows() {
                1 => "1 sample".to_owned(),
                n => format!("{n} samples"),
            };
            let expected = format!("at most the {n_samples} of the training data");
            let estimator = KNeighborsParams::ESTIMATOR;
            let error = ParamError::value(estimator, "n_neighbors", expected, self.n_neighbors);
            return Err(error.into());
        }
        assert!(u32::try_from(rows.nrows()).is_ok(), "fewer than 2³² rows");
        Ok(KNeighborsClassifier::new(
            Indexed::new(self.distance(), rows),
            encoding,
            codes.to_vec(),
            self.n_neighbors,
            self.weights.unwrap_or(Weights::Uniform),
        ))
    }
}
