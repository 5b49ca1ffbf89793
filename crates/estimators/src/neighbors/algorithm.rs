//! Fitting: encode the labels, index the rows.
//!
//! Every answer is exact, so scikit-learn's choice of algorithm (brute force, k-d tree, ball tree)
//! has no counterpart here. Distances are those of the rows in `f32`, summed in `f64`;
//! scikit-learn works on `f64` rows, and for p=2 expands the square. Predictions can differ only
//! where two distances are equal to some seven digits.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};

use super::euclidean::EuclideanIndex;
use super::manhattan::ManhattanIndex;
use super::model::{Indexed, KNeighborsClassifier};
use super::params::{KNeighborsValidParams, Metric, NAME};
use crate::error::{FitError, ParamError};
use crate::multiclass::ClassEncoding;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for KNeighborsValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = KNeighborsClassifier;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<KNeighborsClassifier, FitError> {
        let rows = dataset.records().as_standard_layout().into_owned();
        if self.n_neighbors() > rows.nrows() {
            let expected = format!("at most the {} rows of the training data", rows.nrows());
            let error = ParamError::value(NAME, "n_neighbors", expected, self.n_neighbors());
            return Err(error.into());
        }
        assert!(u32::try_from(rows.nrows()).is_ok(), "fewer than 2³² rows");
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets());
        let index = match self.metric() {
            Metric::Euclidean => Indexed::Euclidean(EuclideanIndex::new(rows)),
            Metric::Manhattan => Indexed::Manhattan(ManhattanIndex::new(rows)),
        };
        Ok(KNeighborsClassifier::new(
            index,
            encoding,
            codes,
            self.n_neighbors(),
            self.weights(),
        ))
    }
}
