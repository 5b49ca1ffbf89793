//! The errors of placing and drawing samples.

use thiserror::Error;

use crate::embedding::EmbeddingError;

/// The reason why there is no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// There is no such word.
    #[error("expected {expected}, got `{given}`")]
    Word {
        /// The words that there are.
        expected: &'static str,
        /// The word that was given.
        given: String,
    },
    /// An option does not belong to the method.
    #[error("`--{option}` is for {methods}, not for {given}")]
    Option {
        /// The option.
        option: &'static str,
        /// The methods that take it.
        methods: &'static str,
        /// The method that was asked for.
        given: &'static str,
    },
    /// The samples cannot be placed.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// The picture could not be drawn or encoded.
    #[error("cannot draw the picture: {0}")]
    Draw(String),
    /// The page could not be filled in.
    #[error("cannot fill in the page")]
    Template(#[from] minijinja::Error),
    /// The page's data could not be written as JSON.
    #[error("cannot write the page's data")]
    Data(#[from] serde_json::Error),
    /// The table could not be written.
    #[error("cannot write the table")]
    Table(#[from] csv::Error),
}
