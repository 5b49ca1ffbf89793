//! Rows on their way through trees.

use ndarray::{Array1, Array2, ArrayView2};
use rayon::prelude::*;

use super::nodes::Node;

/// Calls `put` with the number of each row and the index of the leaf that it falls into.
///
/// Several rows walk through the tree side by side, so that none waits for another's node to come
/// from memory.
pub fn for_each_leaf(nodes: &[Node], rows: &[&[f32]], mut put: impl FnMut(usize, usize)) {
    const SIDE_BY_SIDE: usize = 8;
    for (chunk_idx, chunk) in rows.chunks(SIDE_BY_SIDE).enumerate() {
        let lanes: [&[f32]; SIDE_BY_SIDE] =
            std::array::from_fn(|lane| chunk[lane.min(chunk.len() - 1)]);
        let mut at = [0; SIDE_BY_SIDE];
        let mut has_moved = true;
        while has_moved {
            has_moved = false;
            for (at, row) in at.iter_mut().zip(lanes) {
                let node = &nodes[*at];
                if !node.is_leaf() {
                    let goes_left = f64::from(row[node.feature as usize]) <= node.threshold;
                    *at = [node.right, node.left][usize::from(goes_left)] as usize;
                    has_moved = true;
                }
            }
        }
        for (lane, leaf) in at.into_iter().take(chunk.len()).enumerate() {
            put(chunk_idx * SIDE_BY_SIDE + lane, leaf);
        }
    }
}

/// How many rows are put through a tree before the next tree comes, so that a tree's nodes stay in
/// the cache.
const ROWS_AT_ONCE: usize = 256;

/// Fills `out` (`n_samples`) with the labels that `labels` returns for a few rows of `x` at a time,
/// in parallel.
pub fn label_rows(
    x: ArrayView2<'_, f32>,
    out: &mut Array1<usize>,
    labels: impl Fn(&[&[f32]]) -> Vec<usize> + Send + Sync,
) {
    let x = x.as_standard_layout();
    let rows: Vec<&[f32]> = x
        .rows()
        .into_iter()
        .map(|row| row.to_slice().expect("row-major"))
        .collect();
    let labels: Vec<usize> = rows
        .par_chunks(ROWS_AT_ONCE)
        .flat_map_iter(labels)
        .collect();
    out.assign(&Array1::from_vec(labels));
}

/// Returns a row of `n_columns` numbers for each row of `x`; `score` fills in those of a few rows at
/// a time, in parallel, which are zeros before.
pub fn score_rows(
    x: ArrayView2<'_, f32>,
    n_columns: usize,
    score: impl Fn(&[&[f32]], &mut [f64]) + Send + Sync,
) -> Array2<f64> {
    let x = x.as_standard_layout();
    let rows: Vec<&[f32]> = x
        .rows()
        .into_iter()
        .map(|row| row.to_slice().expect("row-major"))
        .collect();
    let mut scores = vec![0.0; rows.len() * n_columns];
    scores
        .par_chunks_mut(ROWS_AT_ONCE * n_columns)
        .zip(rows.par_chunks(ROWS_AT_ONCE))
        .for_each(|(scores, rows)| score(rows, scores));
    Array2::from_shape_vec((rows.len(), n_columns), scores).expect("a row of scores per row")
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::super::nodes::Node;
    use super::for_each_leaf;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn rows_side_by_side_fall_into_the_leaves_that_each_alone_does() {
        // A complete tree of depth 3; a node's threshold is any.
        let mut rng = stream(6, &[]);
        let node = |idx: u32, threshold: f64| Node {
            threshold,
            feature: idx % 3,
            left: 2 * idx + 1,
            right: 2 * idx + 2,
        };
        let mut nodes: Vec<_> = (0..7).map(|idx| node(idx, rng.r#gen())).collect();
        nodes.resize(15, Node::LEAF);
        for n_rows in [0, 1, 2, 7, 8, 9, 33] {
            let rows: Vec<[f32; 3]> = (0..n_rows).map(|_| rng.r#gen()).collect();
            let rows: Vec<&[f32]> = rows.iter().map(|row| row.as_slice()).collect();
            let mut found = Vec::new();
            for_each_leaf(&nodes, &rows, |row, leaf| found.push((row, leaf)));
            let alone = |(idx, row): (usize, &&[f32])| {
                let mut at = 0;
                while !nodes[at].is_leaf() {
                    let node = nodes[at];
                    let goes_left = f64::from(row[node.feature as usize]) <= node.threshold;
                    at = if goes_left { node.left } else { node.right } as usize;
                }
                (idx, at)
            };
            let naive: Vec<_> = rows.iter().enumerate().map(alone).collect();
            assert_eq!(found, naive);
        }
        for_each_leaf(&[Node::LEAF], &[&[1.0]], |row, leaf| {
            assert_eq!((row, leaf), (0, 0));
        });
    }
}
