//! linfa-trees 0.8.1: a node costs as much as the whole data set, however few rows it holds.
//!
//! `cargo run --release -p linfa-behaviour --example trees_node_cost`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::Instant;

use linfa::prelude::*;
use linfa_trees::DecisionTree;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Internal nodes and seconds of a fit to this depth, on noise.
pub fn seen(n_rows: usize, max_depth: usize) -> (usize, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let records = Array2::from_shape_fn((n_rows, 50), |_| rng.r#gen::<f32>());
    let labels = Array1::from_shape_fn(n_rows, |_| rng.gen_range(0..10_usize));
    let data = Dataset::new(records, labels);
    let params = DecisionTree::params().max_depth(Some(max_depth));
    let start = Instant::now();
    let tree = params.fit(&data).expect("noise fits");
    let seconds = start.elapsed().as_secs_f64();
    (
        tree.iter_nodes().filter(|node| !node.is_leaf()).count(),
        seconds,
    )
}

fn main() {
    println!("20,000 rows × 50 features; each level holds every row once");
    println!("depth  nodes  seconds  seconds a level");
    let mut before = 0.0;
    for depth in 1..=12 {
        let (n_nodes, seconds) = seen(20_000, depth);
        println!(
            "{depth:5}  {n_nodes:5}  {seconds:7.2}  {:15.2}",
            seconds - before
        );
        before = seconds;
    }
}
