//! Data sets as they come: bytes or numbers, and labels.

use super::identity::DatasetIdentity;
use super::shape::Shape;

/// The values of the features, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers from 0 to 255, such as grey values.
    Bytes(Vec<u8>),
    /// Any finite numbers.
    Floats(Vec<f64>),
}

impl Values {
    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Floats(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value at `value_idx`.
    ///
    /// # Panics
    /// If there is no such value.
    #[must_use]
    pub fn at(&self, value_idx: usize) -> f64 {
        match self {
            Self::Bytes(values) => f64::from(values[value_idx]),
            Self::Floats(values) => values[value_idx],
        }
    }

    /// Returns the values whose places `places` yields, in that order.
    pub(super) fn pick(&self, places: impl Iterator<Item = usize>) -> Self {
        match self {
            Self::Bytes(values) => Self::Bytes(places.map(|place| values[place]).collect()),
            Self::Floats(values) => Self::Floats(places.map(|place| values[place]).collect()),
        }
    }
}

/// Features and labels of one split.
#[derive(Debug, Clone, PartialEq)]
pub struct RawSplit {
    /// What a row is: an image or a line of a table.
    pub shape: Shape,
    /// The features (`n_samples` × `shape.n_features()`); of an image row by row, the channels of a
    /// pixel side by side.
    pub values: Values,
    /// Class of each row (`n_samples`).
    pub labels: Vec<u16>,
}

impl RawSplit {
    /// Makes a split of grey images (`pixels`: n × `height` × `width`).
    #[must_use]
    pub fn grey(height: usize, width: usize, pixels: Vec<u8>, labels: Vec<u16>) -> Self {
        Self {
            shape: Shape::grey(height, width),
            values: Values::Bytes(pixels),
            labels,
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.labels.len()
    }

    /// Returns the number of values of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.shape.n_features()
    }

    /// Returns the values of row `sample_idx`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, sample_idx: usize) -> impl Iterator<Item = f64> + '_ {
        let n_features = self.n_features();
        let start = sample_idx * n_features;
        (start..start + n_features).map(|value_idx| self.values.at(value_idx))
    }

    /// Returns the number of rows of each class, for classes 0 to `n_classes` − 1.
    ///
    /// # Panics
    /// If a label is `n_classes` or more.
    #[must_use]
    pub fn class_counts(&self, n_classes: usize) -> Vec<usize> {
        let mut counts = vec![0; n_classes];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// Returns the mean and the (population) standard deviation of all values.
    #[must_use]
    pub fn mean_std(&self) -> (f64, f64) {
        let n = self.values.len() as f64;
        match &self.values {
            Values::Bytes(values) => {
                // The sums are whole numbers, exact up to 2^64 / 255² = 2.8e14 pixels.
                let (mut sum, mut sum_of_squares) = (0_u64, 0_u64);
                for &value in values {
                    let value = u64::from(value);
                    sum += value;
                    sum_of_squares += value * value;
                }
                let mean = sum as f64 / n;
                let variance = sum_of_squares as f64 / n - mean * mean;
                (mean, variance.max(0.0).sqrt())
            }
            Values::Floats(values) => {
                let mean = values.iter().sum::<f64>() / n;
                let squares = values.iter().map(|value| (value - mean).powi(2));
                (mean, (squares.sum::<f64>() / n).sqrt())
            }
        }
    }

    /// Returns the rows `rows`, in that order.
    pub(super) fn pick(&self, rows: &[usize]) -> Self {
        let n_features = self.n_features();
        let places = rows
            .iter()
            .flat_map(|row| row * n_features..(row + 1) * n_features);
        Self {
            shape: self.shape,
            values: self.values.pick(places),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
        }
    }
}

/// A data set before preparation.
#[derive(Debug, Clone, PartialEq)]
pub struct RawDataset {
    /// Which data this is.
    pub identity: DatasetIdentity,
    /// Name of each class; a label is an index into it.
    pub class_names: Vec<String>,
    /// Label of each class as the files write it, `3` or `cat`.
    pub labels: Vec<String>,
    /// Name of each feature of a table; empty where features have no names.
    pub feature_names: Vec<String>,
    /// Train split.
    pub train: RawSplit,
    /// Test split; rows of the same shape as in the train split.
    pub test: RawSplit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_mean_and_deviation_are_those_done_by_hand() {
        let split = RawSplit::grey(1, 2, vec![0, 10, 20, 30, 255, 255], vec![2, 0, 2]);
        assert_eq!(split.class_counts(4), [1, 0, 2, 0]);
        assert_eq!(split.row(1).collect::<Vec<_>>(), [20.0, 30.0]);
        let values = [0.0, 10.0, 20.0, 30.0, 255.0, 255.0_f64];
        let variance = values.iter().map(|v| (v - 95.0).powi(2)).sum::<f64>() / 6.0;
        let floats = RawSplit {
            values: Values::Floats(values.to_vec()),
            ..split.clone()
        };
        for split in [split, floats] {
            let (mean, std) = split.mean_std();
            assert!((mean - 95.0).abs() < 1e-12);
            assert!((std - variance.sqrt()).abs() < 1e-9);
        }
    }
}
