//! The quadratic model with an l1 term that a step of the proximal method minimises.
//!
//! ```text
//! g·d + ½ d·H·d + Σ_j l1_j·|w_j + d_j|
//! ```
//!
//! Sweeps of coordinate descent find out which coordinates are zero and the signs of the others,
//! but crawl along the valleys of a badly conditioned `H` (neighbouring pixels: 100 sweeps left
//! most of the violation). So a few of them alternate with a line search towards the minimiser
//! over the coordinates that are not zero, their signs kept: one Cholesky factor. The line may
//! cross zeros; along it the model is a convex, piecewise quadratic function, and its minimum is
//! found exactly.

use ndarray::Array2;

use fashion_bench_numeric::cholesky::Cholesky;

/// Rounds of sweeps and a jump in one minimisation.
const MAX_ROUNDS: usize = 50;

/// Sweeps before a jump.
const SWEEPS: usize = 10;

/// Returns the distance of 0 from the subdifferential of one coordinate with the weight `w`.
pub(super) fn violation(w: f64, gradient: f64, l1: f64) -> f64 {
    if w > 0.0 {
        (gradient + l1).abs()
    } else if w < 0.0 {
        (gradient - l1).abs()
    } else {
        (gradient.abs() - l1).max(0.0)
    }
}

/// A model and a point of it.
pub(super) struct L1Model<'a> {
    matrix: &'a [f64],
    l1: &'a [f64],
    /// The point `w + d`.
    point: Vec<f64>,
    /// `g + H·d`.
    slope: Vec<f64>,
}

impl<'a> L1Model<'a> {
    /// Returns the model around `weights` with the symmetric `matrix` (row by row) and the
    /// `gradient`.
    pub fn new(matrix: &'a [f64], weights: &[f64], gradient: &[f64], l1: &'a [f64]) -> Self {
        Self {
            matrix,
            l1,
            point: weights.to_vec(),
            slope: gradient.to_vec(),
        }
    }

    /// Minimises until the violations sum to `target`, and returns the point.
    pub fn minimise(mut self, target: f64) -> Vec<f64> {
        for _ in 0..MAX_ROUNDS {
            for _ in 0..SWEEPS {
                self.sweep();
            }
            if self.violation() <= target {
                break;
            }
            self.jump();
        }
        self.point
    }

    /// Returns the sum of the violations of all coordinates.
    fn violation(&self) -> f64 {
        let coordinates = self.point.iter().zip(&self.slope).zip(self.l1);
        coordinates
            .map(|((&w, &slope), &l1)| violation(w, slope, l1))
            .sum()
    }

    fn row(&self, j: usize) -> &'a [f64] {
        let width = self.point.len();
        &self.matrix[j * width..(j + 1) * width]
    }

    /// Minimises along each coordinate in turn.
    fn sweep(&mut self) {
        for j in 0..self.point.len() {
            let (w, l1) = (self.point[j], self.l1[j]);
            let row = self.row(j);
            let curvature = row[j].max(1e-12);
            let raw = w - self.slope[j] / curvature;
            let shrunk = (raw.abs() - l1 / curvature).max(0.0).copysign(raw);
            let change = shrunk - w;
            if change != 0.0 {
                self.point[j] = shrunk;
                add_scaled(change, row, &mut self.slope);
            }
        }
    }

    /// Goes towards the minimiser over the coordinates that are not zero, their signs kept.
    fn jump(&mut self) {
        let free: Vec<usize> = (0..self.point.len())
            .filter(|&j| self.point[j] != 0.0)
            .collect();
        let matrix = Array2::from_shape_fn((free.len(), free.len()), |(a, b)| {
            self.row(free[a])[free[b]]
        });
        let Some(factor) = Cholesky::new(matrix.view()) else {
            return;
        };
        let mut direction: Vec<f64> = free
            .iter()
            .map(|&j| -self.slope[j] - self.l1[j] * self.point[j].signum())
            .collect();
        factor.solve_in_place(&mut direction);
        self.search(&free, &direction);
    }

    /// Minimises along `direction` of the coordinates `free`, none of which is zero.
    fn search(&mut self, free: &[usize], direction: &[f64]) {
        let mut curved = vec![0.0; self.point.len()];
        let (mut slope, mut kinks) = (0.0, Vec::new());
        for (&j, &d) in free.iter().zip(direction) {
            add_scaled(d, self.row(j), &mut curved);
            let (w, l1) = (self.point[j], self.l1[j]);
            slope += d * (self.slope[j] + l1 * w.signum());
            if w * d < 0.0 {
                kinks.push((-w / d, 2.0 * l1 * d.abs(), j));
            }
        }
        let pairs = free.iter().zip(direction);
        let curvature: f64 = pairs.clone().map(|(&j, d)| d * curved[j]).sum();
        let (length, stopped) = lowest(slope, curvature, kinks);
        if !(length > 0.0 && length.is_finite()) {
            return;
        }
        for (&j, &d) in pairs {
            self.point[j] += length * d;
        }
        if let Some(j) = stopped {
            self.point[j] = 0.0;
        }
        add_scaled(length, &curved, &mut self.slope);
    }
}

/// Returns where a convex function of `t ≥ 0` is lowest, and the name of the kink there, if it is
/// one. The function is given by its slope at 0, its curvature, and its `kinks`: where each is, by
/// how much the slope rises there, and a name.
fn lowest(
    mut slope: f64,
    curvature: f64,
    mut kinks: Vec<(f64, f64, usize)>,
) -> (f64, Option<usize>) {
    kinks.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    for (t, rise, name) in kinks {
        if slope + t * curvature >= 0.0 {
            break;
        }
        slope += rise;
        if slope + t * curvature >= 0.0 {
            return (t, Some(name));
        }
    }
    (-slope / curvature, None)
}

fn add_scaled(scale: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += scale * x;
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;

    /// Returns a model whose coordinates are nearly the same, so that sweeps alone crawl.
    fn narrow(width: usize) -> (Vec<f64>, Vec<f64>) {
        let mut rng = stream(6, &[width as u64]);
        let rows: Vec<Vec<f64>> = (0..2 * width)
            .map(|_| {
                let common: f64 = rng.gen_range(-1.0..1.0);
                (0..width)
                    .map(|_| common + rng.gen_range(-0.05..0.05))
                    .collect()
            })
            .collect();
        let element = |i: usize, j: usize| rows.iter().map(|row| row[i] * row[j]).sum();
        let matrix = (0..width * width)
            .map(|k| element(k / width, k % width))
            .collect();
        let gradient = (0..width).map(|_| rng.gen_range(-2.0..2.0)).collect();
        (matrix, gradient)
    }

    #[test]
    fn the_minimiser_meets_the_optimality_conditions_where_sweeps_alone_do_not() {
        for width in [1, 2, 3, 40] {
            let (matrix, gradient) = narrow(width);
            let l1 = vec![0.3; width];
            let weights = vec![0.0; width];
            let model = || L1Model::new(&matrix, &weights, &gradient, &l1);
            let total = |point: &[f64]| -> f64 {
                let mut slope = gradient.clone();
                for (j, &w) in point.iter().enumerate() {
                    add_scaled(w, &matrix[j * width..(j + 1) * width], &mut slope);
                }
                let all = point.iter().zip(&slope).zip(&l1);
                all.map(|((&w, &slope), &l1)| violation(w, slope, l1)).sum()
            };
            let found = model().minimise(1e-9);
            assert!(total(&found) < 1e-7, "{width}: {}", total(&found));
            if width == 40 {
                let mut swept = model();
                for _ in 0..10 * SWEEPS {
                    swept.sweep();
                }
                assert!(total(&swept.point) > 1e-3, "{}", total(&swept.point));
            }
        }
    }

    #[test]
    fn the_lowest_point_of_a_line_with_kinks_equals_a_search_on_a_grid() {
        let mut rng = stream(7, &[]);
        for _ in 0..50 {
            let (slope, curvature) = (rng.gen_range(-4.0..-0.5), rng.gen_range(0.5..2.0));
            let kinks: Vec<(f64, f64, usize)> = (0..4)
                .map(|name| (rng.gen_range(0.0..3.0), rng.gen_range(0.0..1.5), name))
                .collect();
            let value = |t: f64| {
                let rises = kinks.iter().map(|(at, rise, _)| rise * (t - at).max(0.0));
                slope * t + 0.5 * curvature * t * t + rises.sum::<f64>()
            };
            let (t, stopped) = lowest(slope, curvature, kinks.clone());
            let on_grid = (0..10_000).map(|k| value(f64::from(k) * 1e-3));
            assert!(value(t) <= on_grid.fold(f64::INFINITY, f64::min) + 1e-12);
            assert!(stopped.is_none_or(|name| kinks[name].0 == t));
        }
    }
}
