//! linfa-nn 0.8.1: on sparse data the ball tree degenerates into a list.
//!
//! `cargo run --release -p linfa-behaviour --example nn_ball_tree_depth`, and with `overflow` after `--` for the
//! end of it: a stack overflow, which ends the process.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::Instant;

use linfa_nn::distance::L2Dist;
use linfa_nn::{BallTree, NearestNeighbour};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows of 20 features; a feature is non-zero with this probability.
fn sparse(n_rows: usize, density: f64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    Array2::from_shape_fn((n_rows, 20), |_| {
        if rng.gen_bool(density) {
            rng.r#gen()
        } else {
            0.0
        }
    })
}

/// Seconds to build the index.
pub fn seen(n_rows: usize, density: f64) -> f64 {
    let records = sparse(n_rows, density);
    let start = Instant::now();
    let index = BallTree::new().from_batch(&records, L2Dist);
    let seconds = start.elapsed().as_secs_f64();
    assert!(index.is_ok(), "the batch is clean");
    seconds
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("overflow") {
        // All rows but one are equal: as many levels as rows.
        let records = Array2::from_shape_fn((40_000, 1), |(row, _)| f64::from(u8::from(row == 0)));
        let index = BallTree::new().from_batch(&records, L2Dist);
        println!("built: {}", index.is_ok());
        return;
    }
    println!("seconds to build");
    println!(" rows   dense  one value in five");
    for n_rows in [1_000, 2_000, 4_000, 8_000] {
        println!(
            "{n_rows:5}  {:6.4}  {:6.4}",
            seen(n_rows, 1.0),
            seen(n_rows, 0.2)
        );
    }
}
