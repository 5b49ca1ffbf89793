//! The log marginal likelihood of a kernel's numbers and its gradient.
//!
//! Rasmussen and Williams, algorithm 5.1. With R = W^½ B⁻¹ W^½, r = y - π and
//! s₂ = -½ diag(K - KRK) ∘ π(1 - π)(1 - 2π), the derivative by θ is the sum over all pairs of
//! ∂K_ij/∂θ · (½ a_i a_j - ½ R_ij + u_i r_j), u = s₂ - R K s₂, so that no matrix of derivatives is
//! made, however many numbers there are. Cost: n³/3 per Newton step, and about 4n³ for the gradient.

use ndarray::{Array1, Array2, ArrayView1};

use super::covariance::Covariance;
use super::expression::Kernel;
use super::pairs::TrainRows;
use super::posterior::Mode;
use crate::error::FitError;
use fashion_bench_numeric::gemm::gemm;

/// A two-class problem whose kernel has numbers to choose.
pub(super) struct Likelihood<'a> {
    pub rows: &'a TrainRows<'a>,
    pub is_one: &'a [bool],
    /// Newton steps at most.
    pub max_iter: usize,
    /// Whether each mode is looked for from the one before.
    pub is_warm: bool,
    /// f of the last mode.
    pub last: Option<Vec<f64>>,
}

impl Likelihood<'_> {
    /// Finds the mode of `kernel`.
    ///
    /// # Errors
    /// Those of [`Mode::find`].
    pub fn mode(&mut self, kernel: &Kernel) -> Result<(Mode, Covariance), FitError> {
        let covariance = Covariance::Dense(self.rows.covariance(kernel));
        let start = self.last.as_deref().filter(|_| self.is_warm);
        let mode = Mode::find(&covariance, self.is_one, self.max_iter, start)?;
        self.last = Some(mode.f.clone());
        Ok((mode, covariance))
    }

    /// Returns the log marginal likelihood of `kernel`, and writes its derivatives by the logarithms
    /// of the free numbers to `gradient`.
    ///
    /// # Errors
    /// Those of [`Mode::find`].
    pub fn value(&mut self, kernel: &Kernel, gradient: &mut [f64]) -> Result<f64, FitError> {
        let (mode, covariance) = self.mode(kernel)?;
        let Covariance::Dense(k) = covariance else {
            unreachable!("made dense above");
        };
        let weights = PairWeights::new(&mode, &k, self.is_one);
        let derivatives = self.rows.derivatives(kernel, |i| weights.of_row(i));
        gradient.copy_from_slice(&derivatives);
        Ok(mode.log_likelihood)
    }
}

/// What each pair's covariance weighs in the gradient.
struct PairWeights<'a> {
    mode: &'a Mode,
    /// R.
    resolvent: Array2<f64>,
    u: Array1<f64>,
}

impl<'a> PairWeights<'a> {
    fn new(mode: &'a Mode, k: &Array2<f64>, is_one: &[bool]) -> Self {
        let n = is_one.len();
        let weight = &mode.weight;
        let mut resolvent = Array2::from_diag(&ArrayView1::from(weight));
        let factor = mode.factor.as_ref().expect("a dense problem has a factor");
        factor.solve_in_place(resolvent.as_slice_mut().expect("a fresh matrix"));
        for (mut row, weight) in resolvent.columns_mut().into_iter().zip(weight) {
            row.mapv_inplace(|value| value * weight);
        }
        let mut kr = Array2::zeros((n, n));
        gemm(1.0, k.view(), resolvent.view(), 0.0, &mut kr.view_mut());
        let s2: Array1<f64> = (0..n)
            .map(|i| {
                let explained: f64 = kr.row(i).iter().zip(k.row(i)).map(|(a, b)| a * b).sum();
                let pi = f64::from(is_one[i]) - mode.residual[i];
                -0.5 * (k[[i, i]] - explained) * (pi * (1.0 - pi) * (1.0 - 2.0 * pi))
            })
            .collect();
        let u = &s2 - &resolvent.dot(&k.dot(&s2));
        Self { mode, resolvent, u }
    }

    /// Returns the weights of row `i` with all rows, made symmetric.
    fn of_row(&self, i: usize) -> Vec<f64> {
        let (a, r) = (&self.mode.a, &self.mode.residual);
        let weight = |(j, resolvent): (usize, &f64)| {
            let fit = a[i] * a[j] - resolvent;
            0.5 * (fit + self.u[i] * r[j] + self.u[j] * r[i])
        };
        self.resolvent
            .row(i)
            .iter()
            .enumerate()
            .map(weight)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::super::expression::KernelExpression;
    use super::super::pairs::{Needs, Rows};
    use super::*;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn gradients_equal_differences_of_the_likelihood() {
        let mut rng = stream(3, &[]);
        let mut x = Array2::from_shape_fn((25, 3), |_| rng.gen_range(-2.0..2.0));
        // Copies, whose distance is 0.
        for copy in 20..25 {
            let original = x.row(copy - 20).to_owned();
            x.row_mut(copy).assign(&original);
        }
        let is_one: Vec<bool> = (0..25).map(|_| rng.gen_range(0..3) == 0).collect();
        for text in [
            "1.3 * RBF(0.8)",
            "2.0 * RBF([0.8, 1.5, 3.0]) + WhiteKernel(0.3)",
            "1.5 * Matern([0.8, 1.5, 3.0], nu=0.5)",
            "1.5 * Matern(1.2, nu=0.5) + Matern(0.7, nu=1.5) * Matern(2.0, nu=2.5)",
            "Matern([1.0, 2.0, 0.5], nu=1.5) + Matern([1.0, 2.0, 0.5], nu=2.5) * Matern(nu=inf)",
            "RationalQuadratic(1.2, 0.6) + 0.5 * RationalQuadratic(2.0, 3.0, 'fixed')",
            "ExpSineSquared(1.3, 2.7) * 0.2 + 1.0",
            "(0.3 * DotProduct(0.7) + ConstantKernel(1.0, 'fixed')) ** 2 * 0.1",
        ] {
            let KernelExpression(kernel) = text.parse().unwrap();
            let rows = TrainRows::new(Rows::new(x.view()), Needs::of(&kernel));
            let mut likelihood = Likelihood {
                rows: &rows,
                is_one: &is_one,
                max_iter: 100,
                is_warm: false,
                last: None,
            };
            let theta = kernel.theta();
            let mut gradient = vec![0.0; theta.len()];
            likelihood.value(&kernel, &mut gradient).unwrap();
            for place in 0..theta.len() {
                let mut at = |step: f64| {
                    let (mut moved, mut theta) = (kernel.clone(), theta.clone());
                    theta[place] += step;
                    moved.set_theta(&theta);
                    likelihood.mode(&moved).unwrap().0.log_likelihood
                };
                let difference = (at(1e-4) - at(-1e-4)) / 2e-4;
                let slack = 1e-5 * (1.0 + difference.abs());
                assert!(
                    (gradient[place] - difference).abs() < slack,
                    "{text} {place}: {gradient:?} {difference}"
                );
            }
        }
    }
}
