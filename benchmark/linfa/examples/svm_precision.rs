//! linfa-svm 0.8.1: with the default `eps` of 1e-7 the solver does not stop in `f32`.
//!
//! `cargo run --release -p linfa-behaviour --example svm_precision`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::Instant;

use linfa::prelude::*;
use linfa_svm::Svm;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Two overlapping classes in 50 dimensions.
pub fn overlapping(n_rows: usize) -> (Array2<f64>, Array1<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let labels = Array1::from_shape_fn(n_rows, |row| row % 2 == 0);
    let records = Array2::from_shape_fn((n_rows, 50), |(row, _)| {
        let centre = if labels[row] { 0.15 } else { -0.15 };
        centre + rng.gen_range(-1.0..1.0)
    });
    (records, labels)
}

/// The solver's own report in `f32` with this `eps`.
pub fn in_f32(n_rows: usize, eps: f32) -> String {
    let (records, labels) = overlapping(n_rows);
    let data = Dataset::new(records.mapv(|value| value as f32), labels);
    let params = Svm::<f32, bool>::params().eps(eps);
    params.fit(&data).expect("the fit is an Ok").to_string()
}

/// The solver's own report in `f64` with this `eps`.
pub fn in_f64(n_rows: usize, eps: f64) -> String {
    let (records, labels) = overlapping(n_rows);
    let data = Dataset::new(records, labels);
    let params = Svm::<f64, bool>::params().eps(eps);
    params.fit(&data).expect("the fit is an Ok").to_string()
}

fn main() {
    let n_rows = 200;
    println!("{n_rows} rows, linear kernel, C = 1");
    for eps in [1e-3, 1e-5, 1e-7] {
        let start = Instant::now();
        println!(
            "f64, eps {eps:e}: {} ({:.2?})",
            in_f64(n_rows, eps),
            start.elapsed()
        );
        let start = Instant::now();
        println!(
            "f32, eps {eps:e}: {} ({:.2?})",
            in_f32(n_rows, eps as f32),
            start.elapsed()
        );
    }
}
