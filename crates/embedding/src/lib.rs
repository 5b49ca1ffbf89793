//! Places the rows of a data set in the plane, near rows near each other.
//!
//! | method | what it keeps | parameters |
//! |---|---|---|
//! | [`Pca`] | the two directions of most variance | none |
//! | [`Umap`] | the graph of nearest neighbours, by sampling its edges | [`UmapParams`] |
//! | [`Mde`] | the same graph, by minimising the distortion of its edges | [`MdeParams`] |
//! | [`Tsne`] | probabilities of being neighbours | [`TsneParams`] |
//!
//! All but the first work on [`Neighbors`], the graph of exact nearest neighbours, and start from
//! [`Pca`] or from the graph's spectral coordinates. The same data, parameters and seed give the
//! same points on any number of threads. [`quality`] measures how well points keep neighbourhoods.
//!
//! The crate reads no files, knows no clock and prints nothing: whoever waits is told through a
//! [`Watch`], which can also end the work early.

// Not `forbid`, which the macros of ndarray cannot live with.
#![deny(unsafe_code)]

mod error;
#[cfg(test)]
mod fixture;
mod graph;
mod mde;
mod pca;
mod progress;
pub mod quality;
mod sparse;
mod spectral;
mod tsne;
mod umap;

pub use error::EmbeddingError;
pub use graph::Neighbors;
pub use mde::{Constraint, Mde, MdeParams};
pub use pca::Pca;
pub use progress::{Placed, Progress, Stage, Watch};
pub use tsne::{Tsne, TsneParams};
pub use umap::{Start, Umap, UmapParams};
