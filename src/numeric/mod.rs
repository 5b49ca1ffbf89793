//! Numeric kernels shared by the estimators; the only place for `unsafe`.

pub mod mapped;
pub mod rng;
