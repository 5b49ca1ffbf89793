//! linfa-ensemble 0.8.1: one fitted forest predicts differently each time it is asked.
//!
//! Tied votes go to whichever class a `HashMap` happens to list last.
//! `cargo run --release -p linfa-behaviour --example ensemble_tied_votes`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeSet;

use linfa::prelude::*;
use linfa_ensemble::{RandomForest, RandomForestParams};
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn noise(n_rows: usize) -> Dataset<f64, usize, ndarray::Ix1> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let records = Array2::from_shape_fn((n_rows, 8), |_| rng.gen_range(-1.0..1.0));
    let labels = Array1::from_shape_fn(n_rows, |_| rng.gen_range(0..3_usize));
    Dataset::new(records, labels)
}

fn forest(
    data: &Dataset<f64, usize, ndarray::Ix1>,
    ensemble_size: usize,
) -> RandomForest<f64, usize> {
    let rng = ChaCha8Rng::seed_from_u64(5);
    RandomForestParams::new_fixed_rng(DecisionTree::params().max_depth(Some(3)), rng)
        .ensemble_size(ensemble_size)
        .fit(data)
        .expect("noise fits")
}

/// Different answers of one model to ten times the same question.
pub fn answers() -> usize {
    let data = noise(300);
    let model = forest(&data, 4);
    let answers: BTreeSet<Vec<usize>> = (0..10)
        .map(|_| {
            let predicted: Array1<usize> = model.predict(data.records());
            predicted.to_vec()
        })
        .collect();
    answers.len()
}

/// Different features among the eight that each tree gets with `feature_proportion` 1.
pub fn distinct_features() -> Vec<usize> {
    let model = forest(&noise(50), 6);
    let distinct = |features: &Vec<usize>| features.iter().collect::<BTreeSet<_>>().len();
    model.model_features.iter().map(distinct).collect()
}

fn main() {
    println!(
        "one model asked ten times: {} different answers (expected 1)",
        answers()
    );
    println!(
        "distinct features of 8 in each tree, feature_proportion 1: {:?} (expected 8 each)",
        distinct_features()
    );
}
