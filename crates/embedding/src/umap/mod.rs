//! UMAP: uniform manifold approximation and projection (McInnes, Healy and Melville 2018).

mod curve;
mod fuzzy;
mod layout;
mod moves;
mod params;
#[cfg(test)]
mod tests;

pub(crate) use params::principal_plane;
pub use params::{Start, Umap, UmapParams};
