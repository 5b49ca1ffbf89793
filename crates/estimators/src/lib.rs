//! scikit-learn's classifiers on linfa's traits: same names, parameters, defaults and answers.
//!
//! Every classifier follows linfa: `X::params()` is a builder, its check makes the valid
//! parameters, and their fit the model `X`. A fit with the same seed gives the same model on any
//! number of threads.
//!
//! ```
//! use fashion_bench_estimators::forest::RandomForest;
//! use linfa::prelude::*;
//! use ndarray::array;
//!
//! let x = array![[0.0_f32, 0.1], [0.2, 0.0], [5.0, 5.1], [5.2, 5.0]];
//! let data = Dataset::new(x.clone(), array![3_usize, 3, 8, 8]);
//! let model = RandomForest::params().n_estimators(10).fit(&data)?;
//! assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
//! # Ok::<(), fashion_bench_estimators::FitError>(())
//! ```
//!
//! - [`parameters`](mod@parameters): how parameters are declared, each once.
//! - [`classifier`]: what a classifier implements, and linfa's traits over it.
//! - [`finite`]: what a fit must not leave.
//! - [`erased`]: fit and predict on trait objects.
//! - [`lbfgs_b`]: a minimum within bounds, which several families fit by.
//! - One module per family.

// Not `forbid`, which the macros of ndarray cannot live with.
#![deny(unsafe_code)]

// So that the macros, which name this crate, work inside it as well.
extern crate self as fashion_bench_estimators;

#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;

#[macro_use]
pub mod parameters;
#[macro_use]
pub mod classifier;
#[macro_use]
mod classifiers;

mod blocks;
pub mod boosting;
pub mod class_label;
mod class_probabilities;
pub mod class_weight;
pub mod discriminant_analysis;
pub mod dummy;
pub mod ensemble;
pub mod erased;
mod error;
pub mod finite;
mod folds;
pub mod forest;
pub mod gaussian_process;
pub mod hist;
mod holdout;
pub mod info;
pub mod lbfgs_b;
pub mod linear;
mod log_linear;
mod mapped_squares;
pub mod mlp;
pub mod multiclass;
pub mod naive_bayes;
pub mod neighbors;
pub mod path;
pub mod sgd;
pub mod svm;
pub mod tree;

pub use class_label::ClassLabel;
pub use class_weight::ClassWeight;
pub use error::{FitError, ParamError};
pub use info::FitInfo;
