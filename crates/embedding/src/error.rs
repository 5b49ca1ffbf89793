//! The reasons why there are no points.

use thiserror::Error;

/// Why rows cannot be placed in the plane.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EmbeddingError {
    /// There are fewer rows than the method can place.
    #[error("{method} needs at least {least} rows, got {found}")]
    TooFewRows {
        /// The method.
        method: &'static str,
        /// The number of rows that it needs.
        least: usize,
        /// The number of rows given.
        found: usize,
    },
    /// A parameter is out of range.
    #[error("the `{name}` of {method} must be {expected}, got {found}")]
    Parameter {
        /// The method.
        method: &'static str,
        /// The parameter.
        name: &'static str,
        /// The values that it takes.
        expected: String,
        /// The value given.
        found: String,
    },
    /// A value is not a finite number.
    #[error("row {row} holds {value}; only finite numbers can be placed")]
    NotFinite {
        /// The first row with such a value.
        row: usize,
        /// The value.
        value: f32,
    },
    /// The graph of neighbours is of other rows, or holds too few neighbours.
    #[error(
        "{method} needs {needed} neighbours of each of {rows} rows, got a graph of {found_k} of {found_rows}"
    )]
    Graph {
        /// The method.
        method: &'static str,
        /// The number of neighbours that it needs.
        needed: usize,
        /// The number of rows to place.
        rows: usize,
        /// The number of neighbours in the graph.
        found_k: usize,
        /// The number of rows in the graph.
        found_rows: usize,
    },
}

impl EmbeddingError {
    pub(crate) fn parameter(
        method: &'static str,
        name: &'static str,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self::Parameter {
            method,
            name,
            expected: expected.into(),
            found: found.to_string(),
        }
    }
}

/// Returns an error unless `found` rows are enough.
pub(crate) fn require_rows(
    method: &'static str,
    least: usize,
    found: usize,
) -> Result<(), EmbeddingError> {
    if found < least {
        return Err(EmbeddingError::TooFewRows {
            method,
            least,
            found,
        });
    }
    Ok(())
}
