//! From training data to the modes of all two-class problems.
//!
//! Sparse problems share one search for near rows. Dense ones are made one at a time, and each
//! keeps its factor. The search costs n²/2 inner products (less what the norms exclude), a dense
//! problem n³/3 per Newton step.

use ndarray::{ArrayView2, Axis};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::covariance::{Covariance, check_dense, dense_covariance, sparse_covariance};
use super::model::{GaussianProcess, Problem};
use super::params::{GaussianProcessMultiClass, GaussianProcessValidParams};
use super::posterior::Posterior;
use super::rbf::Rbf;
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
        let kernel = self.rbf();
        let splits = self.splits(codes, encoding.n_classes());
        let problems = self.find_modes(x, kernel, &splits)?;
        let (codes, multi_class) = (codes.to_vec(), self.multi_class);
        Ok(GaussianProcess::new(
            x,
            encoding,
            codes,
            kernel,
            multi_class,
            problems,
        ))
    }
}

/// The rows of a two-class problem, and which are of its second class (label 1).
struct Split {
    rows: Vec<usize>,
    is_one: Vec<bool>,
}

impl GaussianProcessValidParams {
    /// Returns the kernel with the numbers that are not given at 1.
    fn rbf(&self) -> Rbf {
        let given = self.kernel.unwrap_or_default();
        Rbf {
            constant: given.constant_value.unwrap_or(1.0),
            length_scale: given.length_scale.unwrap_or(1.0),
        }
    }

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
        let mode = |split: &Split, covariance| Problem {
            rows: split.rows.clone(),
            posterior: Posterior::find(covariance, &split.is_one, self.max_iter_predict),
        };
        if let Some(sparse) = sparse_covariance(x, kernel) {
            return Ok(splits
                .par_iter()
                .map(|split| mode(split, Covariance::Sparse(sparse.restrict(&split.rows))))
                .collect());
        }
        let sizes: Vec<usize> = splits.iter().map(|split| split.rows.len()).collect();
        check_dense(&sizes)?;
        Ok(splits
            .iter()
            .map(|split| {
                let k = dense_covariance(x.select(Axis(0), &split.rows).view(), kernel);
                mode(split, Covariance::Dense(k))
            })
            .collect())
    }
}
