//! What can keep samples from being placed or drawn.

use linfa_reduction::ReductionError;
use linfa_tsne::TSneError;
use thiserror::Error;

/// Why there is no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// No method of that name.
    #[error("expected `pca`, `tsne` or `umap`, got `{given}`")]
    Method {
        /// What was asked for.
        given: String,
    },
    /// Fewer samples than the method can place.
    #[error("expected at least {least} samples for this method, got {found}; raise `--samples`")]
    TooFew {
        /// What the method needs.
        least: usize,
        /// What was given.
        found: usize,
    },
    /// linfa-reduction reported an error.
    #[error("principal component analysis failed")]
    Pca(#[from] ReductionError),
    /// linfa-tsne reported an error.
    #[error("t-SNE failed")]
    Tsne(#[from] TSneError),
    /// UMAP was asked for.
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
