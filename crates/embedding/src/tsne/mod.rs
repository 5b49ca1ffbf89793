//! t-SNE (van der Maaten and Hinton 2008), with the repulsion interpolated on a grid (Linderman,
//! Rachh, Hoskins, Steinerberger and Kluger 2019).

mod affinities;
mod convolution;
mod descent;
mod params;
mod repulsion;
#[cfg(test)]
mod tests;

pub use params::{Tsne, TsneParams};
