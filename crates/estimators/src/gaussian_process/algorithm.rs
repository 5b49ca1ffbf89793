//! From training data to the modes of all two-class problems.
//!
//! Sparse problems share one search for near rows. Dense ones are made one at a time, and each
//! keeps its factor. The search costs n²/2 inner products (less what the norms exclude), a dense
//! problem n³/3 per Newton step.

use ndarray::{ArrayView2, Axis};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::covariance::{Covariance, check_dense, dense_covariance, sparse_covariance};
use super::kernel::GaussianProcessKernel;
use super::model::{GaussianProcess, Process};
use super::params::{GaussianProcessMultiClass, GaussianProcessValidParams};
use super::posterior::Posterior;
use super::rbf::Rbf;
use super::rbf_process::{Problem, RbfProcess};
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::multiclass::{ClassEncoding, ClassPair, class_pairs};

impl Classifier for GaussianProcessValidParams {
    type Model = GaussianProcess;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<GaussianProcess, FitError> {
        let splits = self.splits(codes, encoding.n_classes());
        let unit = GaussianProcessKernel::unit();
        let kernel = self.kernel.as_ref().unwrap_or(&unit);
        if let GaussianProcessKernel::Expression(expression) = kernel
            && kernel.fixed_rbf(self.optimizer.is_none()).is_none()
        {
            let process = self.fit_kernels(x, encoding, expression, &splits)?;
            return Ok(GaussianProcess(Process::Kernels(process)));
        }
        let is_fixed = self.optimizer.is_none();
        let kernel = kernel
            .fixed_rbf(is_fixed)
            .expect("checked with the parameters");
        let problems = self.find_modes(x, kernel, &splits)?;
        let (codes, multi_class) = (codes.to_vec(), self.multi_class);
        let process = RbfProcess::new(x, encoding, codes, kernel, multi_class, problems);
        Ok(GaussianProcess(Process::Rbf(process)))
    }
}

/// The rows of a two-class problem, and which are of its second class (label 1).
pub(super) struct Split {
    pub rows: Vec<usize>,
    pub is_one: Vec<bool>,
}

impl GaussianProcessValidParams {
    /// Returns the two-class problems in the order of prediction. Two classes are one problem in
    /// either mode.
    fn splits(&self, codes: &[usize], n_classes: usize) -> Vec<Split> {
        if self.multi_class == GaussianProcessMultiClass::OneVsOne || n_classes == 2 {
            let of_pair = |(first, second)| {
                let pair = ClassPair::new(codes, first, second);
                Split {
                    is_one: pair.is_first.iter().map(|is_first| !is_first).collect(),
                    rows: pair.rows,
                }
            };
            return class_pairs(n_classes).map(of_pair).collect();
        }
        let against_rest = |class| Split {
            rows: (0..codes.len()).collect(),
            is_one: codes.iter().map(|&code| code == class).collect(),
        };
        (0..n_classes).map(against_rest).collect()
    }

    /// Finds the mode of each problem.
    fn find_modes(
        &self,
        x: ArrayView2<'_, f32>,
        kernel: Rbf,
        splits: &[Split],
    ) -> Result<Vec<Problem>, FitError> {
        let mode = |split: &Split, covariance| -> Result<Problem, FitError> {
            let (max_iter, is_warm) = (self.max_iter_predict, self.warm_start);
            Ok(Problem {
                rows: split.rows.clone(),
                posterior: Posterior::find(covariance, &split.is_one, max_iter, is_warm)?,
            })
        };
        if let Some(sparse) = sparse_covariance(x, kernel) {
            let of_split =
                |split: &Split| mode(split, Covariance::Sparse(sparse.restrict(&split.rows)));
            let modes: Vec<_> = splits.par_iter().map(of_split).collect();
            return modes.into_iter().collect();
        }
        let sizes: Vec<usize> = splits.iter().map(|split| split.rows.len()).collect();
        check_dense(&sizes, 2)?;
        let of_split = |split: &Split| {
            let k = dense_covariance(x.select(Axis(0), &split.rows).view(), kernel);
            mode(split, Covariance::Dense(k))
        };
        splits.iter().map(of_split).collect()
    }
}
