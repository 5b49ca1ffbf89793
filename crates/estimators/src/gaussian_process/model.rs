//! The fitted model.

use ndarray::{Array1, Array2, ArrayView2};

use super::kernel_process::KernelProcess;
use super::params::{GaussianProcessMultiClass, GaussianProcessParams, GaussianProcessValidParams};
use super::posterior::Posterior;
use super::rbf_process::{BLOCK_ROWS, RbfProcess};
use crate::blocks::scores_in_blocks;
use crate::class_probabilities::{normalise_rows, of_second};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;

/// A fitted `GaussianProcessClassifier`.
///
/// # Structure
/// The training rows, and for each two-class problem the residuals y - π at the posterior mode; if
/// the kernel had numbers to choose, also those that were found for it.
///
/// # Prediction
/// One-vs-one: the class with most votes, ties broken by summed probabilities. One-vs-rest: the
/// class of the largest probability, of equal ones the last.
///
/// # Example
/// ```
/// use fashion_bench_estimators::gaussian_process::{GaussianProcess, KernelExpression};
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[0.0_f32, 0.0], [0.2, 0.1], [3.0, 3.0], [3.1, 2.9]],
///     array![0_usize, 0, 1, 1],
/// );
/// let model = GaussianProcess::params().fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
///
/// let kernel: KernelExpression = "1.0 * Matern(length_scale=2.0, nu=2.5)".parse()?;
/// let model = GaussianProcess::params().kernel(Some(kernel.into())).fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GaussianProcess(pub(super) Process);

#[derive(Debug, Clone)]
pub(super) enum Process {
    /// Of a fixed c·RBF(l).
    Rbf(RbfProcess),
    /// Of any other kernel.
    Kernels(KernelProcess),
}

linfa_traits! { GaussianProcessValidParams => GaussianProcess; }

impl GaussianProcess {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> GaussianProcessParams {
        GaussianProcessParams::default()
    }
}

impl FittedClassifier for GaussianProcess {
    fn n_features(&self) -> usize {
        match &self.0 {
            Process::Rbf(process) => process.n_features(),
            Process::Kernels(process) => process.n_features(),
        }
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        match &self.0 {
            Process::Rbf(process) => process.predict_rows(x, labels),
            Process::Kernels(process) => process.predict_rows(x, labels),
        }
    }

    /// Several classes that were told apart in pairs have none, as in scikit-learn.
    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let (n_problems, n_classes, multi_class) = match &self.0 {
            Process::Rbf(it) => {
                let n_classes = it.training.encoding.n_classes();
                (it.problems.len(), n_classes, it.multi_class)
            }
            Process::Kernels(it) => (it.problems.len(), it.encoding.n_classes(), it.multi_class),
        };
        if n_classes > 2 && multi_class == GaussianProcessMultiClass::OneVsOne {
            return None;
        }
        let mut found = scores_in_blocks(x, n_problems, BLOCK_ROWS, |block, mut target| {
            let of_block = match &self.0 {
                Process::Rbf(process) => process.problem_probabilities(block),
                Process::Kernels(process) => process.problem_probabilities(block),
            };
            for (mut target, row) in target.rows_mut().into_iter().zip(of_block) {
                target.assign(&Array1::from(row));
            }
        });
        if n_classes == 2 {
            return Some(of_second(found.iter().copied()));
        }
        normalise_rows(&mut found);
        Some(found)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        match &self.0 {
            Process::Rbf(process) => process.not_finite(),
            Process::Kernels(process) => {
                first_not_finite_mode(process.problems.iter().map(|p| &p.posterior))
            }
        }
    }

    fn fit_info(&self) -> FitInfo {
        match &self.0 {
            Process::Rbf(process) => process.fit_info(),
            Process::Kernels(process) => process.fit_info(),
        }
    }
}

/// Returns the first number of the modes that is NaN or infinite.
pub(super) fn first_not_finite_mode<'a>(
    modes: impl Iterator<Item = &'a Posterior> + Clone,
) -> Option<NotFinite> {
    first_not_finite("a residual", modes.clone().flat_map(|mode| &mode.residual))
        .or_else(|| first_not_finite("a weight", modes.flat_map(|mode| &mode.weight)))
}
