//! linfa-trees 0.8.1: small values are not split, and large ones are split one way and predicted
//! the other.
//!
//! `cargo run --release -p linfa-behaviour --example trees_boundaries`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::array;

/// Leaves of the tree on two separable rows a class, the feature multiplied by `scale`.
pub fn leaves(scale: f64) -> usize {
    let records = array![[1.0], [2.0], [3.0], [4.0_f64]] * scale;
    let data = Dataset::new(records, array![0_usize, 0, 1, 1]);
    DecisionTree::params()
        .fit(&data)
        .expect("four clean rows fit")
        .num_leaves()
}

/// Predictions for the training rows where the midpoint of two values rounds to the lower one.
pub fn large_values() -> Vec<usize> {
    let data = Dataset::new(array![[1e6_f32], [1e6 + 0.0625]], array![0_usize, 1]);
    let tree = DecisionTree::params().fit(&data).expect("two rows fit");
    tree.predict(&data).to_vec()
}

fn main() {
    for scale in [1.0, 1e-4, 1e-6] {
        println!("feature × {scale:e}: {} leaves (expected 2)", leaves(scale));
    }
    println!(
        "1000000 and 1000000.0625: {:?} (expected [0, 1])",
        large_values()
    );
}
