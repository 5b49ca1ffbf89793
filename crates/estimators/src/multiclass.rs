//! Dense class codes, and many classes out of two-class problems.
//!
//! Labels may be any `usize`; inside an estimator they are codes `0..n_classes` in ascending
//! order of label. One-vs-rest and one-vs-one number their problems and break their ties as
//! LIBSVM and scikit-learn do. What a two-class problem is, the caller decides.

use std::borrow::Borrow;

use ndarray::Array2;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::ClassLabel;

/// The labels of the training data, ascending; position is code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ClassEncoding {
    labels: Vec<usize>,
}

impl ClassEncoding {
    /// Encodes `labels`, and also returns the code of each.
    ///
    /// ```
    /// use fashion_bench_estimators::multiclass::ClassEncoding;
    /// let (encoding, codes) = ClassEncoding::new([7, 3, 7]);
    /// assert_eq!(codes, [1, 0, 1]);
    /// assert_eq!((encoding.n_classes(), encoding.label(1)), (2, 7));
    /// ```
    #[must_use]
    pub fn new(labels: impl IntoIterator<Item = impl Borrow<usize>>) -> (Self, Vec<usize>) {
        let mut codes: Vec<usize> = labels.into_iter().map(|label| *label.borrow()).collect();
        let mut labels = codes.clone();
        labels.sort_unstable();
        labels.dedup();
        for code in &mut codes {
            *code = labels
                .binary_search(code)
                .expect("every label is in the list");
        }
        (Self { labels }, codes)
    }

    /// Returns the number of distinct labels.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.labels.len()
    }

    /// Returns the label of `code`.
    ///
    /// # Panics
    /// If `code` is not below [`Self::n_classes`].
    #[must_use]
    pub fn label(&self, code: usize) -> usize {
        self.labels[code]
    }

    /// Replaces each code in `codes` by its label.
    ///
    /// # Panics
    /// If a code is not below [`Self::n_classes`].
    pub fn decode<'a>(&self, codes: impl IntoIterator<Item = &'a mut usize>) {
        for code in codes {
            *code = self.labels[*code];
        }
    }

    /// Returns all labels, ascending.
    #[must_use]
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Returns the code of `label`, if it is one of the classes.
    #[must_use]
    pub fn code(&self, label: usize) -> Option<usize> {
        self.labels.binary_search(&label).ok()
    }

    /// Returns the code of the class that a parameter names, if it is one.
    #[must_use]
    pub fn code_of(&self, label: &ClassLabel) -> Option<usize> {
        match label {
            ClassLabel::Number(label) => self.code(usize::try_from(*label).ok()?),
            ClassLabel::Name(_) => None,
        }
    }
}

/// Returns the rows of each class.
#[must_use]
pub fn class_counts(codes: &[usize], n_classes: usize) -> Vec<usize> {
    let mut counts = vec![0; n_classes];
    for &code in codes {
        counts[code] += 1;
    }
    counts
}

/// Returns the position of the largest score, the lowest such position on ties. NaN never wins.
///
/// # Panics
/// If there are no scores.
#[must_use]
pub fn argmax<F: PartialOrd + Copy>(scores: &[F]) -> usize {
    let mut best = 0;
    for (code, &score) in scores.iter().enumerate() {
        // A NaN in the first place must also give way.
        let is_better = score > scores[best];
        let best_is_nan = scores[best].partial_cmp(&scores[best]).is_none();
        if is_better || (best_is_nan && score.partial_cmp(&score).is_some()) {
            best = code;
        }
    }
    assert!(!scores.is_empty(), "scores of at least one class");
    best
}

/// Returns the position of the first NaN, or else that of the first of the largest.
#[must_use]
pub fn numpy_argmax(scores: &[f64]) -> usize {
    let nan = scores.iter().position(|score| score.is_nan());
    nan.unwrap_or_else(|| argmax(scores))
}

/// Fits one problem per class, that class against the rest, in parallel. For two classes it fits
/// only the problem of class 1, whose decision separates both (scikit-learn's rule).
///
/// `fit` gets the code of the class and, for each row, whether it belongs to it.
///
/// # Errors
/// The error of the lowest class that has one.
pub fn fit_one_vs_rest<M, E>(
    codes: &[usize],
    n_classes: usize,
    fit: impl Fn(usize, &[bool]) -> Result<M, E> + Sync,
) -> Result<Vec<M>, E>
where
    M: Send,
    E: Send,
{
    let first = usize::from(n_classes == 2);
    let fits: Vec<_> = (first..n_classes)
        .into_par_iter()
        .map(|class| {
            let is_class: Vec<bool> = codes.iter().map(|&code| code == class).collect();
            fit(class, &is_class)
        })
        .collect();
    fits.into_iter().collect()
}

/// Returns the class that one-vs-rest decisions name: that of the largest, or for two classes (one
/// decision) that of the sign, where 0 counts for class 0.
///
/// # Panics
/// If there are no decisions.
#[must_use]
pub fn one_vs_rest_class<F: PartialOrd + Copy + Default>(decisions: &[F]) -> usize {
    match decisions {
        [decision] => usize::from(*decision > F::default()),
        _ => argmax(decisions),
    }
}

/// Two classes and the training rows that belong to either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassPair {
    /// Code of the lower class; LIBSVM's positive one.
    pub first: usize,
    /// Code of the higher class.
    pub second: usize,
    /// Row indices, ascending.
    pub rows: Vec<usize>,
    /// For each of [`Self::rows`], whether it is of the first class.
    pub is_first: Vec<bool>,
}

impl ClassPair {
    /// Returns the rows of classes `first` and `second`.
    #[must_use]
    pub fn new(codes: &[usize], first: usize, second: usize) -> Self {
        let in_pair = |row: &usize| codes[*row] == first || codes[*row] == second;
        let rows: Vec<usize> = (0..codes.len()).filter(in_pair).collect();
        let is_first = rows.iter().map(|&row| codes[row] == first).collect();
        Self {
            first,
            second,
            rows,
            is_first,
        }
    }
}

/// Returns all pairs of classes in LIBSVM's order: (0, 1), (0, 2), …, (1, 2), ….
pub fn class_pairs(n_classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_classes).flat_map(move |first| (first + 1..n_classes).map(move |second| (first, second)))
}

/// Fits one problem per pair of classes, in parallel; the models are in the order of
/// [`class_pairs`].
///
/// # Errors
/// The error of the first pair that has one.
pub fn fit_one_vs_one<M, E>(
    codes: &[usize],
    n_classes: usize,
    fit: impl Fn(&ClassPair) -> Result<M, E> + Sync,
) -> Result<Vec<M>, E>
where
    M: Send,
    E: Send,
{
    let pairs: Vec<_> = class_pairs(n_classes).collect();
    let fits: Vec<_> = pairs
        .into_par_iter()
        .map(|(first, second)| fit(&ClassPair::new(codes, first, second)))
        .collect();
    fits.into_iter().collect()
}

/// Returns the class with most votes among the pairwise `decisions` (in the order of
/// [`class_pairs`]): a positive decision is a vote for the pair's first class, any other for its
/// second. On ties the lowest class wins, as in LIBSVM and in scikit-learn's `SVC.predict`.
///
/// # Panics
/// If there are fewer decisions than pairs.
#[must_use]
pub fn vote(decisions: &[f64], n_classes: usize) -> usize {
    let mut votes = vec![0_usize; n_classes];
    for (pair, (first, second)) in class_pairs(n_classes).enumerate() {
        votes[if decisions[pair] > 0.0 { first } else { second }] += 1;
    }
    argmax(&votes)
}

/// Returns votes plus squashed confidences in (-1/3, 1/3), which only break ties, as scikit-learn's
/// `OneVsOneClassifier` and `SVC` with `break_ties` do.
///
/// `votes_second` holds, for each pair in the order of [`class_pairs`], whether it votes for its
/// second class; `confidences` how strongly it favours the second class (signed). With decision
/// values `d` of LIBSVM's sign these are `d < 0` and `-d`.
///
/// # Panics
/// If there are fewer votes or confidences than pairs.
#[must_use]
pub fn one_vs_one_scores(votes_second: &[bool], confidences: &[f64], n_classes: usize) -> Vec<f64> {
    let mut votes = vec![0.0; n_classes];
    let mut sums = vec![0.0; n_classes];
    for (pair, (first, second)) in class_pairs(n_classes).enumerate() {
        votes[if votes_second[pair] { second } else { first }] += 1.0;
        sums[first] -= confidences[pair];
        sums[second] += confidences[pair];
    }
    let squashed = sums.iter().map(|sum: &f64| sum / (3.0 * (sum.abs() + 1.0)));
    votes
        .iter()
        .zip(squashed)
        .map(|(votes, s)| votes + s)
        .collect()
}

/// Returns scores of `n_classes` classes, rows × classes, given a column for each of `classes`, the
/// codes of those that a model knows; the others get 0.
#[must_use]
pub fn spread_columns(found: &Array2<f64>, classes: &[usize], n_classes: usize) -> Array2<f64> {
    let mut all = Array2::zeros((found.nrows(), n_classes));
    for (column, &class) in found.columns().into_iter().zip(classes) {
        all.column_mut(class).assign(&column);
    }
    all
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn labels_are_encoded_in_ascending_order() {
        let (encoding, codes) = ClassEncoding::new(&array![30, 4, 30, 1000, 0]);
        assert_eq!(encoding.labels(), [0, 4, 30, 1000]);
        assert_eq!(codes, [2, 1, 2, 3, 0]);
        assert_eq!(encoding.code(30), Some(2));
        assert_eq!(encoding.code(31), None);
        assert_eq!(class_counts(&codes, 4), [1, 1, 2, 1]);
    }

    #[test]
    fn no_labels_make_no_classes() {
        let (encoding, codes) = ClassEncoding::new(Vec::<usize>::new());
        assert_eq!((encoding.n_classes(), codes.len()), (0, 0));
    }

    #[test]
    fn argmax_takes_the_first_of_equals_and_never_nan() {
        assert_eq!(argmax(&[1, 3, 3]), 1);
        assert_eq!(argmax(&[f64::NAN, -1.0, f64::NAN, -1.0]), 1);
        assert_eq!(argmax(&[f64::NAN, f64::NEG_INFINITY]), 1);
    }

    #[test]
    fn one_vs_rest_fits_one_problem_for_two_classes_and_one_each_for_more() {
        let seen = |n_classes| {
            let codes: Vec<usize> = (0..n_classes).collect();
            fit_one_vs_rest(&codes, n_classes, |class, is_class| {
                Ok::<_, ()>((class, is_class.iter().filter(|&&is| is).count()))
            })
        };
        assert_eq!(seen(2), Ok(vec![(1, 1)]));
        assert_eq!(seen(3), Ok(vec![(0, 1), (1, 1), (2, 1)]));
        assert_eq!(one_vs_rest_class(&[0.0]), 0);
        assert_eq!(one_vs_rest_class(&[0.1]), 1);
        assert_eq!(one_vs_rest_class(&[0.1, 0.3, 0.3]), 1);
    }

    #[test]
    fn the_error_of_the_lowest_problem_is_reported() {
        let codes = [0, 1, 2, 3];
        let rest = fit_one_vs_rest(
            &codes,
            4,
            |class, _| if class < 2 { Ok(()) } else { Err(class) },
        );
        assert_eq!(rest, Err(2));
        let one = fit_one_vs_one(&codes, 4, |pair| {
            if pair.first == 0 {
                Ok(())
            } else {
                Err((pair.first, pair.second))
            }
        });
        assert_eq!(one, Err((1, 2)));
    }

    #[test]
    fn one_vs_one_splits_the_rows_of_each_pair() {
        let codes = [2, 0, 1, 0];
        let pairs = fit_one_vs_one(&codes, 3, |pair| Ok::<_, ()>(pair.clone())).unwrap();
        let rows: Vec<_> = pairs.iter().map(|pair| pair.rows.clone()).collect();
        assert_eq!(rows, [vec![1, 2, 3], vec![0, 1, 3], vec![0, 2]]);
        assert_eq!(pairs[1].is_first, [false, true, true]);
    }

    #[test]
    fn a_cycle_of_votes_goes_to_the_lowest_class() {
        // 0 beats 1, 1 beats 2, 2 beats 0: one vote each.
        assert_eq!(vote(&[1.0, -1.0, 1.0], 3), 0);
        // A decision of exactly 0 is a vote for the second class.
        assert_eq!(vote(&[0.0], 2), 1);
        assert_eq!(vote(&[-1.0, -1.0, 1.0], 3), 1);
    }

    #[test]
    fn confidences_break_ties_but_never_overrule_votes() {
        let decisions = [0.5, -3.0, 2.0];
        let votes: Vec<bool> = decisions.iter().map(|&d| d < 0.0).collect();
        let confidences: Vec<f64> = decisions.iter().map(|d| -d).collect();
        let scores = one_vs_one_scores(&votes, &confidences, 3);
        // Sums are 0.5 - 3 = -2.5, -0.5 + 2 = 1.5, 3 - 2 = 1.
        assert_eq!(scores[0], 1.0 - 2.5 / 10.5);
        assert_eq!(argmax(&scores), 1);
        let scores = one_vs_one_scores(&[false, false, true], &[-1e-9, -1e-9, 1e9], 3);
        assert_eq!(argmax(&scores), 0);
    }
}
