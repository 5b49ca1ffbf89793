//! Smoothing of counts, and probabilities of classes: what the naive Bayes of counts share.

use crate::ParamError;
use crate::parameters::{Interval, Kind, ParamValue, Parameter};

/// Smallest count that is added unless `force_alpha` takes any.
const SMALLEST: f64 = 1e-10;

/// scikit-learn's `alpha`: what is added to the counts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Smoothing {
    /// The same to every count.
    Every(f64),
    /// To those of each feature its own.
    ByFeature(Vec<f64>),
}

impl Parameter for Smoothing {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Float, Kind::Floats]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::List(_) => Vec::read(value).map(Self::ByFeature),
            value => f64::read(value).map(Self::Every),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Every(alpha) => alpha.write(),
            Self::ByFeature(alphas) => alphas.write(),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Every(alpha) => alpha.is_in(range),
            Self::ByFeature(alphas) => alphas.is_in(range),
        }
    }

    fn expected(range: &Interval) -> String {
        format!("a number in {range} or a list of such numbers")
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(*range)
    }
}

/// What is added to the counts of each feature, and what to say of it.
pub(super) struct Smoothed {
    pub alphas: Vec<f64>,
    pub warnings: Vec<String>,
}

impl Smoothing {
    /// Returns what is added to the counts of each of `n_features` features; without `force_alpha`
    /// at least 1e-10, with a warning.
    pub(super) fn of_features(
        &self,
        estimator: &'static str,
        force_alpha: bool,
        n_features: usize,
    ) -> Result<Smoothed, ParamError> {
        let mut alphas = match self {
            Self::Every(alpha) => vec![*alpha; n_features],
            Self::ByFeature(alphas) if alphas.len() == n_features => alphas.clone(),
            Self::ByFeature(alphas) => {
                let expected = format!("a list of {n_features} numbers, one per feature");
                let got = format_args!("{} numbers", alphas.len());
                return Err(ParamError::value(estimator, "alpha", expected, got));
            }
        };
        let mut warnings = Vec::new();
        if !force_alpha && alphas.iter().any(|&alpha| alpha < SMALLEST) {
            warnings.push(format!(
                "alpha is raised to {SMALLEST:e}; write force_alpha=true to keep it"
            ));
            for alpha in &mut alphas {
                *alpha = alpha.max(SMALLEST);
            }
        }
        Ok(Smoothed { alphas, warnings })
    }
}

/// Returns the logarithm of the probability of each class: that of `class_prior`, else of the shares
/// of the rows (`fit_prior`), else the same for all.
pub(super) fn log_priors(
    estimator: &'static str,
    class_prior: Option<&[f64]>,
    fit_prior: bool,
    counts: &[usize],
) -> Result<Vec<f64>, ParamError> {
    let n_classes = counts.len();
    match class_prior {
        Some(prior) if prior.len() != n_classes => {
            let expected = format!("a list of {n_classes} numbers, one per class of the data");
            let got = format_args!("{prior:?}");
            Err(ParamError::value(estimator, "class_prior", expected, got))
        }
        Some(prior) => Ok(prior.iter().map(|prior| prior.ln()).collect()),
        None if fit_prior => {
            let all = counts.iter().sum::<usize>() as f64;
            let log = |&count: &usize| (count as f64).ln() - all.ln();
            Ok(counts.iter().map(log).collect())
        }
        None => Ok(vec![-(n_classes as f64).ln(); n_classes]),
    }
}
