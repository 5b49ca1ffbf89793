//! Support vector classifiers with kernels, one-vs-one: `SVC` and `NuSVC`, as LIBSVM's.
//!
//! `algorithm` makes a `dual` problem of each pair of classes, and `pair_solver` chooses how to solve it.
//! `decomposition` solves large ones over working sets, each of them by `smo`, on the rows of a
//! `kernel_cache`; what is slow to solve so with the linear kernel is ended by `augmented_lagrangian`, on its
//! weights. Small ones, and those where the path or the precision decides, are solved by `libsvm_steps`, on
//! `exact_rows`. Kernels are computed from the `products` of rows, which the members of a `path` share. The
//! `machines` of all pairs vote, each class with its `class_support`, in `f64` where `f32` leaves a `doubt`,
//! and `platt` makes probabilities of their decisions.

mod algorithm;
mod augmented_lagrangian;
mod class_support;
mod decomposition;
mod doubt;
mod dual;
mod exact_rows;
mod gamma;
mod kernel;
mod kernel_cache;
mod libsvm_scan;
mod libsvm_steps;
mod machines;
mod mersenne_twister;
mod model;
mod pair_solver;
mod params;
mod path;
mod platt;
mod products;
mod smo;
mod step_limit;
#[cfg(test)]
mod tests;

pub use gamma::Gamma;
pub use kernel::Kernel;
pub use model::{NuSvc, Svc};
pub use params::{
    DecisionShape, KernelKind, NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams,
    SvmSettings,
};
pub use step_limit::StepLimit;
