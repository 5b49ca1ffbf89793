//! Parameters of `RidgeClassifierCV`.

use super::super::scoring::Scoring;
use crate::parameters::{Interval, Kind, ParamValue, Parameter, Parameters};
use crate::{ClassWeight, ParamError};

/// Weights of the penalty to choose from: a list, or a single number.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Alphas(pub Vec<f64>);

impl Parameter for Alphas {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Floats, Kind::Float]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::List(_) => Vec::read(value).map(Self),
            value => f64::read(value).map(|alpha| Self(vec![alpha])),
        }
    }

    fn write(&self) -> ParamValue {
        self.0.write()
    }

    fn is_in(&self, range: &Interval) -> bool {
        !self.0.is_empty() && self.0.is_in(range)
    }

    fn expected(range: &Interval) -> String {
        format!("a list of numbers in {range} or a number in {range}")
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(*range)
    }
}

parameters! {
    /// Parameters of [`RidgeClassifierCv`](super::RidgeClassifierCv).
    pub struct RidgeClassifierCvParams => RidgeClassifierCvValidParams: "RidgeClassifierCV" {
        /// weights of the penalty to choose from
        alphas: Alphas = Alphas(vec![0.1, 1.0, 10.0]), in Interval::NOT_NEGATIVE;
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// what is best: null for the squared error where each row is left out, else the accuracy
        scoring: Option<Scoring> = None;
        /// folds; null leaves out each row in turn
        cv: Option<usize> = None, in Interval::at_least(2);
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// whether scores are kept, which is refused where there are folds; the model keeps none
        store_cv_results: Option<bool> = None;
    }
    check check_alphas;
}

fn check_alphas(params: &RidgeClassifierCvValidParams) -> Result<(), ParamError> {
    if params.cv.is_none() && params.alphas.0.contains(&0.0) {
        return Err(ParamError::value(
            RidgeClassifierCvParams::ESTIMATOR,
            "alphas",
            "numbers above 0 unless there are folds",
            params.alphas.write(),
        ));
    }
    if params.cv.is_some() && params.store_cv_results == Some(true) {
        return Err(ParamError::unsupported(
            RidgeClassifierCvParams::ESTIMATOR,
            "cv, store_cv_results=true",
            "only where each row is left out are there scores to keep; leave `store_cv_results` null",
        ));
    }
    Ok(())
}
