//! The fit, which indexes the rows, and the votes.

use ndarray::{Array1, Array2, ArrayView2};

use super::super::model::Indexed;
use super::super::params::Weights;
use super::params::{OutlierLabel, RadiusNeighborsParams, RadiusNeighborsValidParams};
use crate::class_probabilities::normalise_rows;
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, argmax, class_counts};
use crate::parameters::{Parameter as _, Parameters};
use fashion_bench_numeric::nearest::{Neighbor, within};

/// A fitted `RadiusNeighborsClassifier`.
///
/// # Structure
/// The training rows with bounds for their distances, and the class of each.
///
/// # Prediction
/// The class with most votes among the rows within the radius, the lowest label on ties; rows without
/// neighbours have the `outlier_label`, and are an error without one.
///
/// # Example
/// ```
/// use fashion_bench_estimators::neighbors::RadiusNeighbors;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32, 0.1], [0.2, 0.0], [5.0, 5.1], [5.2, 5.0]];
/// let train = DatasetBase::new(x, array![3_usize, 3, 8, 8]);
/// let model = RadiusNeighbors::params().radius(2.0).fit(&train)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.1], [4.0, 4.0]]), array![3, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RadiusNeighbors {
    index: Indexed,
    encoding: ClassEncoding,
    codes: Vec<usize>,
    radius: f64,
    weights: Weights,
    /// Class code of rows without neighbours.
    outlier: Option<usize>,
    n_features: usize,
}

linfa_traits! { RadiusNeighborsValidParams => RadiusNeighbors; }

impl Classifier for RadiusNeighborsValidParams {
    type Model = RadiusNeighbors;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<RadiusNeighbors, FitError> {
        let outlier = match &self.outlier_label {
            OutlierLabel::None => None,
            OutlierLabel::MostFrequent => Some(argmax(&class_counts(codes, encoding.n_classes()))),
            OutlierLabel::Label(label) => Some(encoding.code_of(label).ok_or_else(|| {
                let name = RadiusNeighborsParams::ESTIMATOR;
                ParamError::value(
                    name,
                    "outlier_label",
                    "a class of the training data",
                    label.write(),
                )
            })?),
        };
        let rows = x.as_standard_layout().into_owned();
        Ok(RadiusNeighbors {
            index: Indexed::new(self.distance(), rows),
            encoding,
            codes: codes.to_vec(),
            radius: self.radius,
            weights: self.weights.unwrap_or(Weights::Uniform),
            outlier,
            n_features: x.ncols(),
        })
    }
}

impl RadiusNeighbors {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> RadiusNeighborsParams {
        RadiusNeighborsParams::default()
    }

    /// Returns the neighbours of each row of `x`, nearest first.
    fn neighbors(&self, x: ArrayView2<'_, f32>) -> Vec<Vec<Neighbor>> {
        match &self.index {
            Indexed::Euclidean(index) => within(index, x, self.radius),
            Indexed::Manhattan(index) => within(index, x, self.radius),
            Indexed::Angle(index) => within(index, x, self.radius),
            Indexed::Measured(index) => within(index, x, self.radius),
            Indexed::SquaredEuclidean(index) => {
                let mut found = within(index, x, self.radius.sqrt());
                for neighbor in found.iter_mut().flatten() {
                    neighbor.distance *= neighbor.distance;
                }
                found
            }
        }
    }

    /// Returns the votes for each class, rows × classes, or the first row that has no neighbours and
    /// must have some.
    fn votes(&self, x: ArrayView2<'_, f32>) -> Result<Array2<f64>, usize> {
        let mut votes = Array2::zeros((x.nrows(), self.encoding.n_classes()));
        for (row, neighbors) in self.neighbors(x).iter().enumerate() {
            let mut votes = votes.row_mut(row);
            if neighbors.is_empty() {
                votes[self.outlier.ok_or(row)?] = 1.0;
            }
            // Distances so small that their inverse overflows count as 0, as in scikit-learn.
            let is_equal = |neighbor: &Neighbor| (1.0 / neighbor.distance).is_infinite();
            let has_equal = neighbors.first().is_some_and(is_equal);
            for neighbor in neighbors {
                votes[self.codes[neighbor.row]] += match self.weights {
                    Weights::Uniform => 1.0,
                    Weights::Distance if has_equal => f64::from(is_equal(neighbor)),
                    Weights::Distance => 1.0 / neighbor.distance,
                };
            }
        }
        Ok(votes)
    }
}

impl FittedClassifier for RadiusNeighbors {
    fn n_features(&self) -> usize {
        self.n_features
    }

    /// The model is the rows, which were checked before the fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    /// # Panics
    /// If a row has no neighbours and there is no `outlier_label`.
    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        if let Err(error) = self.try_predict_rows(x, labels) {
            panic!("{error}");
        }
    }

    fn try_predict_rows(
        &self,
        x: ArrayView2<'_, f32>,
        labels: &mut Array1<usize>,
    ) -> Result<(), FitError> {
        let votes = self.votes(x).map_err(|row| FitError::NoNeighbors { row })?;
        for (label, votes) in labels.iter_mut().zip(votes.rows()) {
            let code = argmax(votes.to_slice().expect("own votes are row-major"));
            *label = self.encoding.label(code);
        }
        Ok(())
    }

    /// Returns nothing if a row has no neighbours and there is no `outlier_label`.
    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut votes = self.votes(x).ok()?;
        normalise_rows(&mut votes);
        Some(votes)
    }
}
