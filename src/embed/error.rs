//! The errors of placing and drawing samples.

use linfa_reduction::ReductionError;
use linfa_tsne::TSneError;
use thiserror::Error;

/// The reason why there is no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// No method has that name.
    #[error("expected `pca`, `tsne` or `umap`, got `{given}`")]
    Method {
        /// The name that was given.
        given: String,
    },
    /// There are fewer samples than the method can place.
    #[error("expected at least {least} samples for this method, got {found}; raise `--samples`")]
    TooFew {
        /// The number of samples that the method needs.
        least: usize,
        /// The number of samples given.
        found: usize,
    },
    /// linfa-reduction reported an error.
    #[error("principal component analysis failed")]
    Pca(#[from] ReductionError),
    /// linfa-tsne reported an error.
    #[error("t-SNE failed")]
    Tsne(#[from] TSneError),
    /// UMAP was requested.
    #[error(
        "UMAP is not available: umap-rs needs sprs 0.11.3 or newer where linfa-reduction 0.8 pins \
         0.11.2, and annembed needs ndarray 0.17 and a LAPACK where linfa has ndarray 0.16; use \
         `pca` or `tsne`"
    )]
    NoUmap,
    /// The picture could not be drawn or encoded.
    #[error("cannot draw the picture: {0}")]
    Draw(String),
}
