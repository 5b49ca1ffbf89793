//! What a config may name: every classifier with its parameters, its cost and the way to a fit.
//!
//! One file per family says what the catalog adds to the classifiers of
//! [`estimators`](crate::estimators): an [`Entry`] each, listed once in the registry. [`upstream`]
//! binds linfa's own, [`engine`] names those that live in another process.

mod boosting;
mod classifier;
mod cost;
mod discriminant_analysis;
mod dummy;
pub mod engine;
mod ensemble;
mod entry;
mod family;
mod forest;
mod gaussian_process;
mod json;
mod linear;
mod mlp;
mod naive_bayes;
mod names;
mod neighbors;
mod nested;
mod params;
mod registry;
mod sgd;
mod spec;
mod svm;
mod tree;
mod tuple;
pub mod upstream;

pub use classifier::Classifier;
pub use cost::{Cost, DataShape};
pub use entry::Entry;
pub use family::{Family, Profile};
pub(crate) use names::names;
pub use params::Params;
pub use registry::{ESTIMATORS, find};
pub use spec::{EstimatorSpec, ParamSpec, Resolved, did_you_mean};
pub use tuple::parse_tuple;
