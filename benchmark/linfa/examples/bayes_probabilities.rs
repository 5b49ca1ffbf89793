//! linfa-bayes 0.8.1: `predict_proba` is not finite once the log likelihoods of a row lie below
//! the smallest exponent, as those of a few hundred features do.
//!
//! `cargo run --release -p linfa-behaviour --example bayes_probabilities`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_bayes::{GaussianNb, NaiveBayes};
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows of 100 whose probabilities do not sum to one, with this number of features.
pub fn seen(n_features: usize) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let labels = Array1::from_shape_fn(100, |row| row % 2);
    let records = Array2::from_shape_fn((100, n_features), |(row, _)| {
        labels[row] as f64 + rng.gen_range(-1.0..1.0)
    });
    let data = Dataset::new(records * 10.0, labels);
    let model = GaussianNb::params().fit(&data).expect("clean data fits");
    let (probabilities, _) = model.predict_proba(data.records().view());
    let is_off = |row: &ndarray::ArrayView1<'_, f64>| {
        let sum: f64 = row.sum();
        sum.is_nan() || (sum - 1.0).abs() > 1e-6
    };
    probabilities.rows().into_iter().filter(is_off).count()
}

fn main() {
    for n_features in [10, 100, 200, 784] {
        let n_off = seen(n_features);
        println!("{n_features:3} features: {n_off:3} of 100 rows do not sum to 1 (expected 0)");
    }
}
