//! Numeric kernels of fashion-bench's estimators: products, distances, sums, random streams.
//!
//! Each kernel is compiled for several widths of vectors and chooses at run time, so that one
//! binary is fast on every machine. This crate is the only one of the workspace with `unsafe` code.

pub mod accumulate;
pub mod cholesky;
pub mod distance;
pub mod dot;
pub mod eigen;
pub mod erf;
pub mod exp;
pub mod fft;
pub mod gemm;
pub mod gram;
pub mod mapped;
pub mod measure;
pub mod nearest;
pub mod pages;
pub mod prefetch;
pub mod rng;
pub mod row_block;
pub mod sad;
pub mod simd;
pub mod softmax;
pub mod tall;
pub mod transpose;
