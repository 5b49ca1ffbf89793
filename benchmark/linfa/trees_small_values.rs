//! linfa-trees 0.8.1: values closer than 1e-5 count as equal, whatever the scale of the feature.
//!
//! `cargo run --release --example linfa_trees_small_values`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::array;

/// Leaves of the tree on two separable rows a class, the feature multiplied by `scale`.
pub fn seen(scale: f64) -> usize {
    let records = array![[1.0], [2.0], [3.0], [4.0_f64]] * scale;
    let data = Dataset::new(records, array![0_usize, 0, 1, 1]);
    DecisionTree::params()
        .fit(&data)
        .expect("four clean rows fit")
        .num_leaves()
}

fn main() {
    for scale in [1.0, 1e-4, 1e-6] {
        println!("feature × {scale:e}: {} leaves (expected 2)", seen(scale));
    }
}
