//! The numbers of a kernel with the largest likelihood: L-BFGS-B on their logarithms, from the given
//! numbers and from random ones.

use super::expression::Kernel;
use super::likelihood::Likelihood;
use super::mersenne::MersenneTwister;
use super::params::GaussianProcessValidParams;
use crate::error::FitError;
use crate::lbfgs_b::{Minimum, Settings, Stop, minimise};

/// What a search found.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct KernelSearch {
    /// Iterations of the search whose end was taken.
    pub n_iter: usize,
    /// Whether every search met its stopping rule.
    pub converged: bool,
    /// The largest log marginal likelihood.
    pub log_likelihood: f64,
}

impl GaussianProcessValidParams {
    /// Sets the free numbers of `kernel` to those of the largest likelihood that is found.
    ///
    /// # Errors
    /// [`FitError::Diverged`] if the likelihood is not finite at a start.
    pub(super) fn optimise(
        &self,
        kernel: &mut Kernel,
        likelihood: &mut Likelihood<'_>,
    ) -> Result<KernelSearch, FitError> {
        let bounds = kernel.log_bounds();
        let mut random = MersenneTwister::new(self.seed);
        let mut start = kernel.theta();
        let mut best: Option<Minimum> = None;
        let mut converged = true;
        for _ in 0..=self.n_restarts_optimizer {
            let found = search(kernel, likelihood, start, &bounds)?;
            converged &= found.stop.is_converged();
            if best.as_ref().is_none_or(|best| found.value < best.value) {
                best = Some(found);
            }
            // As scikit-learn draws: uniform in the logarithm, and then e to that, although starts
            // are logarithms themselves. The search brings them into the bounds.
            start = bounds
                .iter()
                .map(|(low, high)| (low + (high - low) * random.unit()).exp())
                .collect();
        }
        let best = best.expect("at least one search");
        kernel.set_theta(&best.x);
        Ok(KernelSearch {
            n_iter: best.n_iter,
            converged,
            log_likelihood: -best.value,
        })
    }
}

fn search(
    kernel: &Kernel,
    likelihood: &mut Likelihood<'_>,
    start: Vec<f64>,
    bounds: &[(f64, f64)],
) -> Result<Minimum, FitError> {
    let mut fault = None;
    let mut tried = kernel.clone();
    let found = minimise(
        start,
        Some(bounds),
        &Settings::default(),
        |theta, gradient| {
            tried.set_theta(theta);
            match likelihood.value(&tried, gradient) {
                Ok(value) => {
                    gradient.iter_mut().for_each(|g| *g = -*g);
                    -value
                }
                Err(error) => {
                    fault.get_or_insert(error);
                    f64::NAN
                }
            }
        },
    );
    if found.stop != Stop::NotFinite {
        return Ok(found);
    }
    Err(fault.unwrap_or(FitError::Diverged {
        what: "the log marginal likelihood",
        value: -found.value,
        n_iter: 0,
        fix: "start from other numbers of the kernel",
    }))
}
