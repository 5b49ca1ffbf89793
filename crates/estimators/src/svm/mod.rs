//! Support vector classifiers with kernels, one-vs-one: `SVC` and `NuSVC`, as LIBSVM's.
//!
//! `algorithm` cuts the classes into pairs and `model` votes; a pair's dual problem is solved by
//! `decomposition` over working sets, each by `smo`, on kernel rows from `rows`; hard
//! ones of the linear kernel are ended by `augmented_lagrangian`, on their weights.

mod algorithm;
mod augmented_lagrangian;
mod decomposition;
mod kernel;
mod model;
mod params;
mod rows;
mod smo;
#[cfg(test)]
mod tests;

pub use kernel::Kernel;
pub use model::{NuSvc, Svc};
pub use params::{
    ClassWeight, Gamma, KernelKind, NU_SVC, NuSvcParams, NuSvcValidParams, SVC, SvcParams,
    SvcValidParams, SvmSettings,
};
