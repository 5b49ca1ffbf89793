//! What is odd about a data set: rows that are there twice, features that say nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::raw::{RawDataset, RawSplit, Values};

/// Rows that are there more than once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Rows that equal an earlier one.
    pub n_rows: usize,
    /// Those of them whose label is that of no row they equal.
    pub n_other_label: usize,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Within the train split.
    pub train: Duplicates,
    /// Within the test split.
    pub test: Duplicates,
    /// Rows of the test split that are in the train split, too.
    pub across: Duplicates,
    /// Features that have one value in all rows of the train split.
    pub n_constant: usize,
    /// Whether all values are bytes.
    pub is_bytes: bool,
}

/// Looks at all rows of a data set.
#[must_use]
pub fn inspect(raw: &RawDataset) -> Inspection {
    let train = Groups::of(&raw.train);
    let test = Groups::of(&raw.test);
    let mut across = Duplicates::default();
    for row in 0..raw.test.n_samples() {
        let equal = train.equal_rows(&raw.test, row);
        if !equal.is_empty() {
            across.n_rows += 1;
            let label = raw.test.labels[row];
            let is_other = equal.iter().all(|&other| raw.train.labels[other] != label);
            across.n_other_label += usize::from(is_other);
        }
    }
    Inspection {
        train: train.duplicates(),
        test: test.duplicates(),
        across,
        n_constant: count_constant(&raw.train),
        is_bytes: matches!(
            (&raw.train.values, &raw.test.values),
            (Values::Bytes(_), Values::Bytes(_))
        ),
    }
}

/// Rows by the hash of their values.
struct Groups<'a> {
    split: &'a RawSplit,
    rows: HashMap<u64, Vec<usize>>,
}

impl<'a> Groups<'a> {
    fn of(split: &'a RawSplit) -> Self {
        let mut rows: HashMap<u64, Vec<usize>> = HashMap::new();
        for row in 0..split.n_samples() {
            rows.entry(hash(split, row)).or_default().push(row);
        }
        Self { split, rows }
    }

    /// Returns the rows that equal a row of another split, or of this one.
    fn equal_rows(&self, other: &RawSplit, row: usize) -> Vec<usize> {
        let alike = self.rows.get(&hash(other, row));
        let alike = alike.into_iter().flatten().copied();
        alike
            .filter(|&own| self.split.row(own).eq(other.row(row)))
            .collect()
    }

    fn duplicates(&self) -> Duplicates {
        let mut found = Duplicates::default();
        for row in 0..self.split.n_samples() {
            let mut earlier = self.equal_rows(self.split, row);
            earlier.retain(|&other| other < row);
            if !earlier.is_empty() {
                found.n_rows += 1;
                let label = self.split.labels[row];
                let is_other = earlier
                    .iter()
                    .all(|&other| self.split.labels[other] != label);
                found.n_other_label += usize::from(is_other);
            }
        }
        found
    }
}

fn hash(split: &RawSplit, row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    let n_features = split.n_features();
    match &split.values {
        Values::Bytes(values) => values[row * n_features..(row + 1) * n_features].hash(&mut hasher),
        Values::Floats(_) => {
            for value in split.row(row) {
                // Zero and minus zero are equal.
                (value + 0.0).to_bits().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

fn count_constant(split: &RawSplit) -> usize {
    let n_features = split.n_features();
    let mut is_constant = vec![true; n_features];
    for row in 1..split.n_samples() {
        for (feature, is_constant) in is_constant.iter_mut().enumerate() {
            if *is_constant {
                let value = split.values.at(row * n_features + feature);
                *is_constant = value == split.values.at(feature);
            }
        }
    }
    is_constant
        .into_iter()
        .filter(|&is_constant| is_constant)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::DatasetIdentity;

    #[test]
    fn duplicates_are_counted_and_those_with_another_label() {
        let split = |pixels: Vec<u8>, labels: Vec<u16>| RawSplit::grey(1, 2, pixels, labels);
        let train = split(vec![1, 9, 1, 9, 1, 9, 2, 9, 1, 9], vec![0, 0, 1, 0, 1]);
        let test = split(vec![2, 9, 2, 9, 3, 9], vec![0, 1, 0]);
        let mut raw = RawDataset {
            identity: DatasetIdentity::default(),
            class_names: vec!["0".to_owned(), "1".to_owned()],
            labels: vec!["0".to_owned(), "1".to_owned()],
            feature_names: Vec::new(),
            train,
            test,
        };
        let duplicates = |n_rows, n_other_label| Duplicates {
            n_rows,
            n_other_label,
        };
        let expected = Inspection {
            train: duplicates(3, 1),
            test: duplicates(1, 1),
            across: duplicates(2, 1),
            n_constant: 1,
            is_bytes: true,
        };
        assert_eq!(inspect(&raw), expected);
        for split in [&mut raw.train, &mut raw.test] {
            let values = (0..split.values.len()).map(|place| split.values.at(place));
            split.values = Values::Floats(values.collect());
        }
        let floats = Inspection {
            is_bytes: false,
            ..expected
        };
        assert_eq!(inspect(&raw), floats);
    }
}
