//! Why two sides cannot be compared.

use thiserror::Error;

/// Why there is nothing to compare.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Neither side says on which data it was measured.
    #[error("one of A and B must be a results table")]
    NoTable,
    /// A table without a row that ended well.
    #[error("{side} has no row that ended well")]
    NoRows {
        /// `A` or `B`.
        side: &'static str,
    },
    /// The sides have no data set in common.
    #[error("A is of {a}, B is of {b}: rows of different data cannot be compared")]
    OtherData {
        /// Data sets of A.
        a: String,
        /// Data sets of B.
        b: String,
    },
    /// A row whose predictions cannot be read.
    #[error("the predictions of {row} cannot be read: {reason}")]
    NoPredictions {
        /// Which.
        row: String,
        /// Why.
        reason: String,
    },
    /// A row of data whose true labels are not at hand.
    #[error("the true labels of the data of {row} are not at hand")]
    NoTruth {
        /// Which.
        row: String,
    },
}
