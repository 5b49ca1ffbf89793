//! The Fashion-MNIST classifier benchmark, re-done in Rust.
//!
//! One direction of flow: [`grid`] plans the jobs of a config file, [`runner`] trains and scores
//! them on a [`dataset`], [`results`] keeps one JSON line a job. Beside it [`estimators`] holds the
//! classifiers, usable from any linfa program, on the kernels of [`numeric`]. [`check`] holds a table
//! against a recorded one, [`compare`] against another; [`report`] makes a page of it, both beside
//! the [`references`]; [`embed`] draws the data.

pub mod check;
pub mod compare;
pub mod dataset;
pub mod embed;
pub mod estimators;
pub mod grid;
pub mod numeric;
pub mod references;
pub mod report;
pub mod results;
pub mod runner;
