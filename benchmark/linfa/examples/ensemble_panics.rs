//! linfa-ensemble 0.8.1: an error of the base learner is a panic, not an error.
//!
//! `cargo run --release -p linfa-behaviour --example ensemble_panics`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::panic::catch_unwind;

use linfa::prelude::*;
use linfa_ensemble::RandomForestParams;
use linfa_trees::DecisionTree;
use ndarray::array;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Whether the fit panicked.
pub fn seen() -> bool {
    let outcome = catch_unwind(|| {
        let data = Dataset::new(array![[0.0], [1.0_f64]], array![0_usize, 1]);
        // Refused by `DecisionTreeParams::check`: not greater than zero.
        let tree = DecisionTree::params().min_impurity_decrease(0.0);
        RandomForestParams::new_fixed_rng(tree, ChaCha8Rng::seed_from_u64(0))
            .fit(&data)
            .map(|_| ())
            .map_err(|error| error.to_string())
    });
    outcome.is_err()
}

fn main() {
    println!("panicked: {} (expected: false, an error instead)", seen());
}
