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
        let of_word = |word: &str| match word {
            "val" => Some(Self::Validation),
            "xtrain" | "ytrain" => Some(Self::Train),
            "xtest" | "ytest" | "t10k" => Some(Self::Test),
            _ if word.starts_with("valid") => Some(Self::Validation),
            _ if word.starts_with("train") => Some(Self::Train),
            _ if word.starts_with("test") => Some(Self::Test),
            _ => None,
        };
        // The word that comes last counts: `train/test.csv`, `train_val.npz`.
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter_map(of_word).next_back()
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
        for name in [
            "mnist_784.arff",
            "interval.csv",
            "latest.csv",
            "cat",
            "data",
        ] {
            assert_eq!(SplitName::of_name(name), None, "{name}");
        }
    }
}
