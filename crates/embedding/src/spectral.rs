//! Coordinates of a graph's rows along the slowest modes of its Laplacian.
//!
//! With W the weights of the edges and D their sums per row, these are the eigenvectors of
//! M = D^(-1/2)·W·D^(-1/2) with the largest eigenvalues after the first one, which is 1 and belongs to
//! the square roots of D (Belkin and Niyogi 2003). Subspace iteration with a Chebyshev polynomial
//! finds them: the polynomial of M is large only above a bound that lies below the wanted
//! eigenvalues. Layouts start from them, so that a few digits will do.

use fashion_bench_numeric::eigen::SymmetricEigen;
use fashion_bench_numeric::rng::stream;
use ndarray::Array2;
use rand::Rng as _;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::sparse::Sparse;

/// Vectors that are iterated together; the wanted ones and some to make them settle sooner.
const WIDTH: usize = 8;

/// Degree of the polynomial. Ten times as many products cost less than orthogonalising ten times.
const DEGREE: usize = 16;

/// Most rounds of polynomial and orthogonalisation.
const MAX_ROUNDS: usize = 20;

/// Rounds end when the wanted eigenvalues change by less than this share of their distance to 1.
const TOLERANCE: f64 = 1e-3;

/// Rows whose products are summed together, whatever the number of threads.
const PART: usize = 4096;

/// Some vectors, element by element.
type Block = Vec<[f64; WIDTH]>;

/// Returns the coordinates of each row of `graph`, symmetric with positive weights, along its two
/// slowest modes (n × 2). Each has length 1 and is positive where it is largest.
///
/// Returns nothing where they would say little: if the graph falls into parts, or has fewer than
/// twice as many rows as the iteration has vectors.
pub(crate) fn coordinates(graph: &Sparse, seed: u64) -> Option<Array2<f64>> {
    let n = graph.n_rows();
    if n < 2 * WIDTH || graph.n_components() != 1 {
        return None;
    }
    let scale: Vec<f64> = (0..n)
        .map(|row| {
            let sum: f64 = graph.row(row).1.iter().copied().map(f64::from).sum();
            sum.sqrt().recip()
        })
        .collect();
    let mut rng = stream(seed, &[0x5bec]);
    let mut block: Block = scale
        .iter()
        .map(|scale| {
            let mut row = [0.0; WIDTH];
            row.iter_mut()
                .for_each(|value| *value = rng.gen_range(-1.0..1.0));
            row[0] = scale.recip();
            row
        })
        .collect();
    let mut values = orthonormalise(graph, &scale, &mut block);
    for _ in 0..MAX_ROUNDS {
        // All below the last vector's eigenvalue is damped.
        let bound = values[WIDTH - 1].clamp(-0.5, 1.0 - 1e-6);
        block = filter(graph, &scale, &block, bound);
        let next = orthonormalise(graph, &scale, &mut block);
        let settled = (1..3).all(|i| (next[i] - values[i]).abs() <= TOLERANCE * (1.0 - next[i]));
        values = next;
        if settled {
            break;
        }
    }
    let mut points = Array2::from_shape_fn((n, 2), |(row, axis)| block[row][axis + 1]);
    for mut column in points.columns_mut() {
        let largest =
            column.iter().fold(
                0.0_f64,
                |largest, v| if v.abs() > largest.abs() { *v } else { largest },
            );
        if largest < 0.0 {
            column.mapv_inplace(|value| -value);
        }
    }
    Some(points)
}

/// Returns `a·M·x + b·x + c·y`.
fn product(graph: &Sparse, scale: &[f64], [a, b, c]: [f64; 3], x: &Block, y: &Block) -> Block {
    let mut out = vec![[0.0; WIDTH]; x.len()];
    out.par_chunks_mut(256)
        .enumerate()
        .for_each(|(chunk, out)| {
            for (row, out) in (chunk * 256..).zip(out) {
                let mut sum = [0.0; WIDTH];
                let (columns, weights) = graph.row(row);
                for (&column, &weight) in columns.iter().zip(weights) {
                    let weight = f64::from(weight) * scale[column as usize];
                    for (sum, x) in sum.iter_mut().zip(&x[column as usize]) {
                        *sum += weight * x;
                    }
                }
                for i in 0..WIDTH {
                    out[i] = a * scale[row] * sum[i] + b * x[row][i] + c * y[row][i];
                }
            }
        });
    out
}

/// Returns the Chebyshev polynomial of M that is at most 1 on [-1, `bound`], times `x`.
fn filter(graph: &Sparse, scale: &[f64], x: &Block, bound: f64) -> Block {
    // [-1, bound] is mapped to [-1, 1].
    let (half, middle) = (0.5 * (bound + 1.0), 0.5 * (bound - 1.0));
    let (a, b) = (half.recip(), -middle / half);
    let mut before = x.clone();
    let mut current = product(graph, scale, [a, b, 0.0], x, x);
    for _ in 1..DEGREE {
        let next = product(graph, scale, [2.0 * a, 2.0 * b, -1.0], &current, &before);
        before = std::mem::replace(&mut current, next);
    }
    current
}

/// Returns the sums of products `xᵀ·y`, row by row.
fn products(x: &Block, y: &Block) -> Vec<f64> {
    let parts: Vec<[[f64; WIDTH]; WIDTH]> = (0..x.len().div_ceil(PART))
        .into_par_iter()
        .map(|part| {
            let span = part * PART..x.len().min((part + 1) * PART);
            let mut sums = [[0.0; WIDTH]; WIDTH];
            for (x, y) in x[span.clone()].iter().zip(&y[span]) {
                for (sums, x) in sums.iter_mut().zip(x) {
                    for (sum, y) in sums.iter_mut().zip(y) {
                        *sum += x * y;
                    }
                }
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; WIDTH * WIDTH];
    for part in &parts {
        for (total, part) in total.iter_mut().zip(part.as_flattened()) {
            *total += part;
        }
    }
    total
}

/// Multiplies each row of `x` by a matrix of eigenvectors, one per column, times `scales`.
fn rotate(x: &mut Block, vectors: &[(f64, Vec<f64>)], scales: &[f64; WIDTH]) {
    x.par_chunks_mut(256).for_each(|rows| {
        for row in rows {
            let mut out = [0.0; WIDTH];
            for ((out, (_, vector)), scale) in out.iter_mut().zip(vectors).zip(scales) {
                *out = scale * row.iter().zip(vector).map(|(x, v)| x * v).sum::<f64>();
            }
            *row = out;
        }
    });
}

/// Eigenvalues with their vectors, largest first.
fn decompose(matrix: Vec<f64>) -> Vec<(f64, Vec<f64>)> {
    let eigen = SymmetricEigen::new(matrix, WIDTH).expect("a finite matrix");
    let mut pairs: Vec<(f64, Vec<f64>)> = eigen
        .pairs()
        .map(|(value, v)| (value, v.to_vec()))
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs
}

/// Makes the vectors orthonormal and eigenvectors of M within their span; returns the eigenvalues,
/// largest first.
fn orthonormalise(graph: &Sparse, scale: &[f64], block: &mut Block) -> Vec<f64> {
    // Twice, as the polynomial makes the vectors nearly parallel.
    for _ in 0..2 {
        // Columns of equal length first, so that small ones are not taken for rounding.
        let gram = products(block, block);
        let lengths: [f64; WIDTH] = std::array::from_fn(|i| gram[i * WIDTH + i].sqrt().max(1e-300));
        block.par_chunks_mut(256).flatten().for_each(|row| {
            row.iter_mut()
                .zip(&lengths)
                .for_each(|(x, length)| *x /= length);
        });
        let pairs = decompose(products(block, block));
        let largest = pairs[0].0;
        let scales = std::array::from_fn(|i| pairs[i].0.max(1e-14 * largest).sqrt().recip());
        rotate(block, &pairs, &scales);
    }
    let image = product(graph, scale, [1.0, 0.0, 0.0], block, block);
    let mut matrix = products(block, &image);
    for i in 0..WIDTH {
        for j in 0..i {
            let mean = 0.5 * (matrix[i * WIDTH + j] + matrix[j * WIDTH + i]);
            matrix[i * WIDTH + j] = mean;
            matrix[j * WIDTH + i] = mean;
        }
    }
    let pairs = decompose(matrix);
    rotate(block, &pairs, &[1.0; WIDTH]);
    pairs.iter().map(|(value, _)| *value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a path of `n` rows, each bound to the next.
    fn path(n: usize) -> Sparse {
        let rows: Vec<Vec<(u32, f32)>> = (0..n as u32)
            .map(|row| {
                row.checked_sub(1)
                    .into_iter()
                    .chain((row + 1 < n as u32).then_some(row + 1))
            })
            .map(|columns| columns.map(|column| (column, 1.0)).collect())
            .collect();
        Sparse::from_rows(&rows)
    }

    #[test]
    fn the_modes_of_a_path_are_cosines() {
        let n = 60;
        let points = coordinates(&path(n), 3).unwrap();
        // Eigenvectors of the walk on a path are cos(π·k·i/(n−1)), times √degree for M.
        for axis in 0..2 {
            let mut expected: Vec<f64> = (0..n)
                .map(|i| {
                    let degree: f64 = if i == 0 || i == n - 1 { 1.0 } else { 2.0 };
                    let angle = std::f64::consts::PI * ((axis + 1) * i) as f64 / (n - 1) as f64;
                    degree.sqrt() * angle.cos()
                })
                .collect();
            let length = expected.iter().map(|v| v * v).sum::<f64>().sqrt();
            expected.iter_mut().for_each(|v| *v /= length);
            let along: f64 = points
                .column(axis)
                .iter()
                .zip(&expected)
                .map(|(a, b)| a * b)
                .sum();
            assert!(along.abs() > 0.999, "axis {axis}: {along}");
        }
    }

    #[test]
    fn a_graph_in_parts_and_a_small_one_have_no_coordinates() {
        assert!(coordinates(&path(2 * WIDTH - 1), 0).is_none());
        let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); 40];
        for i in 0..20_u32 {
            rows[2 * i as usize].push((2 * i + 1, 1.0));
            rows[2 * i as usize + 1].push((2 * i, 1.0));
        }
        assert!(coordinates(&Sparse::from_rows(&rows), 0).is_none());
    }
}
