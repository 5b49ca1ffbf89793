//! The fitted model and its prediction.

use ndarray::{Array1, Array2, ArrayView2};

use super::manhattan::ManhattanIndex;
use super::measured::{AngleIndex, MeasuredIndex};
use super::params::{Distance, KNeighborsParams, KNeighborsValidParams, Weights};
use crate::class_probabilities::normalise_rows;
use crate::classifier::FittedClassifier;
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, argmax};
use fashion_bench_numeric::nearest::EuclideanIndex;
use fashion_bench_numeric::nearest::{Neighbor, nearest};

/// k nearest neighbours.
///
/// # Structure
/// The training rows with bounds for their distances, and the class of each.
///
/// # Prediction
/// The class with most votes among the `n_neighbors` nearest rows, each vote counting 1 or the
/// inverse of the distance; where rows are at distance 0, only those vote. On ties the lowest
/// label wins; of rows at the same distance the one earlier in the training data is nearer.
///
/// # Example
/// ```
/// use fashion_bench_estimators::neighbors::KNeighborsClassifier;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32, 0.1], [0.2, 0.0], [5.0, 5.1], [5.2, 5.0]];
/// let train = DatasetBase::new(x, array![3_usize, 3, 8, 8]);
/// let model = KNeighborsClassifier::params().n_neighbors(3).fit(&train)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.1], [4.0, 4.0]]), array![3, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "stored::Stored", into = "stored::Stored")
)]
pub struct KNeighborsClassifier {
    index: Indexed,
    encoding: ClassEncoding,
    codes: Vec<usize>,
    n_neighbors: usize,
    weights: Weights,
}

/// The training rows, indexed for the metric.
#[derive(Debug, Clone)]
pub(super) enum Indexed {
    Euclidean(EuclideanIndex),
    Manhattan(ManhattanIndex),
    /// The Euclidean one, whose distances are squared.
    SquaredEuclidean(EuclideanIndex),
    Angle(AngleIndex),
    Measured(MeasuredIndex),
}

impl Indexed {
    /// Indexes `rows` (standard layout, not empty) for `distance`.
    pub(super) fn new(distance: Distance, rows: Array2<f32>) -> Self {
        match distance {
            Distance::Euclidean => Self::Euclidean(EuclideanIndex::new(rows)),
            Distance::Manhattan => Self::Manhattan(ManhattanIndex::new(rows)),
            Distance::SquaredEuclidean => Self::SquaredEuclidean(EuclideanIndex::new(rows)),
            Distance::Cosine => Self::Angle(AngleIndex::new(rows, false)),
            Distance::Correlation => Self::Angle(AngleIndex::new(rows, true)),
            distance => Self::Measured(MeasuredIndex::new(rows, distance)),
        }
    }
}

linfa_traits! { KNeighborsValidParams => KNeighborsClassifier; }

impl KNeighborsClassifier {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> KNeighborsParams {
        KNeighborsParams::default()
    }

    pub(super) fn new(
        index: Indexed,
        encoding: ClassEncoding,
        codes: Vec<usize>,
        n_neighbors: usize,
        weights: Weights,
    ) -> Self {
        Self {
            index,
            encoding,
            codes,
            n_neighbors,
            weights,
        }
    }

    /// Returns the neighbours of each row of `x`, nearest first.
    pub(super) fn neighbors(&self, x: ArrayView2<'_, f32>) -> Vec<Vec<Neighbor>> {
        self.neighbors_of(x, self.n_neighbors)
    }

    /// Returns the `n_neighbors` nearest rows of each row of `x`, nearest first.
    pub(super) fn neighbors_of(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
    ) -> Vec<Vec<Neighbor>> {
        match &self.index {
            Indexed::Euclidean(index) => nearest(index, x, n_neighbors),
            Indexed::Manhattan(index) => nearest(index, x, n_neighbors),
            Indexed::Angle(index) => nearest(index, x, n_neighbors),
            Indexed::Measured(index) => nearest(index, x, n_neighbors),
            Indexed::SquaredEuclidean(index) => {
                let mut found = nearest(index, x, n_neighbors);
                for neighbor in found.iter_mut().flatten() {
                    neighbor.distance *= neighbor.distance;
                }
                found
            }
        }
    }

    /// Returns the label that the neighbours, nearest first, vote for.
    pub(super) fn vote(&self, neighbors: &[Neighbor], weights: Weights) -> usize {
        self.encoding.label(argmax(&self.votes(neighbors, weights)))
    }

    /// Returns the share of each class in the votes of the neighbours of each row, rows × classes.
    pub(super) fn shares<'n>(
        &self,
        neighbors: impl ExactSizeIterator<Item = &'n [Neighbor]>,
        weights: Weights,
    ) -> Array2<f64> {
        let shape = (neighbors.len(), self.encoding.n_classes());
        let votes = neighbors.flat_map(|neighbors| self.votes(neighbors, weights));
        let mut votes = Array2::from_shape_vec(shape, votes.collect()).expect("a vote per class");
        normalise_rows(&mut votes);
        votes
    }

    /// Returns the votes of the neighbours, nearest first, for each class.
    fn votes(&self, neighbors: &[Neighbor], weights: Weights) -> Vec<f64> {
        let mut votes = vec![0.0; self.encoding.n_classes()];
        // Distances so small that their inverse overflows count as 0, as in scikit-learn.
        let is_equal = |neighbor: &Neighbor| (1.0 / neighbor.distance).is_infinite();
        let has_equal = neighbors.first().is_some_and(is_equal);
        for neighbor in neighbors {
            let weight = match weights {
                Weights::Uniform => 1.0,
                Weights::Distance if has_equal => f64::from(is_equal(neighbor)),
                Weights::Distance => 1.0 / neighbor.distance,
            };
            votes[self.codes[neighbor.row]] += weight;
        }
        votes
    }
}

impl FittedClassifier for KNeighborsClassifier {
    fn n_features(&self) -> usize {
        match &self.index {
            Indexed::Euclidean(index) | Indexed::SquaredEuclidean(index) => index.n_features(),
            Indexed::Manhattan(index) => index.n_features(),
            Indexed::Angle(index) => index.rows().ncols(),
            Indexed::Measured(index) => index.rows().ncols(),
        }
    }

    /// The model is the rows, which were checked before the fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let neighbors = self.neighbors(x);
        for (label, neighbors) in labels.iter_mut().zip(&neighbors) {
            *label = self.vote(neighbors, self.weights);
        }
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let neighbors = self.neighbors(x);
        Some(self.shares(neighbors.iter().map(Vec::as_slice), self.weights))
    }
}

/// The serialised form: rows without their index, which is built again.
#[cfg(feature = "serde")]
mod stored {
    use ndarray::Array2;

    use super::super::params::{Distance, Weights};
    use super::{Indexed, KNeighborsClassifier};
    use crate::multiclass::ClassEncoding;

    #[derive(serde::Serialize, serde::Deserialize)]
    pub(super) struct Stored {
        distance: Distance,
        rows: Array2<f32>,
        encoding: ClassEncoding,
        codes: Vec<usize>,
        n_neighbors: usize,
        weights: Weights,
    }

    impl From<KNeighborsClassifier> for Stored {
        fn from(model: KNeighborsClassifier) -> Self {
            let (distance, rows) = match model.index {
                Indexed::Euclidean(index) => (Distance::Euclidean, index.into_rows()),
                Indexed::Manhattan(index) => (Distance::Manhattan, index.into_rows()),
                Indexed::SquaredEuclidean(index) => (Distance::SquaredEuclidean, index.into_rows()),
                Indexed::Angle(index) if index.is_centred() => {
                    (Distance::Correlation, index.rows().clone())
                }
                Indexed::Angle(index) => (Distance::Cosine, index.rows().clone()),
                Indexed::Measured(index) => (index.distance(), index.rows().clone()),
            };
            Self {
                distance,
                rows,
                encoding: model.encoding,
                codes: model.codes,
                n_neighbors: model.n_neighbors,
                weights: model.weights,
            }
        }
    }

    impl From<Stored> for KNeighborsClassifier {
        fn from(stored: Stored) -> Self {
            Self {
                index: Indexed::new(stored.distance, stored.rows),
                encoding: stored.encoding,
                codes: stored.codes,
                n_neighbors: stored.n_neighbors,
                weights: stored.weights,
            }
        }
    }
}
