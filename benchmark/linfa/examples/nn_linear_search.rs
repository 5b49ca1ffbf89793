//! linfa-nn 0.8.1: a linear search adds one product after another, and sorts every row.
//!
//! `cargo run --release -p linfa-behaviour --example nn_linear_search`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::Instant;

use linfa_nn::distance::L2Dist;
use linfa_nn::{CommonNearestNeighbour, NearestNeighbour};
use ndarray::{Array2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const N_LANES: usize = 8;

/// Squared distance in eight independent sums, which the compiler turns into SIMD.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; N_LANES];
    let (a_blocks, a_tail) = a.as_chunks::<N_LANES>();
    let (b_blocks, b_tail) = b.as_chunks::<N_LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..N_LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    let tail: f32 = a_tail
        .iter()
        .zip(b_tail)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    sums.iter().sum::<f32>() + tail
}

/// Milliseconds a query: linfa's linear search, linfa's kd-tree, and a plain loop.
pub fn seen(n_rows: usize, n_queries: usize) -> [f64; 3] {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let records = Array2::from_shape_fn((n_rows, 784), |_| rng.r#gen::<f32>());
    let queries = Array2::from_shape_fn((n_queries, 784), |_| rng.r#gen::<f32>());
    let per_query = |start: Instant| start.elapsed().as_secs_f64() * 1e3 / n_queries as f64;

    let mut found = Vec::new();
    let mut times = [
        CommonNearestNeighbour::LinearSearch,
        CommonNearestNeighbour::KdTree,
    ]
    .map(|kind| {
        let index = kind
            .from_batch(&records, L2Dist)
            .expect("the batch is clean");
        let start = Instant::now();
        for query in queries.rows() {
            found.push(index.k_nearest(query, 5).expect("same width")[0].1);
        }
        per_query(start)
    })
    .to_vec();

    let rows = records.as_slice().expect("row-major");
    let start = Instant::now();
    for query in queries.axis_iter(Axis(0)) {
        let query = query.to_slice().expect("row-major");
        let mut distances: Vec<_> = rows
            .chunks_exact(784)
            .enumerate()
            .map(|(row_idx, row)| (squared_distance(row, query), row_idx))
            .collect();
        distances.select_nth_unstable_by(4, |a, b| a.0.total_cmp(&b.0));
        distances[..5].sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        found.push(distances[0].1);
    }
    times.push(per_query(start));
    assert_eq!(
        found[..n_queries],
        found[2 * n_queries..],
        "the same neighbours"
    );
    [times[0], times[1], times[2]]
}

fn main() {
    println!("784 features, milliseconds a query");
    println!("  rows  linear  kd-tree  eight sums and a selection");
    for n_rows in [5_000, 10_000, 20_000] {
        let [linear, kd_tree, plain] = seen(n_rows, 20);
        println!("{n_rows:6}  {linear:6.2}  {kd_tree:7.2}  {plain:6.2}");
    }
}
