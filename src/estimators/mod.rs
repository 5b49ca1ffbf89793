//! The classifiers: scikit-learn's names, parameters and defaults on linfa's traits.
//!
//! Every family follows linfa: builder-style `XParams`, checked `XValidParams`, fitted `X`. The
//! [`registry`] lists them once; [`erased`] makes them object-safe for the runner.

pub mod boosting;
pub mod erased;
mod error;
mod finite;
pub mod forest;
pub mod gaussian_process;
pub mod hist;
pub mod info;
pub mod linear;
pub mod mlp;
pub mod multiclass;
pub mod naive_bayes;
pub mod neighbors;
pub mod registry;
mod setters;
pub mod sgd;
pub mod spec;
pub mod svm;
pub mod tree;
pub mod upstream;

pub use error::{FitError, ParamError};
pub use info::FitInfo;
