//! What a file holds: features, labels or both, of a split that it names or not.

use super::dialect::LabelAt;
use super::labels::Labels;
use crate::raw::Values;
use crate::shape::Shape;

/// A split by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SplitName {
    /// What classifiers are trained on.
    Train,
    /// What they are scored on.
    Test,
    /// Rows for choosing parameters, which nothing here uses.
    Validation,
}

impl SplitName {
    /// Returns the split that the name of a file, a folder or an array is of, by the words in it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let has = |word: &str| name.contains(word);
        // The word that comes last counts: `train/test.csv`, `trainval_test.npz`.
        let words = [
            (Self::Train, "train"),
            (Self::Test, "test"),
            (Self::Test, "t10k"),
            (Self::Validation, "val_"),
            (Self::Validation, "_val"),
            (Self::Validation, "val."),
            (Self::Validation, "valid"),
        ];
        if name == "val" {
            return Some(Self::Validation);
        }
        let found = words.iter().filter(|(_, word)| has(word));
        let found = found.max_by_key(|(_, word)| name.rfind(word));
        found.map(|(split, _)| *split)
    }
}

/// Features of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Shape of a row.
    pub shape: Shape,
    /// The values, row by row.
    pub values: Values,
}

impl Block {
    /// Returns the number of rows.
    pub fn n_rows(&self) -> usize {
        self.values.len() / self.shape.n_features()
    }
}

/// What a file, or an array of it, holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// The split that the file says it is of.
    pub split: Option<SplitName>,
    /// Features, if it holds any.
    pub features: Option<Block>,
    /// Labels, if it holds any.
    pub labels: Option<Labels>,
    /// Names of the features, where it has them.
    pub feature_names: Vec<String>,
    /// The column that holds the labels, where there are columns.
    pub label_at: Option<LabelAt>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_split() {
        let train = [
            "train-images-idx3-ubyte",
            "emnist-letters-train-labels.gz",
            "X_train",
            "train-00000-of-00002.parquet",
            "fashion-mnist_train.csv",
            "Training",
        ];
        let test = [
            "t10k-images.idx3-ubyte",
            "y_test",
            "TEST",
            "test-images.gz",
            "train_test",
        ];
        let validation = ["val_images", "val", "validation", "train_val"];
        let all = [
            (SplitName::Train, &train[..]),
            (SplitName::Test, &test[..]),
            (SplitName::Validation, &validation[..]),
        ];
        for (split, names) in all {
            for name in names {
                assert_eq!(SplitName::of_name(name), Some(split), "{name}");
            }
        }
        for name in ["mnist_784.arff", "interval.csv", "cat", "data"] {
            assert_eq!(SplitName::of_name(name), None, "{name}");
        }
    }
}
