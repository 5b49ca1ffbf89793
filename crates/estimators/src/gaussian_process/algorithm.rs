//! From training data to the modes of all two-class problems.
//!
//! Sparse problems share one search for near rows. Dense ones are made one at a time, and each
//! keeps its factor. The search costs n²/2 inner products (less what the norms exclude), a dense
//! problem n³/3 per Newton step.

use std::sync::Arc;

use ndarray::{ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::covariance::{Covariance, check_dense, dense_covariance, sparse_covariance};
use super::kernel::GaussianProcessKernel;
use super::model::{GaussianProcess, Process};
use super::params::{GaussianProcessMultiClass, GaussianProcessValidParams};
use super::posterior::Posterior;
use super::rbf::Rbf;
use super::rbf_process::{BLOCK_ROWS, Problem, RbfProcess, RbfRows};
use super::sparse::Sparse;
use crate::classifier::{Classifier, FittedClassifier as _, check_finite, check_width};
use crate::error::FitError;
use crate::multiclass::{ClassEncoding, ClassPair, class_pairs};
use crate::path::{Ledger, Outcome, PathData, train_each};

/// Rows predicted by all members of a path before the next ones; a multiple of [`BLOCK_ROWS`].
const PART_ROWS: usize = 8 * BLOCK_ROWS;

impl Classifier for GaussianProcessValidParams {
    type Model = GaussianProcess;

    const PATH: &'static [&'static str] = &["max_iter_predict", "multi_class", "warm_start"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<GaussianProcess, FitError> {
        if let Some(kernel) = self.fixed_rbf() {
            let splits = self.splits(codes, encoding.n_classes());
            let problems = match sparse_covariance(x, kernel) {
                Some(sparse) => self.find_sparse_modes(&sparse, &splits)?,
                None => self.find_dense_modes(x, kernel, &splits)?,
            };
            let rows = RbfRows::new(x, encoding, codes.to_vec(), kernel);
            let process = RbfProcess::new(Arc::new(rows), self.multi_class, problems);
            return Ok(GaussianProcess(Process::Rbf(process)));
        }
        let splits = self.splits(codes, encoding.n_classes());
        let Some(GaussianProcessKernel::Expression(expression)) = &self.kernel else {
            unreachable!("any other kernel is a fixed constant · RBF");
        };
        let process = self.fit_kernels(x, encoding, expression, &splits)?;
        Ok(GaussianProcess(Process::Kernels(process)))
    }

    /// Processes of a fixed constant · RBF whose matrix is sparse search for near rows once, to fit
    /// and to predict.
    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        if let [first, _, ..] = path
            && let Some(kernel) = first.fixed_rbf()
            && let Some(sparse) = sparse_covariance(data.x, kernel)
        {
            return fit_sparse_path(path, data, &sparse, kernel, ledger);
        }
        train_each(path, data, ledger);
        Ok(())
    }
}

/// Fits processes of one kernel with its sparse matrix, and lets them predict.
fn fit_sparse_path(
    path: &[GaussianProcessValidParams],
    data: PathData<'_>,
    sparse: &Sparse,
    kernel: Rbf,
    ledger: &mut dyn Ledger,
) -> Result<(), FitError> {
    let codes = data.codes.to_vec();
    let rows = RbfRows::new(data.x, data.encoding.clone(), codes, kernel);
    let rows = Arc::new(rows);
    let mut members = Vec::new();
    for (place, own) in path.iter().enumerate() {
        ledger.fit_for(&[place]);
        let splits = own.splits(data.codes, data.encoding.n_classes());
        let model = own.find_sparse_modes(sparse, &splits).and_then(|problems| {
            let process = RbfProcess::new(Arc::clone(&rows), own.multi_class, problems);
            process
                .not_finite()
                .map_or(Ok(process), |found| Err(found.into()))
        });
        match model {
            Ok(process) => members.push((place, process, Vec::new())),
            Err(error) => ledger.done(place, Err(error)),
        }
    }
    let places: Vec<usize> = members.iter().map(|(place, ..)| *place).collect();
    ledger.predict_for(&places);
    check_width(data.x_test, data.x.ncols())?;
    check_finite(data.x_test)?;
    for part in data.x_test.axis_chunks_iter(Axis(0), PART_ROWS) {
        ledger.predict_for(&places);
        let blocks: Vec<_> = part.axis_chunks_iter(Axis(0), BLOCK_ROWS).collect();
        let near: Vec<_> = blocks
            .into_par_iter()
            .map(|block| rows.near_rows(block))
            .collect();
        for (place, process, classes) in &mut members {
            ledger.predict_for(&[*place]);
            let of_part: Vec<Vec<usize>> =
                near.par_iter().map(|near| process.classify(near)).collect();
            classes.extend(of_part.concat());
        }
    }
    for (place, process, classes) in members {
        let labels = classes.iter().map(|&class| data.encoding.label(class));
        let model = GaussianProcess(Process::Rbf(process));
        let outcome = Outcome {
            info: model.fit_info(),
            labels: labels.collect(),
            probabilities: &|| model.probabilities(data.x_test),
        };
        ledger.done(place, Ok(outcome));
    }
    Ok(())
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

    fn fixed_rbf(&self) -> Option<Rbf> {
        let unit = GaussianProcessKernel::unit();
        let kernel = self.kernel.as_ref().unwrap_or(&unit);
        kernel.fixed_rbf(self.optimizer.is_none())
    }

    /// Finds the mode of each problem, with the sparse matrix of all rows.
    fn find_sparse_modes(
        &self,
        sparse: &Sparse,
        splits: &[Split],
    ) -> Result<Vec<Problem>, FitError> {
        let of_split =
            |split: &Split| self.mode(split, Covariance::Sparse(sparse.restrict(&split.rows)));
        let modes: Vec<_> = splits.par_iter().map(of_split).collect();
        modes.into_iter().collect()
    }

    /// Finds the mode of each problem, with a dense matrix of its rows.
    fn find_dense_modes(
        &self,
        x: ArrayView2<'_, f32>,
        kernel: Rbf,
        splits: &[Split],
    ) -> Result<Vec<Problem>, FitError> {
        let sizes: Vec<usize> = splits.iter().map(|split| split.rows.len()).collect();
        check_dense(&sizes, 2)?;
        let of_split = |split: &Split| {
            let k = dense_covariance(x.select(Axis(0), &split.rows).view(), kernel);
            self.mode(split, Covariance::Dense(k))
        };
        splits.iter().map(of_split).collect()
    }

    fn mode(&self, split: &Split, covariance: Covariance) -> Result<Problem, FitError> {
        let (max_iter, is_warm) = (self.max_iter_predict, self.warm_start);
        Ok(Problem {
            rows: split.rows.clone(),
            posterior: Posterior::find(covariance, &split.is_one, max_iter, is_warm)?,
        })
    }
}
