//! linfa-trees 0.8.1: the same data gives different trees from one fit to the next.
//!
//! Class weights are summed, and the modal class is chosen, in the order of a `HashMap`.
//! `cargo run --release -p linfa-behaviour --example trees_not_reproducible`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeSet;

use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Different predictions of 20 fits for a leaf whose two classes are tied.
pub fn tied_leaf() -> usize {
    let data = Dataset::new(array![[0.0], [0.0_f64]], array![0_usize, 1]);
    let answers: BTreeSet<Vec<usize>> = (0..20)
        .map(|_| {
            let tree = DecisionTree::params().fit(&data).expect("two rows fit");
            tree.predict(&data).to_vec()
        })
        .collect();
    answers.len()
}

/// Different sets of predictions of ten fits on noise of ten classes.
pub fn noise(n_rows: usize) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let records = Array2::from_shape_fn((n_rows, 10), |_| f64::from(rng.gen_range(0..16)));
    let labels = Array1::from_shape_fn(n_rows, |_| rng.gen_range(0..10_usize));
    let data = Dataset::new(records, labels);
    let answers: BTreeSet<Vec<usize>> = (0..10)
        .map(|_| {
            let params = DecisionTree::params().max_depth(Some(6));
            let tree = params.fit(&data).expect("noise fits");
            tree.predict(&data).to_vec()
        })
        .collect();
    answers.len()
}

fn main() {
    println!(
        "a tied leaf, 20 fits: {} different answers (expected 1)",
        tied_leaf()
    );
    println!(
        "1,000 rows of noise, 10 fits: {} different answers (expected 1)",
        noise(1_000)
    );
}
