//! How well points of the plane keep the neighbourhoods of their rows.

use fashion_bench_numeric::dot::dot_f64;
use fashion_bench_numeric::gemm::gemm_nt;
use fashion_bench_numeric::nearest::{EuclideanIndex, nearest};
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::{EmbeddingError, require_rows};

/// Rows that are compared with all others at once.
const BLOCK: usize = 64;

/// Returns the trustworthiness of `points` (n × 2) for the rows `x` (n × features), in [0, 1]: 1 if
/// the `k` nearest points of each point are among the `k` nearest rows of its row, less the farther
/// they are not (Venna and Kaski 2001), as scikit-learn's `trustworthiness` has it.
///
/// With `n_sampled` rows or fewer all are compared; otherwise that many evenly spaced ones are, each
/// of them with all others, which gives the mean over a sample of the same figure.
///
/// # Errors
/// If there are not at least 2·k + 1 rows.
///
/// # Panics
/// If there is not one point per row.
pub fn trustworthiness(
    x: ArrayView2<'_, f32>,
    points: ArrayView2<'_, f64>,
    k: usize,
    n_sampled: usize,
) -> Result<f64, EmbeddingError> {
    let n = x.nrows();
    assert_eq!(points.nrows(), n, "one point per row");
    require_rows("trustworthiness", 2 * k + 1, n)?;
    let mean = x.mean_axis(Axis(0)).expect("there are rows");
    let centred = (&x - &mean).as_standard_layout().into_owned();
    let norms: Vec<f64> = centred
        .outer_iter()
        .map(|row| row.to_slice().map_or(0.0, |row| dot_f64(row, row)))
        .collect();
    let rows: Vec<usize> = match n_sampled.min(n) {
        0 => return Ok(1.0),
        n_rows => (0..n_rows).map(|i| i * n / n_rows).collect(),
    };
    let found = nearest_points(points, &rows, k);
    let penalties: Vec<u64> = rows
        .chunks(BLOCK)
        .zip(found.chunks(BLOCK))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(rows, found)| {
            let queries = centred.select(Axis(0), rows);
            let mut products = Array2::zeros((rows.len(), n));
            gemm_nt(
                1.0,
                queries.view(),
                centred.view(),
                0.0,
                &mut products.view_mut(),
            );
            let mut penalty = 0;
            for ((&row, found), products) in rows.iter().zip(found).zip(products.outer_iter()) {
                // The squared distance less the row's own squared length, which shifts all alike.
                let distance = |other: usize| norms[other] - 2.0 * f64::from(products[other]);
                for &point in found {
                    let reach = distance(point);
                    let is_nearer = |other: &usize| {
                        let d = distance(*other);
                        *other != row && (d < reach || (d == reach && *other < point))
                    };
                    let rank = (0..n).filter(is_nearer).count() + 1;
                    penalty += rank.saturating_sub(k) as u64;
                }
            }
            penalty
        })
        .collect();
    let total = penalties.iter().sum::<u64>() as f64;
    let (n, k) = (n as f64, k as f64);
    let worst = rows.len() as f64 * k * (2.0 * n - 3.0 * k - 1.0) / 2.0;
    Ok(1.0 - total / worst)
}

/// Returns the share of points whose class is that of most of their `k` nearest other points; of
/// classes with equally many the lowest counts.
///
/// # Panics
/// If there is not one label per point, or no more than `k` points.
#[must_use]
pub fn neighbor_accuracy(points: ArrayView2<'_, f64>, labels: &[u16], k: usize) -> f64 {
    let n = points.nrows();
    assert_eq!(labels.len(), n, "one label per point");
    assert!(k < n, "more points than neighbours");
    let n_classes = labels
        .iter()
        .max()
        .map_or(0, |&label| usize::from(label) + 1);
    let rows: Vec<usize> = (0..n).collect();
    let found = nearest_points(points, &rows, k);
    let is_right = |(row, found): (usize, &Vec<usize>)| {
        let mut votes = vec![0_usize; n_classes];
        for &other in found {
            votes[usize::from(labels[other])] += 1;
        }
        let most = votes.iter().max().copied().unwrap_or(0);
        votes[..usize::from(labels[row])].iter().all(|&v| v < most)
            && votes[usize::from(labels[row])] == most
    };
    let n_right = found
        .iter()
        .enumerate()
        .filter(|pair| is_right(*pair))
        .count();
    n_right as f64 / n as f64
}

/// Returns the `k` nearest other points of the points `rows`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "pictures are no more exact"
)]
fn nearest_points(points: ArrayView2<'_, f64>, rows: &[usize], k: usize) -> Vec<Vec<usize>> {
    let mean = points.mean_axis(Axis(0)).expect("there are points");
    let points = (&points - &mean).mapv(|value| value as f32);
    let points = points.as_standard_layout().into_owned();
    let queries = points.select(Axis(0), rows);
    let index = EuclideanIndex::new(points);
    let found = nearest(&index, queries.slice(s![.., ..]), k + 1);
    rows.iter()
        .zip(found)
        .map(|(&row, found)| {
            let others = found.into_iter().map(|neighbor| neighbor.row);
            others.filter(|&other| other != row).take(k).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests;
