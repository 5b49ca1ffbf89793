//! One way to write a kernel for every width of vectors, with one answer.
//!
//! A [`Kernel`] sees vectors of [sixteen `f32` or eight `f64`](Lanes), whatever the machine has: one
//! register of AVX-512, two of AVX2, or an array. Sums over lanes are taken in one fixed tree and
//! multiply-adds are always fused, so that a result does not depend on the machine. There is no way
//! to ask for the machine's own width, and therefore none to depend on it.

mod lanes;
mod level;
mod registers;
mod slices;

pub use lanes::{F32_LANES, F64_LANES, Lanes, Real, Vector};
pub use level::{Kernel, Level, LevelError, VARIABLE, dispatch, dispatch_at};
pub use slices::{Map, Same, add_scaled, dot, padded};
