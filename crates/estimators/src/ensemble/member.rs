//! A classifier inside another, fitted to some of its rows and perhaps not to all of its classes.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::erased::{Estimator, Model};
use crate::error::FitError;
use crate::multiclass::{ClassEncoding, spread_columns};

/// A fitted classifier whose labels are class codes of the outer one.
pub(super) struct Member {
    model: Box<dyn Model>,
    /// The classes that it was fitted to, ascending.
    classes: Vec<usize>,
}

/// Returns the error of a classifier inside another with labels of the outer one in place of codes.
pub(super) fn with_label(error: FitError, encoding: &ClassEncoding) -> FitError {
    error.with_labels(&|code| encoding.labels().get(code).copied().unwrap_or(code))
}

impl Member {
    /// Fits to all rows.
    pub fn fit(
        estimator: &dyn Estimator,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
    ) -> Result<Self, FitError> {
        let mut classes = codes.to_vec();
        classes.sort_unstable();
        classes.dedup();
        let model = estimator.fit(x, ndarray::aview1(codes))?;
        Ok(Self { model, classes })
    }

    /// Fits to some rows, which may occur more than once.
    pub fn fit_rows(
        estimator: &dyn Estimator,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        rows: &[usize],
    ) -> Result<Self, FitError> {
        let x = x.select(Axis(0), rows);
        let codes: Vec<usize> = rows.iter().map(|&row| codes[row]).collect();
        Self::fit(estimator, x.view(), &codes)
    }

    /// Returns the classes that it was fitted to, ascending.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// Returns the class code of each row.
    pub fn codes(&self, x: ArrayView2<'_, f32>) -> Array1<usize> {
        let codes = self.model.predict(x);
        codes.expect("rows that were checked for the outer classifier")
    }

    /// Returns the probabilities of `n_classes` classes, 0 for those that it does not know.
    pub fn probabilities(&self, x: ArrayView2<'_, f32>, n_classes: usize) -> Option<Array2<f64>> {
        let found = self.own_probabilities(x)?;
        if self.classes.len() == n_classes {
            return Some(found);
        }
        Some(spread_columns(&found, &self.classes, n_classes))
    }

    /// Returns the probabilities of the classes that it knows.
    pub fn own_probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let found = self.model.predict_proba(x);
        found.expect("rows that were checked for the outer classifier")
    }

    /// Returns the decision function as the classifier has it.
    pub fn decisions(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let found = self.model.decision_function(x);
        found.expect("rows that were checked for the outer classifier")
    }

    /// Whether it has probabilities.
    pub fn has_probabilities(&self, x: ArrayView2<'_, f32>) -> bool {
        let first = self.model.predict_proba(x.slice(ndarray::s![..1, ..]));
        first.is_ok_and(|found| found.is_some())
    }
}
