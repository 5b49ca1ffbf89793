//! Data and checks that the tests of several methods share.

use std::ops::ControlFlow;

use fashion_bench_numeric::rng::stream;
use ndarray::Array2;
use rand::Rng as _;

use crate::graph::Neighbors;
use crate::progress::Placed;

/// Returns `n_blobs` blobs of `n_each` rows of six features, and the blob of each row.
pub(crate) fn blobs(n_blobs: usize, n_each: usize) -> (Array2<f32>, Vec<u16>) {
    let mut rng = stream(11, &[n_blobs as u64]);
    let centres = Array2::from_shape_fn((n_blobs, 6), |_| rng.gen_range(-5.0_f32..5.0));
    let labels: Vec<u16> = (0..n_blobs * n_each)
        .map(|row| (row % n_blobs) as u16)
        .collect();
    let x = Array2::from_shape_fn((labels.len(), 6), |(row, feature)| {
        centres[[usize::from(labels[row]), feature]] + rng.gen_range(-0.8..0.8)
    });
    (x, labels)
}

pub(crate) fn find(x: &Array2<f32>, k: usize) -> Neighbors {
    let graph = Neighbors::find(x.view(), k, &mut |_| ControlFlow::Continue(()));
    graph.unwrap().unwrap()
}

/// Returns what `place` does, after comparing it on one and on three threads.
pub(crate) fn same_on_any_number_of_threads(place: impl Fn() -> Placed + Sync) -> Placed {
    let on = |n| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        pool.install(&place)
    };
    let placed = on(1);
    assert_eq!(placed, on(3));
    placed
}
