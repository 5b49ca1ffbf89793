//! Numeric kernels shared by the estimators; the only place for `unsafe`.

pub mod accumulate;
pub mod cholesky;
pub mod distance;
pub mod dot;
pub mod erf;
pub mod exp;
pub mod gemm;
pub mod gram;
pub mod mapped;
pub mod pages;
pub mod prefetch;
pub mod rng;
pub mod row_block;
pub mod sad;
pub mod softmax;
pub mod tall;
pub mod transpose;
