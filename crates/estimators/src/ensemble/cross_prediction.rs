//! What classifiers say of rows that they were not trained on.

use ndarray::{Array2, ArrayView2};

use super::base_estimator::BaseEstimator;
use super::member::Member;
use crate::error::FitError;
use crate::folds::split;

/// What is asked of a classifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Response {
    /// The probability of each class; of two classes, that of the second.
    Probabilities,
    /// The decision function.
    Decisions,
    /// The class codes.
    Codes,
}

impl Member {
    /// Returns what is asked, for each row of `x`, if the classifier has it: in columns of the classes that
    /// it knows, of two such classes the second alone.
    pub fn respond_as_fitted(
        &self,
        response: Response,
        x: ArrayView2<'_, f32>,
    ) -> Option<Array2<f64>> {
        match response {
            Response::Decisions => self.decisions(x),
            Response::Codes => {
                let codes = self.codes(x).mapv(|code| code as f64);
                Some(codes.insert_axis(ndarray::Axis(1)))
            }
            Response::Probabilities => self.own_probabilities(x).map(second_of_two),
        }
    }

    /// Returns what is asked, for each row of `x`, if the classifier has it; probabilities of classes
    /// that it does not know are 0.
    pub fn respond(
        &self,
        response: Response,
        x: ArrayView2<'_, f32>,
        n_classes: usize,
    ) -> Option<Array2<f64>> {
        match response {
            Response::Probabilities => self.probabilities(x, n_classes).map(second_of_two),
            Response::Decisions | Response::Codes => self.respond_as_fitted(response, x),
        }
    }

    /// Returns the first of `responses` that the classifier has.
    pub fn first_of(&self, responses: &[Response], x: ArrayView2<'_, f32>) -> Option<Response> {
        let first = x.slice(ndarray::s![..1, ..]);
        let has = |response: &&Response| match response {
            Response::Codes => true,
            Response::Decisions => self.decisions(first).is_some(),
            Response::Probabilities => self.has_probabilities(first),
        };
        responses.iter().find(has).copied()
    }
}

/// Returns the second of two columns, or all of another number.
fn second_of_two(columns: Array2<f64>) -> Array2<f64> {
    if columns.ncols() == 2 {
        columns.column(1).to_owned().insert_axis(ndarray::Axis(1))
    } else {
        columns
    }
}

/// Returns what `base` says of each row, trained on the other folds.
///
/// # Errors
/// [`FitError`] of a fit, and for a fold whose response has another number of columns than the
/// first's, because a class is missing.
pub(super) fn cross_predict(
    base: &BaseEstimator,
    response: Response,
    (x, codes): (ArrayView2<'_, f32>, &[usize]),
    folds: &[usize],
    n_classes: usize,
) -> Result<Array2<f64>, FitError> {
    let n_folds = folds.iter().max().map_or(0, |fold| fold + 1);
    let mut all: Option<Array2<f64>> = None;
    for fold in 0..n_folds {
        let (train, test) = split(folds, fold);
        let estimator = base.build(fold as u64)?;
        let member = Member::fit_rows(&*estimator, x, codes, &train)?;
        let held_back = x.select(ndarray::Axis(0), &test);
        let found = member.respond(response, held_back.view(), n_classes);
        let found = found.unwrap_or_else(|| Array2::zeros((test.len(), 0)));
        let all = all.get_or_insert_with(|| Array2::zeros((codes.len(), found.ncols())));
        if found.ncols() != all.ncols() {
            return Err(FitError::TooFewRows {
                expected: "rows of every class in the training part of each fold",
                got: format!("{} classes in one of them", member.classes().len()),
            });
        }
        for (row, found) in test.into_iter().zip(found.rows()) {
            all.row_mut(row).assign(&found);
        }
    }
    Ok(all.unwrap_or_default())
}
