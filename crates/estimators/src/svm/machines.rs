//! The machines of all pairs of classes, and their votes.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::doubt;
use super::kernel::Kernel;
use super::params::DecisionShape;
use super::platt::{Sigmoid, couple};
use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax, class_pairs, one_vs_one_scores, vote};
use fashion_bench_numeric::dot::sum_of_squares;
use fashion_bench_numeric::gemm::{gemm, gemm_nt};

/// Rows predicted together. A block of kernel values with one class's support vectors stays within
/// reach of the second-level cache while the product runs at full speed.
const BLOCK_ROWS: usize = 256;

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
pub(super) struct Machines {
    encoding: ClassEncoding,
    decision: Decision,
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
enum Decision {
    /// `n_pairs` × `n_features`.
    Weights(Array2<f64>),
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
    coefs: Array2<f64>,
}

/// The margins of [`super::doubt`] for rows of up to a squared norm, a power of two.
type Margins = BTreeMap<i32, Vec<f64>>;

impl Machines {
    pub(super) fn new(
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: &[usize],
        kernel: Kernel,
        pairs: &[PairSolution],
        (break_ties, shape): (bool, DecisionShape),
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
            sigmoids: pairs.iter().filter_map(|pair| pair.sigmoid).collect(),
            n_features: x.ncols(),
            break_ties,
            shape,
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
        let of_sigmoids = || {
            let numbers = self.sigmoids.iter().flat_map(|s| [&s.slope, &s.offset]);
            first_not_finite("a parameter of the probabilities", numbers)
        };
        first_not_finite("an intercept", &self.intercepts)
            .or_else(of_decision)
            .or_else(of_sigmoids)
    }

    pub(super) fn fit_info(&self) -> &FitInfo {
        &self.info
    }

    /// Writes the label of each row of `x` to `labels`. What `f32` leaves in doubt is computed again
    /// in `f64`.
    pub(super) fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let margins = self.margins(x);
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, |block| {
            let decisions = self.block_decisions(block);
            let rows = block.rows().into_iter().zip(decisions.rows());
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
        });
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

    /// Returns the probabilities of the classes, rows of `x` × `n_classes`, if they were asked for.
    pub(super) fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
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

    /// Returns scikit-learn's `decision_function` of the rows of `x` in the shape that was asked for:
    /// a column per class, or per pair; a single one for two classes, positive for the second.
    pub(super) fn decision_function(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let decisions = self.decisions_for_scores(x);
        let n_classes = self.encoding.n_classes();
        if n_classes == 2 {
            return -decisions;
        }
        if self.shape == DecisionShape::OneVsOne {
            return decisions;
        }
        let mut scores = Array2::zeros((x.nrows(), n_classes));
        for (mut target, decisions) in scores.rows_mut().into_iter().zip(decisions.rows()) {
            let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
            let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
            let of_row = one_vs_one_scores(&votes, &confidences, n_classes);
            target.assign(&Array1::from(of_row));
        }
        scores
    }

    /// Returns the decision values of all pairs: in `f64` if there are few enough support vectors,
    /// else with kernels in `f32` as in a first round of predictions, which is good to 1e-5.
    fn decisions_for_scores(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let n_support: usize = match &self.decision {
            Decision::Weights(_) => 0,
            Decision::Support(_, by_class) => by_class.iter().map(|it| it.norms.len()).sum(),
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
    fn margins(&self, x: ArrayView2<'_, f32>) -> Margins {
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
        let mut decisions = Array2::zeros((x.nrows(), self.intercepts.len()));
        for mut row in decisions.rows_mut() {
            row.iter_mut()
                .zip(&self.intercepts)
                .for_each(|(d, b)| *d = *b);
        }
        match &self.decision {
            Decision::Weights(weights) => {
                let mut products = Array2::zeros(decisions.dim());
                let weights = weights.mapv(|weight| weight as f32);
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
        let coefs = self.coefs.mapv(|coef| coef as f32);
        gemm(1.0, values.view(), coefs.view(), 0.0, &mut part.view_mut());
        part
    }

    /// Returns the kernel of each support vector with a row.
    fn exact_values(&self, kernel: Kernel, x: &[f32]) -> Vec<f64> {
        let vectors = self.vectors.rows().into_iter();
        vectors
            .map(|vector| {
                let vector = vector.to_slice().expect("selected rows are contiguous");
                kernel.of_rows(x, vector)
            })
            .collect()
    }

    /// Returns, against each class, the squared rounding errors that these support vectors
    /// contribute for rows of up to `squared_norm`.
    fn squared_errors(&self, kernel: Kernel, squared_norm: f64) -> Array1<f64> {
        let mut sums = Array1::zeros(self.coefs.ncols());
        for (coefs, &norm) in self.coefs.rows().into_iter().zip(&self.norms) {
            let error = kernel.rounding(squared_norm, f64::from(norm)).error;
            sums.zip_mut_with(&coefs, |sum, coef| *sum += (coef * error).powi(2));
        }
        sums
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
            by_class[class].coefs[[position[row], other]] = coef;
        }
    }
    by_class
}
