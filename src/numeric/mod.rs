//! Numeric kernels shared by the estimators; the only place for `unsafe`.

pub mod dot;
pub mod gemm;
pub mod rng;
