//! Fitted machines and their votes.

use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Axis, Data, Ix2, s};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::kernel::Kernel;

use crate::info::{FitInfo, Fitted};
use crate::multiclass::{ClassEncoding, argmax, class_pairs, one_vs_one_scores, vote};
use fashion_bench_numeric::dot::sum_of_squares;
use fashion_bench_numeric::gemm::{gemm, gemm_nt};

/// Rows predicted together: a block of kernel values of one class's support vectors stays in the
/// second-level cache's reach while the product runs at full speed.
const BLOCK_ROWS: usize = 256;

/// The machine of one pair of classes, on rows of the training data.
#[derive(Debug, Clone)]
pub(super) struct PairSolution {
    /// Training row and coefficient (y·α) of each support vector.
    pub coefs: Vec<(usize, f64)>,
    pub intercept: f64,
    pub n_iter: usize,
    pub n_rows: usize,
    pub n_rounds: usize,
    pub gap: f64,
    pub converged: bool,
}

/// A fitted `SVC`.
///
/// # Structure
/// The union of the support vectors of all pairs of classes, sorted by class, with a coefficient
/// for each pair a support vector's class takes part in; for the linear kernel one weight vector a
/// pair instead.
///
/// # Prediction
/// Every pair votes for one of its classes; the class with most votes wins, of equals the lowest.
/// Kernel values are computed in blocks over the union of the support vectors.
///
/// # Example
/// ```
/// use fashion_bench_estimators::svm::SvcParams;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[0.0_f32, 0.0], [0.2, 0.1], [3.0, 3.0], [3.1, 2.9]],
///     array![0_usize, 0, 1, 1],
/// );
/// let model = SvcParams::default().c(10.0).check()?.fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Svc(pub(super) Machines);

/// A fitted `NuSVC`.
///
/// # Structure
/// That of [`Svc`].
///
/// # Prediction
/// That of [`Svc`].
///
/// # Example
/// ```
/// use fashion_bench_estimators::svm::NuSvcParams;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[0.0_f32, 0.0], [0.2, 0.1], [3.0, 3.0], [3.1, 2.9]],
///     array![0_usize, 0, 1, 1],
/// );
/// let model = NuSvcParams::default().nu(0.5).check()?.fit(&data)?;
/// assert_eq!(model.predict(&array![[0.1_f32, 0.0], [2.9, 3.0]]), array![0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct NuSvc(pub(super) Machines);

/// What both models are.
#[derive(Debug, Clone)]
pub(super) struct Machines {
    encoding: ClassEncoding,
    decision: Decision,
    /// One a pair of classes.
    intercepts: Vec<f64>,
    n_features: usize,
    break_ties: bool,
    info: FitInfo,
}

#[derive(Debug, Clone)]
enum Decision {
    /// `n_pairs` × `n_features`.
    Weights(Array2<f32>),
    /// One a class.
    Support(Kernel, Vec<ClassSupport>),
}

/// The support vectors of one class.
#[derive(Debug, Clone)]
struct ClassSupport {
    /// `n_support` × `n_features`.
    vectors: Array2<f32>,
    norms: Vec<f32>,
    /// `n_support` × `n_classes`: coefficient in the machine against each other class.
    coefs: Array2<f32>,
}

impl Machines {
    pub(super) fn new(
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: &[usize],
        kernel: Kernel,
        pairs: &[PairSolution],
        break_ties: bool,
    ) -> Self {
        let mut is_support = vec![false; codes.len()];
        for (row, _) in pairs.iter().flat_map(|pair| &pair.coefs) {
            is_support[*row] = true;
        }
        let n_support = is_support.iter().filter(|&&is| is).count();
        let decision = if kernel == Kernel::Linear {
            Decision::Weights(weights(x, pairs))
        } else {
            let by_class = class_support(x, codes, &is_support, pairs, encoding.n_classes());
            Decision::Support(kernel, by_class)
        };
        let steps = |pair: &PairSolution| pair.n_iter as u64;
        let info = FitInfo {
            n_iter: pairs.iter().map(steps).max(),
            converged: Some(pairs.iter().all(|pair| pair.converged)),
            gap: pairs.iter().map(|pair| pair.gap).reduce(f64::max),
            n_support_vectors: Some(n_support as u64),
            details: [
                (
                    "rows_computed".to_owned(),
                    pairs.iter().map(|p| p.n_rows as f64).sum::<f64>(),
                ),
                (
                    "rounds".to_owned(),
                    pairs.iter().map(|p| p.n_rounds as f64).sum::<f64>(),
                ),
                (
                    "total_n_iter".to_owned(),
                    pairs.iter().map(steps).sum::<u64>() as f64,
                ),
            ]
            .into(),
            ..FitInfo::default()
        };
        Self {
            encoding,
            decision,
            intercepts: pairs.iter().map(|pair| pair.intercept).collect(),
            n_features: x.ncols(),
            break_ties,
            info,
        }
    }

    fn predict<D: Data<Elem = f32>>(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), BLOCK_ROWS).collect();
        let targets: Vec<_> = y.axis_chunks_iter_mut(Axis(0), BLOCK_ROWS).collect();
        blocks
            .into_par_iter()
            .zip(targets)
            .for_each(|(block, mut targets)| {
                let decisions = self.decisions(block);
                for (target, decisions) in targets.iter_mut().zip(decisions.rows()) {
                    let decisions = decisions.to_vec();
                    *target = self.encoding.label(self.class(&decisions));
                }
            });
    }

    fn class(&self, decisions: &[f64]) -> usize {
        let n_classes = self.encoding.n_classes();
        // scikit-learn breaks ties only where there can be any: not between two classes.
        if self.break_ties && n_classes > 2 {
            let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
            let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
            argmax(&one_vs_one_scores(&votes, &confidences, n_classes))
        } else {
            vote(decisions, n_classes)
        }
    }

    /// Decision values of all pairs: rows of `x` × `n_pairs`.
    fn decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut decisions = Array2::zeros((x.nrows(), self.intercepts.len()));
        for mut row in decisions.rows_mut() {
            row.iter_mut()
                .zip(&self.intercepts)
                .for_each(|(d, b)| *d = *b);
        }
        match &self.decision {
            Decision::Weights(weights) => {
                let mut products = Array2::zeros(decisions.dim());
                gemm_nt(1.0, x, weights.view(), 0.0, &mut products.view_mut());
                decisions.zip_mut_with(&products, |d, &product: &f32| *d += f64::from(product));
            }
            Decision::Support(kernel, by_class) => {
                let norms: Vec<f32> = x.rows().into_iter().map(|row| row.dot(&row)).collect();
                let pairs: Vec<_> = class_pairs(by_class.len()).collect();
                for (class, support) in by_class.iter().enumerate() {
                    let part = support.part(*kernel, x, &norms);
                    for (pair, &(first, second)) in pairs.iter().enumerate() {
                        let other = match class {
                            _ if class == first => second,
                            _ if class == second => first,
                            _ => continue,
                        };
                        for (mut row, part) in decisions.rows_mut().into_iter().zip(part.rows()) {
                            row[pair] += f64::from(part[other]);
                        }
                    }
                }
            }
        }
        decisions
    }
}

impl ClassSupport {
    /// What these support vectors add to the decisions against each class: rows of `x` ×
    /// `n_classes`.
    fn part(&self, kernel: Kernel, x: ArrayView2<'_, f32>, norms: &[f32]) -> Array2<f32> {
        let mut values = Array2::zeros((x.nrows(), self.norms.len()));
        gemm_nt(1.0, x, self.vectors.view(), 0.0, &mut values.view_mut());
        for (mut row, &norm) in values.rows_mut().into_iter().zip(norms) {
            let row = row.as_slice_mut().expect("a fresh matrix is row-major");
            kernel.apply(row, norm, &self.norms);
        }
        let mut part = Array2::zeros((x.nrows(), self.coefs.ncols()));
        gemm(
            1.0,
            values.view(),
            self.coefs.view(),
            0.0,
            &mut part.view_mut(),
        );
        part
    }
}

/// w = Σ coef·x of each pair.
fn weights(x: ArrayView2<'_, f32>, pairs: &[PairSolution]) -> Array2<f32> {
    let mut weights = Array2::zeros((pairs.len(), x.ncols()));
    for (mut weights, pair) in weights.rows_mut().into_iter().zip(pairs) {
        let mut sum = Array1::<f64>::zeros(x.ncols());
        for &(row, coef) in &pair.coefs {
            sum.zip_mut_with(&x.row(row), |sum, &value| *sum += coef * f64::from(value));
        }
        weights.assign(&sum.mapv(|value| value as f32));
    }
    weights
}

fn class_support(
    x: ArrayView2<'_, f32>,
    codes: &[usize],
    is_support: &[bool],
    pairs: &[PairSolution],
    n_classes: usize,
) -> Vec<ClassSupport> {
    let mut position = vec![0; codes.len()];
    let mut by_class: Vec<ClassSupport> = (0..n_classes)
        .map(|class| {
            let of_class = |&row: &usize| is_support[row] && codes[row] == class;
            let rows: Vec<usize> = (0..codes.len()).filter(of_class).collect();
            for (idx, &row) in rows.iter().enumerate() {
                position[row] = idx;
            }
            let vectors = x.select(Axis(0), &rows);
            let norms = vectors
                .rows()
                .into_iter()
                .map(|row| sum_of_squares(row.to_slice().expect("selected rows are contiguous")))
                .collect();
            ClassSupport {
                coefs: Array2::zeros((rows.len(), n_classes)),
                norms,
                vectors,
            }
        })
        .collect();
    for (pair, (first, second)) in pairs.iter().zip(class_pairs(n_classes)) {
        for &(row, coef) in &pair.coefs {
            let class = codes[row];
            let other = if class == first { second } else { first };
            let coef = coef as f32;
            by_class[class].coefs[[position[row], other]] = coef;
        }
    }
    by_class
}

macro_rules! delegate {
    ($Model:ident) => {
        impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for $Model {
            fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
                self.0.predict(x, y);
            }

            fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
                Array1::zeros(x.nrows())
            }
        }

        impl Fitted for $Model {
            fn n_features(&self) -> usize {
                self.0.n_features
            }

            fn fit_info(&self) -> FitInfo {
                self.0.info.clone()
            }
        }

        impl $Model {
            /// Decision values of the rows of `x` (`n_samples` × `n_features`) for each pair of
            /// classes (0, 1), (0, 2), …, positive for the first: scikit-learn's `ovo` shape.
            #[must_use]
            pub fn decision_function(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
                let mut decisions = Array2::zeros((x.nrows(), self.0.intercepts.len()));
                for first in (0..x.nrows()).step_by(BLOCK_ROWS) {
                    let end = (first + BLOCK_ROWS).min(x.nrows());
                    let block = self.0.decisions(x.slice(s![first..end, ..]));
                    decisions.slice_mut(s![first..end, ..]).assign(&block);
                }
                decisions
            }
        }
    };
}

delegate!(Svc);
delegate!(NuSvc);
