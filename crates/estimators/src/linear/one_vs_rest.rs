//! The two-class problems of a multi-class one: each class against the rest.

use std::ops::Range;

use crate::multiclass::class_counts;

/// The problems: one per class, or a single one (for the second class) where there are two.
pub(super) struct OneVsRest<'a> {
    codes: &'a [usize],
    counts: Vec<usize>,
}

impl<'a> OneVsRest<'a> {
    pub fn new(codes: &'a [usize], n_classes: usize) -> Self {
        Self {
            codes,
            counts: class_counts(codes, n_classes),
        }
    }

    /// Returns the positive class of each problem.
    pub fn classes(&self) -> Range<usize> {
        usize::from(self.counts.len() == 2)..self.counts.len()
    }

    /// Returns the number of rows of each class.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Returns the sign and the cost of each row in the problem of `class`, given the costs of
    /// positive and negative rows.
    pub fn rows(&self, class: usize, (positive, negative): (f64, f64)) -> (Vec<f64>, Vec<f64>) {
        let by_sign = |a: f64, b: f64| -> Vec<f64> {
            self.codes
                .iter()
                .map(|&code| if code == class { a } else { b })
                .collect()
        };
        (by_sign(1.0, -1.0), by_sign(positive, negative))
    }

    /// Returns LIBLINEAR's tolerances of the primal solvers: `tol · max(min(n₊, n₋), 1) / n`.
    pub fn liblinear_tols(&self, tol: f64) -> Vec<f64> {
        let n = self.codes.len();
        self.classes()
            .map(|class| {
                let positive = self.counts[class];
                tol * positive.min(n - positive).max(1) as f64 / n as f64
            })
            .collect()
    }
}

/// Returns the costs of positive and negative rows of each problem as LIBLINEAR sets them: the
/// weight of a class applies where it is the positive one, and to the negative rows only if there
/// are just two classes.
pub(super) fn liblinear_costs(
    problems: &OneVsRest<'_>,
    c: f64,
    weights: &[f64],
) -> Vec<(f64, f64)> {
    let negative = if weights.len() == 2 {
        c * weights[0]
    } else {
        c
    };
    problems
        .classes()
        .map(|class| (c * weights[class], negative))
        .collect()
}
