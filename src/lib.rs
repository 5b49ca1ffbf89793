//! The Fashion-MNIST classifier benchmark, re-done in Rust.
//!
//! One direction of flow: [`grid`] plans the jobs of a config file from what the [`catalog`] names,
//! [`runner`] trains and scores them on a [`dataset`], [`results`] keeps one JSON line per job.
//! [`check`] compares a table with a recorded one, [`compare`] with another; [`report`] makes a page
//! of it, both beside the known [`figures`]; [`submission`]
//! scores what was predicted elsewhere; [`embed`] draws the data; [`engine`] is how classifiers
//! in other processes are driven. [`builtin`] has the configs and references that an installed program
//! carries.
//!
//! Four crates stand below: the [`estimators`] themselves, usable from any linfa program;
//! [`embedding`], which places rows in the plane; the kernels of [`numeric`]; and [`dataset`], which
//! reads and prepares the data.

pub use fashion_bench_data as dataset;
pub use fashion_bench_embedding as embedding;
pub use fashion_bench_estimators as estimators;
pub use fashion_bench_numeric as numeric;

pub mod builtin;
pub mod catalog;
pub mod check;
pub mod compare;
pub mod embed;
pub mod engine;
pub mod figures;
pub mod grid;
pub mod report;
pub mod results;
pub mod runner;
pub mod submission;
