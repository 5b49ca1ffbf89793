//! Numeric kernels shared by the estimators; the only place for `unsafe`.

pub mod accumulate;
pub mod dot;
pub mod exp;
pub mod gemm;
pub mod rng;
