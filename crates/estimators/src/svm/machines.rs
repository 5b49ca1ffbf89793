//! The machines of all pairs of classes, and their votes.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::class_support::{ClassSupport, SupportVectors, class_support};
use super::doubt;
use super::kernel::Kernel;
use super::params::DecisionShape;
use super::platt::{Sigmoid, couple};
use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax, class_pairs, one_vs_one_scores, vote};
use fashion_bench_numeric::gemm::gemm_nt;

/// Rows predicted together. A block of kernel values with one class's support vectors stays within
/// reach of the second-level cache while the product runs at full speed.
pub(super) const BLOCK_ROWS: usize = 256;

/// Numbers in all support vectors up to which scores are computed in `f64`.
const MAX_EXACT_CELLS: usize = 1 << 20;

/// The machine of one pair of classes, on rows of the training data.
#[derive(Debug, Clone)]
pub(super) struct PairSolution {
    /// Training row and coefficient (y·α) of each support vector.
    pub coefs: Vec<(usize, f64)>,
    pub intercept: f64,
    /// Probability of the first class, where it was asked for.
    pub sigmoid: Option<Sigmoid>,
    /// That of the dual problem.
    pub objective: f64,
    pub n_iter: usize,
    pub n_rows: usize,
    pub n_rounds: usize,
    pub gap: f64,
    pub converged: bool,
}

/// What a fitted `SVC` and a fitted `NuSVC` consist of.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Machines<V = Array2<f32>> {
    encoding: ClassEncoding,
    decision: Decision<V>,
    /// One per pair of classes.
    intercepts: Vec<f64>,
    /// One per pair of classes, or none.
    sigmoids: Vec<Sigmoid>,
    n_features: usize,
    break_ties: bool,
    #[cfg_attr(feature = "serde", serde(default))]
    shape: DecisionShape,
    info: FitInfo,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Decision<V> {
    /// `n_pairs` × `n_features`.
    Weights(Array2<f64>),
    /// One per class.
    Support(Kernel, Vec<ClassSupport<V>>),
}

/// The margins of [`super::doubt`] for rows of up to a squared norm, a power of two.
pub(super) type Margins = BTreeMap<i32, Vec<f64>>;

impl Machines {
    pub(super) fn new(
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: &[usize],
        kernel: Kernel,
        pairs: &[PairSolution],
        votes: (bool, DecisionShape),
    ) -> Self {
        let rows = Rows { x: x.view(), codes };
        let select = |_: usize, rows: &[usize]| x.select(Axis(0), rows);
        Self::of_vectors(rows, encoding, kernel, pairs, votes, select)
    }
}

/// The rows of the training data, and the class code of each.
#[derive(Clone, Copy)]
pub(super) struct Rows<'x> {
    pub x: ArrayView2<'x, f32>,
    pub codes: &'x [usize],
}

impl<V: SupportVectors> Machines<V> {
    /// Makes the machines of pairs; `select` finds the support vectors of a class, which are at
    /// these rows of the training data.
    pub(super) fn of_vectors(
        training: Rows<'_>,
        encoding: ClassEncoding,
        kernel: Kernel,
        pairs: &[PairSolution],
        (break_ties, shape): (bool, DecisionShape),
        select: impl Fn(usize, &[usize]) -> V,
    ) -> Self {
        let Rows { x, codes } = training;
        let mut is_support = vec![false; codes.len()];
        for (row, _) in pairs.iter().flat_map(|pair| &pair.coefs) {
            is_support[*row] = true;
        }
        let n_support = is_support.iter().filter(|&&is| is).count();
        let decision = if kernel == Kernel::Linear {
            Decision::Weights(weights(x, pairs))
        } else {
            let n_classes = encoding.n_classes();
            let by_class = class_support(codes, &is_support, pairs, n_classes, select);
            Decision::Support(kernel, by_class)
        };
        Self {
            encoding,
            decision,
            intercepts: pairs.iter().map(|pair| pair.intercept).collect(),
            sigmoids: pairs.iter().filter_map(|pair| pair.sigmoid).collect(),
            n_features: x.ncols(),
            break_ties,
            shape,
            info: fit_info(pairs, n_support),
        }
    }

    /// Returns the class code of each row of `x`, whose decision values in `f32` are given.
    pub(super) fn classify(
        &self,
        x: ArrayView2<'_, f32>,
        decisions: &Array2<f64>,
        margins: &Margins,
    ) -> Vec<usize> {
        let rows = x.rows().into_iter().zip(decisions.rows());
        rows.map(|(row, decisions)| {
            let decisions = decisions.to_vec();
            let class = self.class(&decisions);
            let margins = &margins[&exponent_of(row)];
            if self.is_certain(&decisions, margins, class) {
                class
            } else {
                self.class(&self.exact_decisions(row))
            }
        })
        .collect()
    }

    fn class(&self, decisions: &[f64]) -> usize {
        let n_classes = self.encoding.n_classes();
        // As in scikit-learn; between two classes there are no ties.
        if self.breaks_ties() {
            let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
            let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
            argmax(&one_vs_one_scores(&votes, &confidences, n_classes))
        } else {
            vote(decisions, n_classes)
        }
    }

    fn breaks_ties(&self) -> bool {
        self.break_ties && self.encoding.n_classes() > 2
    }

    fn is_certain(&self, decisions: &[f64], margins: &[f64], class: usize) -> bool {
        let n_classes = self.encoding.n_classes();
        // Between equal votes confidences decide, and these have no margin.
        let is_clear = !self.breaks_ties() || has_clear_majority(decisions, class, n_classes);
        is_clear && doubt::is_certain(decisions, margins, class, n_classes)
    }

    /// Returns the decision values of all pairs: in `f64` if there are few enough support vectors,
    /// else with kernels in `f32` as in a first round of predictions, which is good to 1e-5.
    fn decisions_for_scores(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let n_support: usize = match &self.decision {
            Decision::Weights(_) => 0,
            Decision::Support(_, by_class) => by_class.iter().map(|it| it.coefs.nrows()).sum(),
        };
        if n_support * self.n_features <= MAX_EXACT_CELLS {
            return self.decisions(x);
        }
        scores_in_blocks(x, self.intercepts.len(), BLOCK_ROWS, |block, mut target| {
            target.assign(&self.block_decisions(block));
        })
    }

    /// Returns the decision values of all pairs, in `f64` if they are to be exact.
    pub(super) fn decisions_of(&self, x: ArrayView2<'_, f32>, is_exact: bool) -> Array2<f64> {
        if is_exact {
            self.decisions(x)
        } else {
            self.block_decisions(x)
        }
    }

    /// Returns the decision values of all pairs, in `f64`: rows of `x` × `n_pairs`.
    pub(super) fn decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut decisions = Array2::zeros((x.nrows(), self.intercepts.len()));
        let rows: Vec<Vec<f64>> = (0..x.nrows())
            .into_par_iter()
            .map(|row| self.exact_decisions(x.row(row)))
            .collect();
        for (mut target, row) in decisions.rows_mut().into_iter().zip(rows) {
            target.assign(&Array1::from(row));
        }
        decisions
    }

    /// Returns the decision values of a row as LIBSVM sums them up.
    fn exact_decisions(&self, x: ArrayView1<'_, f32>) -> Vec<f64> {
        let x = x.to_vec();
        let sums: Vec<f64> = match &self.decision {
            Decision::Weights(weights) => {
                let weights = weights.rows().into_iter();
                weights
                    .map(|w| w.iter().zip(&x).map(|(w, &x)| w * f64::from(x)).sum())
                    .collect()
            }
            Decision::Support(kernel, by_class) => {
                let values: Vec<Vec<f64>> = by_class
                    .iter()
                    .map(|support| support.exact_values(*kernel, &x))
                    .collect();
                class_pairs(by_class.len())
                    .map(|(first, second)| {
                        let halves = [(first, second), (second, first)];
                        halves.into_iter().fold(0.0, |sum, (class, other)| {
                            let coefs = by_class[class].coefs.column(other);
                            let terms = coefs.iter().zip(&values[class]);
                            terms.fold(sum, |sum, (coef, value)| sum + coef * value)
                        })
                    })
                    .collect()
            }
        };
        let pairs = sums.iter().zip(&self.intercepts);
        pairs.map(|(sum, intercept)| sum + intercept).collect()
    }

    /// Returns the margins of all pairs for the norms that the rows of `x` have.
    pub(super) fn margins(&self, x: ArrayView2<'_, f32>) -> Margins {
        let mut margins = Margins::new();
        for row in x.rows() {
            let exponent = exponent_of(row);
            margins
                .entry(exponent)
                .or_insert_with(|| self.margins_up_to(2.0_f64.powi(exponent)));
        }
        margins
    }

    fn margins_up_to(&self, squared_norm: f64) -> Vec<f64> {
        match &self.decision {
            Decision::Weights(weights) => {
                let of_pair = |weights: ArrayView1<'_, f64>| {
                    let error = Kernel::Linear
                        .rounding(squared_norm, weights.dot(&weights))
                        .error;
                    doubt::margin(error * error)
                };
                weights.rows().into_iter().map(of_pair).collect()
            }
            Decision::Support(kernel, by_class) => {
                let errors: Vec<Array1<f64>> = by_class
                    .iter()
                    .map(|support| support.squared_errors(*kernel, squared_norm))
                    .collect();
                class_pairs(by_class.len())
                    .map(|(first, second)| {
                        doubt::margin(errors[first][second] + errors[second][first])
                    })
                    .collect()
            }
        }
    }

    fn block_decisions(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let mut decisions = self.intercepts_of(x.nrows());
        match &self.decision {
            Decision::Weights(weights) => {
                let mut products = Array2::zeros(decisions.dim());
                let weights = weights.mapv(|weight| weight as f32);
                gemm_nt(1.0, x, weights.view(), 0.0, &mut products.view_mut());
                decisions.zip_mut_with(&products, |d, &product: &f32| *d += f64::from(product));
            }
            Decision::Support(_, by_class) => {
                let norms = norms_of(x);
                for (class, support) in by_class.iter().enumerate() {
                    let products = support.vectors.products(x);
                    self.add_class(class, products, &norms, &mut decisions);
                }
            }
        }
        decisions
    }

    /// Returns the intercepts of all pairs for each of `n_rows` rows: decision values without any
    /// support vectors.
    pub(super) fn intercepts_of(&self, n_rows: usize) -> Array2<f64> {
        let mut decisions = Array2::zeros((n_rows, self.intercepts.len()));
        for mut row in decisions.rows_mut() {
            row.iter_mut()
                .zip(&self.intercepts)
                .for_each(|(d, b)| *d = *b);
        }
        decisions
    }

    /// Adds what the support vectors of a class contribute to the decision values of rows (rows ×
    /// `n_pairs`), given their inner products with these rows and the rows' squared norms.
    pub(super) fn add_class(
        &self,
        class: usize,
        products: Array2<f32>,
        norms: &[f32],
        decisions: &mut Array2<f64>,
    ) {
        if let Decision::Support(kernel, by_class) = &self.decision {
            let part = by_class[class].part(*kernel, products, norms);
            add_part(class, &part, decisions);
        }
    }

    /// Returns the support vectors of a class, if there are any.
    pub(super) fn vectors(&self, class: usize) -> Option<&V> {
        match &self.decision {
            Decision::Weights(_) => None,
            Decision::Support(_, by_class) => Some(&by_class[class].vectors),
        }
    }
}

impl<V: SupportVectors + Send> FittedClassifier for Machines<V> {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let of_decision = || match &self.decision {
            Decision::Weights(weights) => first_not_finite("a weight", weights),
            Decision::Support(_, by_class) => {
                let coefs = by_class.iter().flat_map(|support| &support.coefs);
                first_not_finite("a coefficient of a support vector", coefs)
            }
        };
        let of_sigmoids = || {
            let numbers = self.sigmoids.iter().flat_map(|s| [&s.slope, &s.offset]);
            first_not_finite("a parameter of the probabilities", numbers)
        };
        first_not_finite("an intercept", &self.intercepts)
            .or_else(of_decision)
            .or_else(of_sigmoids)
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }

    /// What `f32` leaves in doubt is computed again in `f64`.
    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let margins = self.margins(x);
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            self.classify(block, &self.block_decisions(block), &margins)
        });
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        if self.sigmoids.is_empty() {
            return None;
        }
        let n_classes = self.encoding.n_classes();
        let mut probabilities = Array2::zeros((x.nrows(), n_classes));
        let decisions = self.decisions_for_scores(x);
        for (mut target, decisions) in probabilities.rows_mut().into_iter().zip(decisions.rows()) {
            let found = couple(&decisions.to_vec(), &self.sigmoids, n_classes);
            target.assign(&Array1::from(found));
        }
        Some(probabilities)
    }

    /// A column per class, or per pair, as was asked for; a single one for two classes, positive for
    /// the second.
    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let decisions = self.decisions_for_scores(x);
        let n_classes = self.encoding.n_classes();
        if n_classes == 2 {
            return Some(-decisions);
        }
        if self.shape == DecisionShape::OneVsOne {
            return Some(decisions);
        }
        let mut scores = Array2::zeros((x.nrows(), n_classes));
        for (mut target, decisions) in scores.rows_mut().into_iter().zip(decisions.rows()) {
            let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
            let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
            let of_row = one_vs_one_scores(&votes, &confidences, n_classes);
            target.assign(&Array1::from(of_row));
        }
        Some(scores)
    }
}

/// Returns the squared norms of the rows of `x`.
pub(super) fn norms_of(x: ArrayView2<'_, f32>) -> Vec<f32> {
    x.rows().into_iter().map(|row| row.dot(&row)).collect()
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

/// Returns the exponent of the least power of two that the squared norm of a row does not exceed.
fn exponent_of(row: ArrayView1<'_, f32>) -> i32 {
    let squared_norm: f64 = row.iter().map(|&value| f64::from(value).powi(2)).sum();
    // A row of zeros has the norm of the smallest number.
    squared_norm.max(f64::MIN_POSITIVE).log2().ceil() as i32
}

/// Whether `class` has more votes than any other one.
fn has_clear_majority(decisions: &[f64], class: usize, n_classes: usize) -> bool {
    let mut votes = vec![0_usize; n_classes];
    for (decision, (first, second)) in decisions.iter().zip(class_pairs(n_classes)) {
        votes[if *decision > 0.0 { first } else { second }] += 1;
    }
    (0..n_classes).all(|other| other == class || votes[other] < votes[class])
}

fn fit_info(pairs: &[PairSolution], n_support: usize) -> FitInfo {
    let sum = |number: fn(&PairSolution) -> usize| pairs.iter().map(number).sum::<usize>() as f64;
    FitInfo {
        n_iter: pairs.iter().map(|pair| pair.n_iter as u64).max(),
        converged: Some(pairs.iter().all(|pair| pair.converged)),
        objective: Some(pairs.iter().map(|pair| pair.objective).sum()),
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
fn weights(x: ArrayView2<'_, f32>, pairs: &[PairSolution]) -> Array2<f64> {
    let mut weights = Array2::zeros((pairs.len(), x.ncols()));
    for (mut weights, pair) in weights.rows_mut().into_iter().zip(pairs) {
        for &(row, coef) in &pair.coefs {
            weights.zip_mut_with(&x.row(row), |sum, &value| *sum += coef * f64::from(value));
        }
    }
    weights
}
