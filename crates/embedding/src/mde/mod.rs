//! Minimum-distortion embedding that preserves neighbours (Agrawal, Ali and Boyd 2021, *Minimum-
//! Distortion Embedding*, chapter 12), as `pymde.preserve_neighbors` does it.

mod constraint;
mod distortion;
mod lbfgs;
mod params;
mod search;
#[cfg(test)]
mod tests;

pub use constraint::Constraint;
pub use params::{Mde, MdeParams};
