//! The repulsion of all points by all points, by interpolation on a grid.
//!
//! The square that holds the points is cut into boxes with three nodes along each side. A point's
//! charge is spread over the nine nodes of its box with the weights of Lagrange's polynomials, sums
//! over all nodes are a [`Convolution`], and the sums at the nodes are interpolated at the points
//! with the same weights. Boxes are at most 1 wide, so that 1/(1 + d²) is smooth across them.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::convolution::{Convolution, Grid, Weighting};

/// Nodes along the side of a box.
const NODES: usize = 3;

/// Fewest boxes along the side of the square.
const LEAST_BOXES: usize = 50;

/// Most boxes; beyond them boxes become wider.
const MOST_BOXES: usize = 700;

/// Points whose sums are added together.
const PIECE: usize = 1024;

/// The grid, kept from step to step.
#[derive(Debug, Default)]
pub(super) struct Repulsion {
    convolution: Option<Convolution>,
}

/// Where a point lies: its box along both axes and the weights of the nodes.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    boxes: [usize; 2],
    weights: [[f32; NODES]; 2],
}

impl Repulsion {
    /// Returns Σ_j 1/(1 + d²)²·(y_i − y_j) for each point i, and Z = Σ_{i≠j} 1/(1 + d²).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "charges are in single precision"
    )]
    pub fn sums(&mut self, points: &[[f64; 2]]) -> (Vec<[f32; 2]>, f64) {
        let bounds: [[f64; 2]; 2] = std::array::from_fn(|axis| {
            let values = points.iter().map(|point| point[axis]);
            values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
                [low.min(v), high.max(v)]
            })
        });
        let span = bounds
            .iter()
            .fold(0.0_f64, |m, [low, high]| m.max(high - low));
        // The square is as large as the transforms allow, so that they are prepared anew rarely.
        let wanted = (span as usize + 1).clamp(LEAST_BOXES, MOST_BOXES);
        let n_boxes = Convolution::roomy(wanted * NODES) / NODES;
        let fitting = span.max(1e-12) * (1.0 + 1e-9) / n_boxes as f64;
        let box_width = if span < LEAST_BOXES as f64 || fitting > 1.0 {
            fitting
        } else {
            1.0
        };
        let side = n_boxes * NODES;
        let spacing = box_width / NODES as f64;
        if !self
            .convolution
            .as_ref()
            .is_some_and(|c| c.is_for(side, spacing))
        {
            self.convolution = Some(Convolution::new(side, spacing));
        }
        let convolution = self.convolution.as_ref().expect("made above");
        let centre = bounds.map(|[low, high]| f64::midpoint(low, high));
        let corner = centre.map(|centre| centre - 0.5 * box_width * n_boxes as f64);
        let places: Vec<Place> = points
            .into_par_iter()
            .with_min_len(PIECE)
            .map(|point| Place::of(*point, corner, box_width, n_boxes))
            .collect();
        // Relative to the centre, so that differences keep their digits.
        let charges: Vec<[f32; 2]> = points
            .iter()
            .map(|point| std::array::from_fn(|axis| (point[axis] - centre[axis]) as f32))
            .collect();
        let (mut vectors, mut ones) = spread(&places, &charges, convolution, n_boxes);
        convolution.apply(&mut vectors, Weighting::Square);
        convolution.apply(&mut ones, Weighting::Both);
        let kernel = kernel_within_a_box(spacing);
        let mut forces = vec![[0.0; 2]; points.len()];
        let pieces = forces.par_chunks_mut(PIECE).enumerate();
        let totals: Vec<f64> = pieces
            .map(|(piece, forces)| {
                let mut total = 0.0;
                for (idx, force) in (piece * PIECE..).zip(forces) {
                    let place = &places[idx];
                    let [near, far] = place.interpolate(&ones, convolution.width());
                    let [x, y] = place.interpolate(&vectors, convolution.width());
                    let [px, py] = charges[idx];
                    *force = [px * far - x, py * far - y];
                    total += f64::from(near) - place.own_share(&kernel);
                }
                total
            })
            .collect();
        (forces, totals.iter().sum::<f64>().max(f64::MIN_POSITIVE))
    }
}

impl Place {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "weights are in single precision"
    )]
    fn of(point: [f64; 2], corner: [f64; 2], box_width: f64, n_boxes: usize) -> Self {
        let mut place = Self::default();
        for axis in 0..2 {
            let t = (point[axis] - corner[axis]) / box_width;
            let cell = (t.max(0.0) as usize).min(n_boxes - 1);
            // Nodes stand at 1/6, 1/2 and 5/6 of the box.
            let f = t - cell as f64;
            let [a, b, c] = [f - 1.0 / 6.0, f - 0.5, f - 5.0 / 6.0];
            place.boxes[axis] = cell;
            place.weights[axis] = [4.5 * b * c, -9.0 * a * c, 4.5 * a * b].map(|w| w as f32);
        }
        place
    }

    /// Returns what the point's own charge adds to the sum of 1/(1 + d²) at its place: not 1, as it
    /// is spread over the nodes.
    fn own_share(&self, kernel: &[[f64; NODES]; NODES]) -> f64 {
        // The products of weights of nodes that are 0, 1 and 2 apart, along each axis.
        let [across, along] = self.weights.map(|weights| {
            let [a, b, c] = weights.map(f64::from);
            [a * a + b * b + c * c, 2.0 * (a * b + b * c), 2.0 * a * c]
        });
        let rows = kernel.iter().zip(across);
        rows.map(|(row, x)| x * row.iter().zip(along).map(|(k, y)| k * y).sum::<f64>())
            .sum()
    }

    fn interpolate(&self, grid: &Grid, width: usize) -> [f32; 2] {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, along) in self.weights[0].iter().enumerate() {
            let first = (self.boxes[0] * NODES + i) * width + self.boxes[1] * NODES;
            let (mut row_re, mut row_im) = (0.0, 0.0);
            for (j, across) in self.weights[1].iter().enumerate() {
                row_re += across * grid.re[first + j];
                row_im += across * grid.im[first + j];
            }
            re += along * row_re;
            im += along * row_im;
        }
        [re, im]
    }
}

/// Returns 1/(1 + d²) between nodes that are so many places apart along both axes.
fn kernel_within_a_box(spacing: f64) -> [[f64; NODES]; NODES] {
    let square = |steps: usize| (spacing * steps as f64).powi(2);
    std::array::from_fn(|i| std::array::from_fn(|j| 1.0 / (1.0 + square(i) + square(j))))
}

/// Spreads over the nodes each point's place as a complex number, and a 1 for each point.
fn spread(
    places: &[Place],
    charges: &[[f32; 2]],
    convolution: &Convolution,
    n_boxes: usize,
) -> (Grid, Grid) {
    // The points by rows of boxes, in their own order: each row of boxes has rows of nodes of its own.
    let mut starts = vec![0; n_boxes + 1];
    for place in places {
        starts[place.boxes[0] + 1] += 1;
    }
    for i in 0..n_boxes {
        starts[i + 1] += starts[i];
    }
    let mut next = starts.clone();
    let mut order = vec![0; places.len()];
    for (idx, place) in places.iter().enumerate() {
        let slot = &mut next[place.boxes[0]];
        order[*slot] = idx;
        *slot += 1;
    }
    let (mut vectors, mut ones) = (convolution.zeros(), convolution.zeros());
    let width = convolution.width();
    let rows = vectors.re.par_chunks_mut(NODES * width);
    let rows = rows.zip(vectors.im.par_chunks_mut(NODES * width));
    let rows = rows.zip(ones.re.par_chunks_mut(NODES * width)).enumerate();
    rows.for_each(|(row, ((x, y), one))| {
        for &idx in &order[starts[row]..starts[row + 1]] {
            let (place, charge) = (&places[idx], charges[idx]);
            for (i, along) in place.weights[0].iter().enumerate() {
                let first = i * width + place.boxes[1] * NODES;
                for (j, across) in place.weights[1].iter().enumerate() {
                    let weight = along * across;
                    x[first + j] += weight * charge[0];
                    y[first + j] += weight * charge[1];
                    one[first + j] += weight;
                }
            }
        }
    });
    (vectors, ones)
}

#[cfg(test)]
mod tests {
    use fashion_bench_numeric::rng::stream;
    use rand::Rng as _;

    use super::*;

    #[test]
    fn sums_are_near_those_over_all_pairs() {
        let mut repulsion = Repulsion::default();
        for size in [1e-4, 1.0, 8.0, 45.0, 130.0] {
            let mut rng = stream(6, &[]);
            let points: Vec<[f64; 2]> = (0..700)
                .map(|_| {
                    [
                        rng.gen_range(-size..size),
                        0.4 * rng.gen_range(-size..size) + 3.0,
                    ]
                })
                .collect();
            let (forces, z) = repulsion.sums(&points);
            let (mut exact_z, mut worst, mut largest) = (0.0, 0.0_f64, 0.0_f64);
            for (i, a) in points.iter().enumerate() {
                let mut exact = [0.0; 2];
                for (j, b) in points.iter().enumerate().filter(|(j, _)| *j != i) {
                    let _ = j;
                    let offset = [a[0] - b[0], a[1] - b[1]];
                    let near = 1.0 / (1.0 + offset[0].powi(2) + offset[1].powi(2));
                    exact_z += near;
                    exact = [
                        exact[0] + near * near * offset[0],
                        exact[1] + near * near * offset[1],
                    ];
                }
                for axis in 0..2 {
                    worst = worst.max((f64::from(forces[i][axis]) - exact[axis]).abs());
                    largest = largest.max(exact[axis].abs());
                }
            }
            assert!(
                (z - exact_z).abs() < 1e-2 * exact_z,
                "{size}: {z} {exact_z}"
            );
            // Pairs in one box of the greatest width are interpolated least well. Where points lie
            // so thin that one such pair makes the largest force, only the sum is near.
            let share = if size > 25.0 { 0.1 } else { 0.02 };
            assert!(
                size > 100.0 || worst < share * largest,
                "{size}: {worst} of {largest}"
            );
        }
    }
}
