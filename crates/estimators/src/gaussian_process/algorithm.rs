//! From training data to the modes of all two-class problems.
//!
//! Sparse problems share one search for near rows; dense ones are made one at a time, each
//! keeping its factor. Costs n²/2 inner products for the search (less what the norms exclude), or
//! n³/3 a problem and Newton step where the matrix is dense.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, ArrayView2, Axis, Data, Ix2};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::covariance::{Covariance, Rbf, check_dense, dense_covariance, sparse_covariance};
use super::model::{GaussianProcess, Problem};
use super::params::{GaussianProcessValidParams, MultiClass};
use super::posterior::Posterior;
use crate::error::FitError;
use crate::multiclass::{ClassEncoding, class_pairs};

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for GaussianProcessValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = GaussianProcess;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<GaussianProcess, FitError> {
        let x = dataset.records().view();
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets());
        let kernel = Rbf {
            constant: self.constant_value,
            length_scale: self.length_scale,
        };
        let splits = self.splits(&codes, encoding.n_classes());
        let problems = self.find_modes(x, kernel, splits)?;
        Ok(GaussianProcess::new(
            x,
            encoding,
            codes,
            kernel,
            self.multi_class,
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
    /// In the order of prediction. Two classes are one problem in either mode.
    fn splits(&self, codes: &[usize], n_classes: usize) -> Vec<Split> {
        if self.multi_class == MultiClass::OneVsOne || n_classes == 2 {
            let pair = |(first, second)| {
                let of_pair = |&row: &usize| codes[row] == first || codes[row] == second;
                let rows: Vec<usize> = (0..codes.len()).filter(of_pair).collect();
                let is_one = rows.iter().map(|&row| codes[row] == second).collect();
                Split { rows, is_one }
            };
            return class_pairs(n_classes).map(pair).collect();
        }
        let against_rest = |class| Split {
            rows: (0..codes.len()).collect(),
            is_one: codes.iter().map(|&code| code == class).collect(),
        };
        (0..n_classes).map(against_rest).collect()
    }

    fn find_modes(
        &self,
        x: ArrayView2<'_, f32>,
        kernel: Rbf,
        splits: Vec<Split>,
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
