//! The probabilities that rows pick each other as neighbours.
//!
//! Row i picks j with a probability proportional to exp(−β·d²), over its nearest rows, with β such
//! that the entropy is the logarithm of the perplexity. The mean of both directions, divided by the
//! number of rows, sums to 1.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::graph::Neighbors;
use crate::sparse::Sparse;

/// Steps of the search for β.
const N_STEPS: usize = 100;

/// The entropy may be off by this much.
const TOLERANCE: f64 = 1e-8;

/// Returns the symmetric matrix of probabilities, from the `k` nearest rows of each row.
pub(super) fn affinities(graph: &Neighbors, perplexity: f64, k: usize) -> Sparse {
    let n = graph.n_rows();
    let rows: Vec<Vec<(u32, f32)>> = (0..n)
        .into_par_iter()
        .map(|row| {
            let (indices, distances) = graph.row(row, k);
            let picks = picks(distances, perplexity);
            let mut row: Vec<(u32, f32)> = indices.iter().copied().zip(picks).collect();
            row.sort_unstable_by_key(|(column, _)| *column);
            row
        })
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "probabilities are in single precision"
    )]
    let half = (0.5 / n as f64) as f32;
    Sparse::from_rows(&rows).symmetrised(|a, b| (a + b) * half)
}

/// Returns the probability with which each row at `distances` is picked; they sum to 1.
#[expect(
    clippy::cast_possible_truncation,
    reason = "probabilities are in single precision"
)]
fn picks(distances: &[f32], perplexity: f64) -> Vec<f32> {
    // Relative to the nearest row, so that not all vanish.
    let squares: Vec<f64> = distances
        .iter()
        .map(|&d| f64::from(d) * f64::from(d))
        .collect();
    let least = squares.iter().copied().fold(f64::INFINITY, f64::min);
    let beyond: Vec<f64> = squares.iter().map(|square| square - least).collect();
    let mean = beyond.iter().sum::<f64>() / beyond.len() as f64;
    let target = perplexity.ln();
    let mut beta = if mean > 0.0 { mean.recip() } else { 1.0 };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut weights = vec![0.0; beyond.len()];
    let mut total = 0.0;
    for _ in 0..N_STEPS {
        total = 0.0;
        let mut sum = 0.0;
        for (weight, beyond) in weights.iter_mut().zip(&beyond) {
            *weight = (-beta * beyond).exp();
            total += *weight;
            sum += *weight * beyond;
        }
        let off = total.ln() + beta * sum / total - target;
        if off.abs() < TOLERANCE {
            break;
        }
        if off > 0.0 {
            low = beta;
            beta = if high.is_finite() {
                0.5 * (low + high)
            } else {
                2.0 * beta
            };
        } else {
            high = beta;
            beta = 0.5 * (low + high);
        }
        if !beta.is_finite() {
            break;
        }
    }
    weights
        .iter()
        .map(|weight| (weight / total) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_have_the_perplexity_and_nearer_rows_are_likelier() {
        let distances: Vec<f32> = (0..60).map(|i| 3.0 + 0.1 * i as f32).collect();
        for perplexity in [2.0, 10.0, 20.0] {
            let picks = picks(&distances, perplexity);
            let sum: f32 = picks.iter().sum();
            assert!((sum - 1.0).abs() < 1e-5 && picks.is_sorted_by(|a, b| a >= b));
            let positive = picks.iter().map(|&p| f64::from(p)).filter(|p| *p > 0.0);
            let entropy: f64 = positive.map(|p| -p * p.ln()).sum();
            assert!((entropy.exp() - perplexity).abs() < 1e-3, "{perplexity}");
        }
        // All at one distance: any scale gives the same.
        assert_eq!(picks(&[1.0; 4], 2.0), [0.25; 4]);
        let zeros = picks(&[0.0; 4], 2.0);
        assert_eq!(zeros, [0.25; 4]);
        // More copies than the perplexity: the farther rows vanish.
        let copies = picks(&[0.0, 0.0, 0.0, 0.0, 1.0, 2.0], 2.0);
        assert!(copies.iter().all(|p| p.is_finite()) && copies[4] < 1e-6);
    }

    #[test]
    fn affinities_are_symmetric_and_sum_to_one() {
        let indices = vec![1, 2, 0, 2, 0, 1, 0, 1];
        let distances = vec![1.0, 3.0, 1.0, 2.0, 3.0, 2.0, 5.0, 6.0];
        let graph = Neighbors::from_parts(4, 2, indices, distances).unwrap();
        let p = affinities(&graph, 1.5, 2);
        assert!((p.values().iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let (columns, values) = p.row(0);
        assert_eq!(columns, [1, 2, 3]);
        assert_eq!(p.row(3).1[0], values[2]);
    }
}
