//! The fuzzy simplicial set of a graph of neighbours (McInnes, Healy and Melville 2018, section 3.1
//! and algorithms 2 and 3).
//!
//! Row i is a neighbour of row j at distance d to the degree exp(-(d − ρ)/σ), with ρ the distance of
//! j's nearest row that is no copy of it, and σ such that the degrees add up to log₂ of the number of
//! neighbours. A union joins both directions: a + b − a·b.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::graph::Neighbors;
use crate::sparse::Sparse;

/// Steps of the bisection for σ.
const N_STEPS: usize = 64;

/// The sum of degrees may be off by this much.
const TOLERANCE: f64 = 1e-5;

/// σ is at least this share of the mean distance.
const LEAST_SCALE: f64 = 1e-3;

/// Returns the symmetric matrix of degrees. A row is its own first neighbour of `n_neighbors`.
pub(super) fn fuzzy_union(graph: &Neighbors, n_neighbors: usize) -> Sparse {
    let n_others = n_neighbors - 1;
    let n_rows = graph.n_rows();
    let sum: f64 = (0..n_rows)
        .flat_map(|row| graph.row(row, n_others).1)
        .copied()
        .map(f64::from)
        .sum();
    let mean = sum / (n_rows * n_neighbors) as f64;
    let rows: Vec<Vec<(u32, f32)>> = (0..n_rows)
        .into_par_iter()
        .map(|row| {
            let (indices, distances) = graph.row(row, n_others);
            let mut degrees: Vec<(u32, f32)> = indices
                .iter()
                .copied()
                .zip(degrees(distances, n_neighbors, mean))
                .collect();
            degrees.sort_unstable_by_key(|(index, _)| *index);
            degrees
        })
        .collect();
    Sparse::from_rows(&rows).symmetrised(|a, b| a + b - a * b)
}

/// Returns the degree to which each row at `distances` is a neighbour; `mean` is the mean of all
/// distances of the graph.
#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees are kept in single precision"
)]
fn degrees(distances: &[f32], n_neighbors: usize, mean: f64) -> Vec<f32> {
    let nearest = distances.iter().find(|&&distance| distance > 0.0);
    let nearest = nearest.map_or(0.0, |&distance| f64::from(distance));
    let beyond = |distance: f32| f64::from(distance) - nearest;
    let degree = |distance: f32, scale: f64| match beyond(distance) {
        d if d > 0.0 => (-d / scale).exp(),
        _ => 1.0,
    };
    let target = (n_neighbors as f64).log2();
    let (mut low, mut high, mut scale) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..N_STEPS {
        let sum: f64 = distances
            .iter()
            .map(|&distance| degree(distance, scale))
            .sum();
        if (sum - target).abs() < TOLERANCE {
            break;
        }
        if sum > target {
            high = scale;
            scale = 0.5 * (low + high);
        } else {
            low = scale;
            scale = if high.is_finite() {
                0.5 * (low + high)
            } else {
                2.0 * scale
            };
        }
    }
    let own_mean = distances.iter().copied().map(f64::from).sum::<f64>() / n_neighbors as f64;
    let least = LEAST_SCALE * if nearest > 0.0 { own_mean } else { mean };
    let scale = scale.max(least);
    distances
        .iter()
        .map(|&distance| {
            if scale > 0.0 {
                degree(distance, scale) as f32
            } else {
                1.0
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_add_up_to_the_logarithm_of_the_number_of_neighbours() {
        let found = degrees(&[1.0, 1.5, 2.0, 4.0], 5, 1.7);
        let sum: f32 = found.iter().sum();
        assert_eq!(found[0], 1.0);
        assert!((f64::from(sum) - 5.0_f64.log2()).abs() < 2e-5);
        // Copies of the row are neighbours in full.
        let found = degrees(&[0.0, 0.0, 3.0, 5.0], 5, 1.7);
        assert_eq!(&found[..3], [1.0, 1.0, 1.0]);
        // All at one distance: none is nearer than another.
        assert_eq!(degrees(&[2.0; 4], 5, 2.0), [1.0; 4]);
        assert_eq!(degrees(&[0.0; 4], 5, 0.0), [1.0; 4]);
    }

    #[test]
    fn the_union_is_symmetric_and_at_most_one() {
        let graph = Neighbors::from_parts(
            3,
            2,
            vec![1, 2, 0, 2, 0, 1],
            vec![1.0, 3.0, 1.0, 2.0, 3.0, 2.0],
        );
        let union = fuzzy_union(&graph.unwrap(), 3);
        for row in 0..3 {
            let (columns, values) = union.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                assert!(value > 0.0 && value <= 1.0);
                let (back, mirrored) = union.row(column as usize);
                let place = back.iter().position(|&c| c as usize == row).unwrap();
                assert_eq!(mirrored[place], value);
            }
        }
    }
}
