//! A built-in data set for machines with no network and for tests: ten garment-like classes drawn
//! from a seed.
//!
//! The same shape gives the same bytes on every machine: only additions, multiplications,
//! divisions and rounding are used, never a function of the platform's mathematics library.

mod canvas;
mod garment;
mod generate;
mod shoes;
mod tops;

pub use generate::{DemoShape, generate};
