//! The multinomial logistic loss, which couples all classes.
//!
//! It is `c·(log Σ_m exp(z_m) - z_y)` for a row of class y with the cost c.

use super::group_loss::{GroupLoss, Point, Verdict};
use super::stop::Stop;
use fashion_bench_numeric::softmax::{log_sum_exp, softmax_inplace};

/// The multinomial logistic loss.
pub(super) struct Multinomial {
    codes: Vec<usize>,
    n_classes: usize,
    cost: Vec<f64>,
    stop: Stop,
    /// Class probabilities at the last derivatives, row-major.
    probabilities: Vec<f32>,
}

impl Multinomial {
    pub fn new(codes: Vec<usize>, n_classes: usize, cost: Vec<f64>, stop: Stop) -> Self {
        let probabilities = vec![0.0; codes.len() * n_classes];
        Self {
            codes,
            n_classes,
            cost,
            stop,
            probabilities,
        }
    }
}

fn gather(z: &[Vec<f64>], row_idx: usize, row: &mut [f64]) {
    for (value, column) in row.iter_mut().zip(z) {
        *value = column[row_idx];
    }
}

fn gather_along<Q: Copy + Into<f64>>(
    z: &[Vec<f64>],
    q: &[Vec<Q>],
    t: f64,
    row_idx: usize,
    row: &mut [f64],
) {
    for (value, (z, q)) in row.iter_mut().zip(z.iter().zip(q)) {
        *value = z[row_idx] + t * q[row_idx].into();
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "products are in single precision"
)]
impl GroupLoss for Multinomial {
    fn n_columns(&self) -> usize {
        self.n_classes
    }

    fn lag(&self) -> f64 {
        0.5
    }

    fn derivatives(
        &mut self,
        z: &[Vec<f64>],
        slopes: &mut [Vec<f32>],
        curvatures: &mut [Vec<f32>],
    ) {
        let mut row = vec![0.0; self.n_classes];
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather(z, row_idx, &mut row);
            softmax_inplace(&mut row);
            let start = row_idx * self.n_classes;
            for (class, &p) in row.iter().enumerate() {
                let target = f64::from(u8::from(class == code));
                slopes[class][row_idx] = (cost * (p - target)) as f32;
                curvatures[class][row_idx] = (cost * p * (1.0 - p)) as f32;
                self.probabilities[start + class] = p as f32;
            }
        }
    }

    fn apply_curvature(&self, row_idx: usize, _: &[Vec<f32>], v: &mut [f32]) {
        let start = row_idx * self.n_classes;
        let p = &self.probabilities[start..start + self.n_classes];
        let mean: f32 = p.iter().zip(v.iter()).map(|(p, v)| p * v).sum();
        let cost = self.cost[row_idx] as f32;
        for (v, p) in v.iter_mut().zip(p) {
            *v = cost * p * (*v - mean);
        }
    }

    fn exact_derivatives(
        &self,
        row_idx: usize,
        z: &[f64],
        gradient: &mut [f64],
        curvature: &mut [f64],
    ) {
        let (code, cost) = (self.codes[row_idx], self.cost[row_idx]);
        let mut p = z.to_vec();
        softmax_inplace(&mut p);
        for (a, of_a) in curvature.chunks_exact_mut(p.len()).enumerate() {
            for (b, value) in of_a.iter_mut().enumerate() {
                let own = if a == b { p[a] } else { 0.0 };
                *value = cost * (own - p[a] * p[b]);
            }
            gradient[a] = cost * (p[a] - f64::from(u8::from(a == code)));
        }
    }

    fn along<Q: Copy + Into<f64>>(&self, z: &[Vec<f64>], q: &[Vec<Q>], t: f64) -> (f64, f64) {
        let mut row = vec![0.0; self.n_classes];
        let (mut first, mut second) = (0.0, 0.0);
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather_along(z, q, t, row_idx, &mut row);
            softmax_inplace(&mut row);
            let (mut mean, mut square) = (0.0, 0.0);
            for (p, q) in row.iter().zip(q) {
                let q: f64 = q[row_idx].into();
                mean += p * q;
                square += p * q * q;
            }
            let of_own: f64 = q[code][row_idx].into();
            first += cost * (mean - of_own);
            second += cost * (square - mean * mean);
        }
        (first, second)
    }

    fn value(&self, z: &[Vec<f64>]) -> f64 {
        let mut row = vec![0.0; self.n_classes];
        let mut sum = 0.0;
        for (row_idx, (&code, &cost)) in self.codes.iter().zip(&self.cost).enumerate() {
            gather(z, row_idx, &mut row);
            sum += cost * (log_sum_exp(&row) - row[code]);
        }
        sum
    }

    fn assess(&mut self, point: &Point<'_>) -> Verdict {
        self.stop.assess(point, || self.value(point.z))
    }
}
