//! The machines of all pairs of classes, and their votes.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::kernel::Kernel;
use crate::blocks::predict_in_blocks;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax, class_pairs, one_vs_one_scores, vote};
use fashion_bench_numeric::dot::sum_of_squares;
use fashion_bench_numeric::gemm::{gemm, gemm_nt};

/// Rows predicted together. A block of kernel values with one class's support vectors stays within
/// reach of the second-level cache while the product runs at full speed.
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

/// What a fitted `SVC` and a fitted `NuSVC` consist of.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Machines {
    encoding: ClassEncoding,
    decision: Decision,
    /// One per pair of classes.
    intercepts: Vec<f64>,
    n_features: usize,
    break_ties: bool,
    info: FitInfo,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Decision {
    /// `n_pairs` × `n_features`.
    Weights(Array2<f32>),
    /// One per class.
    Support(Kernel, Vec<ClassSupport>),
}

/// The support vectors of one class.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
        Self {
            encoding,
            decision,
            intercepts: pairs.iter().map(|pair| pair.intercept).collect(),
            n_features: x.ncols(),
            break_ties,
            info: fit_info(pairs, n_support),
        }
    }

    pub(super) fn n_features(&self) -> usize {
        self.n_features
    }

    pub(super) fn not_finite(&self) -> Option<NotFinite> {
        let of_decision = || match &self.decision {
            Decision::Weights(weights) => first_not_finite("a weight", weights),
            Decision::Support(_, by_class) => {
                let coefs = by_class.iter().flat_map(|support| &support.coefs);
                first_not_finite("a coefficient of a support vector", coefs)
            }
        };
        first_not_finite("an intercept", &self.intercepts).or_else(of_decision)
    }

    pub(super) fn fit_info(&self) -> &FitInfo {
        &self.info
    }

    /// Writes the label of each row of `x` to `labels`.
    pub(super) fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            let decisions = self.block_decisions(block);
            let class = |decisions: ArrayView1<'_, f64>| self.class(&decisions.to_vec());
            decisions.rows().into_iter().map(class).collect()
        });
    }

    fn class(&self, decisions: &[f64]) -> usize {
        let n_classes = self.encoding.n_classes();
        // As in scikit-learn; between two classes there are no ties.
        if self.break_ties && n_classes > 2 {
            let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
            let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
            argmax(&one_vs_one_scores(&votes, &confidences, n_classes))
        } else {
            vote(decisions, n_classes)
        }
    }

    /// Returns the decision values of all pairs: rows of `x` × `n_pairs`.
    pub(super) fn decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut decisions = Array2::zeros((x.nrows(), self.intercepts.len()));
        let blocks = x.axis_chunks_iter(Axis(0), BLOCK_ROWS);
        for (block, mut found) in blocks.zip(decisions.axis_chunks_iter_mut(Axis(0), BLOCK_ROWS)) {
            found.assign(&self.block_decisions(block));
        }
        decisions
    }

    fn block_decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
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
                for (class, support) in by_class.iter().enumerate() {
                    let part = support.part(*kernel, x, &norms);
                    add_part(class, &part, &mut decisions);
                }
            }
        }
        decisions
    }
}

/// Adds what the support vectors of `class` contribute against each other class (rows ×
/// `n_classes`) to the decisions of its pairs (rows × `n_pairs`).
fn add_part(class: usize, part: &Array2<f32>, decisions: &mut Array2<f64>) {
    for (pair, (first, second)) in class_pairs(part.ncols()).enumerate() {
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

impl ClassSupport {
    /// Returns what these support vectors contribute to the decisions against each class: rows of
    /// `x` × `n_classes`.
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

fn fit_info(pairs: &[PairSolution], n_support: usize) -> FitInfo {
    let sum = |number: fn(&PairSolution) -> usize| pairs.iter().map(number).sum::<usize>() as f64;
    FitInfo {
        n_iter: pairs.iter().map(|pair| pair.n_iter as u64).max(),
        converged: Some(pairs.iter().all(|pair| pair.converged)),
        gap: pairs.iter().map(|pair| pair.gap).reduce(f64::max),
        n_support_vectors: Some(n_support as u64),
        details: [
            ("rows_computed".to_owned(), sum(|pair| pair.n_rows)),
            ("rounds".to_owned(), sum(|pair| pair.n_rounds)),
            ("total_n_iter".to_owned(), sum(|pair| pair.n_iter)),
        ]
        .into(),
        ..FitInfo::default()
    }
}

/// Returns w = Σ coef·x of each pair.
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

/// Sorts the support vectors of all pairs by class.
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
