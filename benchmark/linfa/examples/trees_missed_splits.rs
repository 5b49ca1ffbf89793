//! linfa-trees 0.8.1: splits between two values are missed where the last row with the lower value
//! lies in another node, so that the tree depends on the order of the rows.
//!
//! `cargo run --release -p linfa-behaviour --example trees_missed_splits`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2, Axis, array};

/// Right answers on the six training rows, with the rows taken in this order.
pub fn seen(order: [usize; 6]) -> usize {
    // The first feature tells class 2 from the rest, the second then class 0 from class 1.
    let records = array![
        [0.0, 0.0],
        [0.0, 0.0],
        [0.0, 1.0],
        [0.0, 1.0],
        [1.0, 0.0],
        [1.0, 1.0_f64],
    ];
    let labels = array![0_usize, 0, 1, 1, 2, 2];
    let records: Array2<f64> = records.select(Axis(0), &order);
    let labels: Array1<usize> = labels.select(Axis(0), &order);
    let data = Dataset::new(records, labels);
    let tree = DecisionTree::params()
        .fit(&data)
        .expect("six clean rows fit");
    let predicted = tree.predict(&data);
    predicted
        .iter()
        .zip(data.targets())
        .filter(|(a, b)| a == b)
        .count()
}

fn main() {
    println!("right answers of 6, of a tree without a depth limit");
    println!(
        "rows of class 2 last:  {} (expected 6)",
        seen([0, 1, 2, 3, 4, 5])
    );
    println!(
        "rows of class 2 first: {} (expected 6)",
        seen([4, 5, 0, 1, 2, 3])
    );
}
