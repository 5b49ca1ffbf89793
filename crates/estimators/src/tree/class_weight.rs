//! Weights of classes.

use std::collections::BTreeMap;

use crate::ParamError;
use crate::multiclass::ClassEncoding;
use crate::spec::Args;

/// How classes are weighted.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ClassWeight {
    /// All alike.
    #[default]
    Uniform,
    /// Inversely to their frequency in the training set.
    Balanced,
    /// Inversely to their frequency in each bootstrap sample; forests only.
    BalancedSubsample,
    /// By label; 1 for labels that are not listed.
    ByLabel(BTreeMap<usize, f64>),
}

impl ClassWeight {
    /// The weight of each class, given how many samples each has.
    #[must_use]
    pub fn of(&self, encoding: &ClassEncoding, counts: &[usize]) -> Vec<f64> {
        let n_samples: usize = counts.iter().sum();
        let n_present = counts.iter().filter(|&&count| count > 0).count();
        let balanced = |&count: &usize| match count {
            0 => 0.0,
            _ => n_samples as f64 / (n_present * count) as f64,
        };
        match self {
            Self::Uniform => vec![1.0; counts.len()],
            Self::Balanced | Self::BalancedSubsample => counts.iter().map(balanced).collect(),
            Self::ByLabel(weights) => encoding
                .labels()
                .iter()
                .map(|label| weights.get(label).copied().unwrap_or(1.0))
                .collect(),
        }
    }

    /// Checks the weights.
    ///
    /// # Errors
    /// [`ParamError::Value`] for one that is not positive and finite.
    pub fn check(&self, estimator: &'static str) -> Result<(), ParamError> {
        let Self::ByLabel(weights) = self else {
            return Ok(());
        };
        match weights
            .values()
            .find(|weight| !(weight.is_finite() && **weight > 0.0))
        {
            None => Ok(()),
            Some(weight) => {
                let expected = "weights in (0, inf)";
                Err(ParamError::value(
                    estimator,
                    "class_weight",
                    expected,
                    weight,
                ))
            }
        }
    }

    /// Reads `class_weight`.
    ///
    /// # Errors
    /// [`ParamError::Value`] for a key that is no label.
    pub fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        if let Some(name) = args.choice("class_weight") {
            return Ok(match name {
                "balanced" => Self::Balanced,
                _ => Self::BalancedSubsample,
            });
        }
        let Some(weights) = args.weights("class_weight") else {
            return Ok(Self::Uniform);
        };
        let by_label = |(key, weight): (String, f64)| match key.parse() {
            Ok(label) => Ok((label, weight)),
            Err(_) => Err(ParamError::value(
                args.estimator(),
                "class_weight",
                "an object with class labels as keys",
                format!("the key {key:?}"),
            )),
        };
        weights
            .into_iter()
            .map(by_label)
            .collect::<Result<_, _>>()
            .map(Self::ByLabel)
    }
}
