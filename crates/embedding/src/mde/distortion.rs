//! The mean distortion of the edges, and its gradient.
//!
//! An edge of weight w and length d has distortion w·ln(1 + d^1.5) if it attracts and −ln(1 − e^(−d))
//! if it repels (the penalties `Log1p` and `Log` of pymde). Each point's part of the gradient is
//! summed over its own edges, so that it does not depend on the number of threads.

use std::collections::HashSet;

use fashion_bench_numeric::rng::stream;
use rand::Rng as _;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::constraint::Points;
use crate::graph::narrow;
use crate::sparse::Sparse;

/// Points whose parts are summed together.
const PIECE: usize = 512;

/// Edges whose factors are multiplied before one logarithm is taken.
const FACTORS: usize = 8;

/// Draws of a pair before it is given up, where nearly all pairs attract.
const MAX_DRAWS: usize = 100;

/// Amplitude of the noise that parts points which start on one spot.
const NOISE: f64 = 1e-4;

/// The edges.
#[derive(Debug)]
pub(super) struct Distortion {
    attracting: Sparse,
    repelling: Sparse,
    n_edges: usize,
}

impl Distortion {
    /// Takes the edges of `attracting`, symmetric, and `fraction` times as many random ones that it
    /// does not have.
    pub fn new(attracting: Sparse, fraction: f64, seed: u64) -> Self {
        let n_attracting = attracting.values().len() / 2;
        let n = attracting.n_rows();
        let n_others = n * (n - 1) / 2 - n_attracting;
        let n_repelling = ((fraction * n_attracting as f64) as usize).min(n_others);
        let mut rng = stream(seed, &[0x3de]);
        let mut chosen = HashSet::with_capacity(n_repelling);
        let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n];
        for _ in 0..n_repelling {
            for _ in 0..MAX_DRAWS {
                let (a, b) = (rng.gen_range(0..n), rng.gen_range(0..n));
                let (a, b) = (a.min(b), a.max(b));
                let is_edge = || attracting.row(a).0.binary_search(&narrow(b)).is_ok();
                if a != b && !is_edge() && chosen.insert((a, b)) {
                    rows[a].push((narrow(b), 1.0));
                    break;
                }
            }
        }
        rows.iter_mut()
            .for_each(|row| row.sort_unstable_by_key(|(column, _)| *column));
        Self {
            attracting,
            repelling: Sparse::from_rows(&rows).symmetrised(|a, b| a + b),
            n_edges: n_attracting + chosen.len(),
        }
    }

    /// Moves points by a little noise if some edge has no length, where the distortion has no
    /// gradient.
    pub fn part_pairs(&self, points: &mut Points, seed: u64) {
        let has_no_length = |edges: &Sparse| {
            (0..points.len()).any(|row| {
                let columns = edges.row(row).0.iter();
                columns
                    .into_iter()
                    .any(|&column| points[column as usize] == points[row])
            })
        };
        if has_no_length(&self.attracting) || has_no_length(&self.repelling) {
            let mut rng = stream(seed, &[0x9015e]);
            for value in points.iter_mut().flatten() {
                *value += rng.gen_range(-NOISE..NOISE);
            }
        }
    }

    /// Returns the mean distortion at `points` and writes its gradient.
    pub fn evaluate(&self, points: &Points, gradient: &mut Points) -> f64 {
        let n_edges = self.n_edges.max(1) as f64;
        let sums: Vec<f64> = gradient
            .par_chunks_mut(PIECE)
            .enumerate()
            .map(|(piece, gradient)| {
                let mut logarithms = Logarithms::default();
                for (row, gradient) in (piece * PIECE..).zip(gradient) {
                    let force = self.force(row, points, &mut logarithms);
                    *gradient = force.map(|f| f / n_edges);
                }
                logarithms.finish()
            })
            .collect();
        sums.iter().sum::<f64>() / n_edges
    }

    /// Returns the gradient of the sum at the point of `row`; adds the distortions of its edges to
    /// later points.
    fn force(&self, row: usize, points: &Points, sum: &mut Logarithms) -> [f64; 2] {
        let point = points[row];
        let mut force = [0.0; 2];
        let (columns, weights) = self.attracting.row(row);
        for (&column, &weight) in columns.iter().zip(weights) {
            let (offset, d) = offset(point, points[column as usize]);
            let root = d.sqrt();
            let power = d * root;
            if column as usize > row {
                let factor = 1.0 + power;
                sum.add(if weight > 1.0 {
                    factor * factor
                } else {
                    factor
                });
            }
            if d > 0.0 {
                let pull = 1.5 * f64::from(weight) / (root * (1.0 + power));
                force = [force[0] + pull * offset[0], force[1] + pull * offset[1]];
            }
        }
        for &column in self.repelling.row(row).0 {
            let (offset, d) = offset(point, points[column as usize]);
            let grown = d.exp_m1();
            if column as usize > row {
                // 1/(1 − e^(−d)) is 1 + 1/(e^d − 1).
                sum.add(1.0 + grown.recip());
            }
            if d > 0.0 && grown.is_finite() {
                let push = (grown * d).recip();
                force = [force[0] - push * offset[0], force[1] - push * offset[1]];
            }
        }
        force
    }
}

#[inline]
fn offset(a: [f64; 2], b: [f64; 2]) -> ([f64; 2], f64) {
    let offset = [a[0] - b[0], a[1] - b[1]];
    (
        offset,
        (offset[0] * offset[0] + offset[1] * offset[1]).sqrt(),
    )
}

/// A sum of logarithms; one is taken of several factors.
struct Logarithms {
    sum: f64,
    product: f64,
    n_factors: usize,
}

impl Default for Logarithms {
    fn default() -> Self {
        Self {
            sum: 0.0,
            product: 1.0,
            n_factors: 0,
        }
    }
}

impl Logarithms {
    #[inline]
    fn add(&mut self, factor: f64) {
        self.product *= factor;
        self.n_factors += 1;
        if self.n_factors == FACTORS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.sum += self.product.ln();
        (self.product, self.n_factors) = (1.0, 0);
    }

    fn finish(mut self) -> f64 {
        self.flush();
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(n: usize) -> Sparse {
        let rows: Vec<Vec<(u32, f32)>> = (0..n)
            .map(|i| {
                let mut row = vec![(narrow((i + 1) % n), if i % 3 == 0 { 2.0 } else { 1.0 })];
                row.push((
                    narrow((i + n - 1) % n),
                    if ((i + n - 1) % n).is_multiple_of(3) {
                        2.0
                    } else {
                        1.0
                    },
                ));
                row.sort_unstable_by_key(|(column, _)| *column);
                row
            })
            .collect();
        Sparse::from_rows(&rows)
    }

    #[test]
    fn the_value_equals_the_naive_twin_and_the_gradient_its_differences() {
        let distortion = Distortion::new(ring(30), 1.0, 4);
        let mut rng = stream(3, &[]);
        let points: Points = (0..30)
            .map(|_| [rng.gen_range(-2.0..2.0), rng.gen_range(-2.0..2.0)])
            .collect();
        let naive = |points: &Points| {
            let (mut sum, mut n) = (0.0, 0.0);
            for row in 0..30 {
                let (columns, weights) = distortion.attracting.row(row);
                for (&column, &weight) in columns
                    .iter()
                    .zip(weights)
                    .filter(|(c, _)| **c as usize > row)
                {
                    let d = offset(points[row], points[column as usize]).1;
                    sum += f64::from(weight) * d.powf(1.5).ln_1p();
                    n += 1.0;
                }
                for &column in distortion
                    .repelling
                    .row(row)
                    .0
                    .iter()
                    .filter(|c| **c as usize > row)
                {
                    let d = offset(points[row], points[column as usize]).1;
                    sum -= (-(-d).exp_m1()).ln();
                    n += 1.0;
                }
            }
            assert_eq!(n, 60.0);
            sum / n
        };
        let mut gradient = points.clone();
        let value = distortion.evaluate(&points, &mut gradient);
        assert!((value - naive(&points)).abs() < 1e-12);
        for row in [0, 7, 29] {
            for axis in 0..2 {
                let at = |h: f64| {
                    let mut moved = points.clone();
                    moved[row][axis] += h;
                    naive(&moved)
                };
                let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((slope - gradient[row][axis]).abs() < 1e-7, "{row} {axis}");
            }
        }
    }

    #[test]
    fn pairs_that_repel_are_others_and_at_most_as_many_as_there_are() {
        let distortion = Distortion::new(ring(6), 10.0, 1);
        assert_eq!(distortion.n_edges, 15);
        let mut points: Points = vec![[1.0, 1.0]; 6];
        distortion.part_pairs(&mut points, 1);
        assert_ne!(points[0], points[1]);
        let mut gradient = points.clone();
        assert!(distortion.evaluate(&points, &mut gradient).is_finite());
        assert!(gradient.iter().flatten().all(|g| g.is_finite()));
    }
}
