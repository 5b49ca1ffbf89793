//! A curvature matrix `diag(ridge) + Σ_i d_i·x_i·x_iᵀ` that follows the row weights `d`.

use rand::Rng as _;

use crate::numeric::gram::{Factor, Gram};
use crate::numeric::rng::stream;
use crate::numeric::tall::Tall;

/// Weights below this fraction of the largest do not enter.
const NEGLIGIBLE: f32 = 1e-5;

/// Steps whose models may be made from samples.
const MAX_SAMPLED_MODELS: u64 = 6;

/// How a [`Curvature`] follows the weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Following {
    /// Rows are summed anew where their weight is off by more than this fraction of the larger;
    /// 0 for weights of few values, followed exactly.
    pub lag: f64,
    /// Rows worth summing in one go; while more than these change, as many are sampled.
    pub n_sampled: usize,
    /// Seed of the samples.
    pub seed: u64,
}

/// Follows row weights; see the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Curvature {
    gram: Option<Gram<f64>>,
    /// Weights of the rows in `gram`, in units of their common scale.
    weights: Vec<f32>,
    /// Which rows had weight at the last call.
    was_active: Vec<bool>,
    is_exact: bool,
    n_calls: u64,
    keeps_matrix: bool,
    factor: Option<Factor>,
    matrix: Vec<f64>,
}

impl Curvature {
    /// One that keeps the matrix itself instead of its factor.
    pub fn for_model() -> Self {
        Self {
            keeps_matrix: true,
            ..Self::default()
        }
    }

    /// Whether the factor is that of the exact matrix.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The symmetric matrix, row by row.
    pub fn matrix(&self) -> &[f64] {
        &self.matrix
    }

    /// Replaces `b` by the solution of the system.
    ///
    /// # Panics
    /// Before the first [`Self::follow`].
    pub fn solve(&self, b: &mut [f64]) {
        self.factor.as_ref().expect("follow comes first").solve(b);
    }

    /// Brings the matrix up to date with the row `weights`.
    pub fn follow(&mut self, design: &Tall<'_>, ridge: &[f64], weights: &[f32], how: &Following) {
        self.n_calls += 1;
        let largest = weights.iter().fold(f32::MIN_POSITIVE, |m, &w| m.max(w));
        // Weights of one value (the hinges) count as 1, so that a change of scale changes no row.
        let scale = if how.lag == 0.0 { largest } else { 1.0 };
        let cut = largest * NEGLIGIBLE;
        let target: Vec<f32> = weights
            .iter()
            .map(|&w| if w > cut { w / scale } else { 0.0 })
            .collect();
        let is_active: Vec<bool> = target.iter().map(|&w| w > 0.0).collect();
        let n_active = is_active.iter().filter(|&&a| a).count();
        let n_moved = is_active
            .iter()
            .zip(&self.was_active)
            .filter(|(a, b)| a != b)
            .count();
        let has_settled = if how.lag == 0.0 {
            !self.was_active.is_empty() && n_moved * 5 <= n_active
        } else {
            // A model of the objective must end up better than a sample; a preconditioner need not.
            self.keeps_matrix && self.n_calls > MAX_SAMPLED_MODELS
        };
        self.was_active = is_active;

        let changed: Vec<usize> = if self.gram.is_some() {
            let is_off = |&row: &usize| {
                let (old, new) = (self.weights[row], target[row]);
                f64::from((old - new).abs()) > how.lag * f64::from(old.max(new))
            };
            (0..target.len()).filter(is_off).collect()
        } else {
            Vec::new()
        };
        if self.gram.is_some() && changed.len() <= how.n_sampled.max(n_active / 2) {
            self.update(design, &changed, &target);
        } else if n_active <= how.n_sampled || has_settled {
            self.gram = Some(Gram::zeros(design.width()));
            self.weights = vec![0.0; target.len()];
            let rows: Vec<usize> = (0..target.len()).filter(|&row| target[row] > 0.0).collect();
            self.update(design, &rows, &target);
        } else {
            let rows = sample(&target, how.n_sampled, (how.seed, self.n_calls));
            let mut gram = Gram::<f32>::zeros(design.width());
            gram.add_rows(design, rows.into_iter());
            self.gram = None;
            self.is_exact = false;
            self.finish(&gram, f64::from(scale), ridge);
            return;
        }
        self.is_exact = how.lag == 0.0;
        if let Some(gram) = self.gram.take() {
            self.finish(&gram, f64::from(scale), ridge);
            self.gram = Some(gram);
        }
    }

    fn update(&mut self, design: &Tall<'_>, rows: &[usize], target: &[f32]) {
        if let Some(gram) = &mut self.gram {
            let old = &self.weights;
            let changes = rows
                .iter()
                .map(|&row| (row, f64::from(target[row]) - f64::from(old[row])));
            gram.add_rows(design, changes);
        }
        for &row in rows {
            self.weights[row] = target[row];
        }
    }

    fn finish<F: crate::numeric::gemm::GemmFloat>(
        &mut self,
        gram: &Gram<F>,
        scale: f64,
        ridge: &[f64],
    ) where
        f64: From<F>,
    {
        if self.keeps_matrix {
            self.matrix = gram.to_full(scale, ridge);
        } else {
            self.factor = Some(gram.factor(scale, ridge));
        }
    }
}

/// About `n_wanted` rows, each with probability proportional to its weight (at most 1) and with
/// its weight divided by that probability, so that the expected sum is that of all rows.
/// Systematic sampling: one uniform number, then even steps along the running sum.
fn sample(weights: &[f32], n_wanted: usize, (seed, call): (u64, u64)) -> Vec<(usize, f64)> {
    let per_weight = inclusion_rate(weights, n_wanted as f64);
    let mut threshold: f64 = stream(seed, &[call]).r#gen();
    let mut running = 0.0;
    let mut rows = Vec::with_capacity(n_wanted + 1);
    for (row_idx, &weight) in weights.iter().enumerate() {
        let weight = f64::from(weight);
        let probability = (weight * per_weight).min(1.0);
        running += probability;
        if weight > 0.0 && running > threshold {
            threshold += 1.0;
            rows.push((row_idx, weight / probability));
        }
    }
    rows
}

/// The factor `r` for which `Σ min(1, r·weight)` is about `n_wanted`.
fn inclusion_rate(weights: &[f32], n_wanted: f64) -> f64 {
    let all: f64 = weights.iter().map(|&w| f64::from(w)).sum();
    let mut rate = n_wanted / all;
    for _ in 0..4 {
        let certain = weights
            .iter()
            .map(|&w| f64::from(w))
            .filter(|w| w * rate >= 1.0);
        let (count, sum) = certain.fold((0.0, 0.0), |(n, s), w| (n + 1.0, s + w));
        if count == 0.0 || all - sum <= 0.0 {
            break;
        }
        rate = (n_wanted - count).max(1.0) / (all - sum);
    }
    rate
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn naive(x: &Array2<f32>, ridge: &[f64], weights: &[f32]) -> Vec<f64> {
        let p = x.ncols();
        let mut full = vec![0.0; p * p];
        for (row, &w) in x.rows().into_iter().zip(weights) {
            for i in 0..p {
                for j in 0..p {
                    full[i * p + j] += f64::from(w) * f64::from(row[i]) * f64::from(row[j]);
                }
            }
        }
        for j in 0..p {
            full[j * p + j] += ridge[j];
        }
        full
    }

    fn assert_close(a: &[f64], b: &[f64], tolerance: f64) {
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= tolerance, "{a} is not {b}");
        }
    }

    #[test]
    fn the_matrix_follows_weights_that_come_and_go() {
        let mut rng = stream(4, &[]);
        let x = Array2::from_shape_fn((400, 6), |_| rng.gen_range(-1.0_f32..1.0));
        let tall = Tall::new(x.view(), None);
        let ridge = [0.5; 6];
        let how = Following {
            lag: 0.0,
            n_sampled: 150,
            seed: 1,
        };
        let mut curvature = Curvature::for_model();
        let mut weights = vec![0.0_f32; 400];
        for round in 0..12_usize {
            // The scale changes from round to round, and a few rows come and go.
            for (row, w) in weights.iter_mut().enumerate() {
                let is_in = (row * 7 + round * 3) % 11 < 4;
                *w = if is_in { 1.0 + round as f32 } else { 0.0 };
            }
            curvature.follow(&tall, &ridge, &weights, &how);
            assert!(curvature.is_exact());
            assert_close(curvature.matrix(), &naive(&x, &ridge, &weights), 1e-9);
        }
    }

    #[test]
    fn a_sample_is_unbiased_and_has_the_size_wanted() {
        let weights: Vec<f32> = (0..2000)
            .map(|i| if i % 50 == 0 { 50.0 } else { 0.5 })
            .collect();
        let total: f64 = weights.iter().map(|&w| f64::from(w)).sum();
        for call in 0..5 {
            let rows = sample(&weights, 300, (3, call));
            assert!((rows.len() as f64 - 300.0).abs() <= 2.0, "{}", rows.len());
            let sum: f64 = rows.iter().map(|(_, w)| w).sum();
            assert!((sum / total - 1.0).abs() < 0.02);
            // Heavy rows are taken for sure, with their own weight.
            assert_eq!(rows.iter().filter(|(_, w)| *w == 50.0).count(), 40);
        }
    }
}
