//! Weights of classes, as scikit-learn's `class_weight`.

use std::collections::BTreeMap;

use crate::estimators::ParamError;
use crate::estimators::multiclass::{ClassEncoding, class_counts};
use crate::estimators::spec::{Args, Kind, ParamSpec};

/// How much each class's rows count.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ClassWeight {
    /// All the same.
    #[default]
    Uniform,
    /// Inversely to the class's frequency: `n_samples / (n_classes · count)`.
    Balanced,
    /// By label; 1 for labels not named.
    ByLabel(BTreeMap<usize, f64>),
}

/// The `class_weight` row of a parameter table.
pub(crate) const CLASS_WEIGHT: ParamSpec = ParamSpec::new(
    "class_weight",
    &[Kind::Null, Kind::Choice(&["balanced"]), Kind::Object],
    "null",
    "weight of each class's rows",
);

impl ClassWeight {
    /// Reads the `class_weight` of a config.
    pub(crate) fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        if args.choice("class_weight") == Some("balanced") {
            return Ok(Self::Balanced);
        }
        let Some(weights) = args.weights("class_weight") else {
            return Ok(Self::Uniform);
        };
        let by_label = weights.into_iter().map(|(label, weight)| {
            let parsed = label.parse().map_err(|_| {
                let expected = "an object from class label (a whole number) to weight";
                ParamError::value(args.estimator(), "class_weight", expected, &label)
            })?;
            Ok((parsed, weight))
        });
        Ok(Self::ByLabel(by_label.collect::<Result<_, _>>()?))
    }

    /// Checks that no weight is negative or not a number.
    pub(crate) fn check(&self, estimator: &'static str) -> Result<(), ParamError> {
        if let Self::ByLabel(weights) = self {
            for (label, weight) in weights {
                if !(weight.is_finite() && *weight >= 0.0) {
                    let got = format!("{weight} for class {label}");
                    return Err(ParamError::value(
                        estimator,
                        "class_weight",
                        "weights in [0, inf)",
                        got,
                    ));
                }
            }
        }
        Ok(())
    }

    /// The weight of each class.
    pub(crate) fn of_classes(&self, encoding: &ClassEncoding, codes: &[usize]) -> Vec<f64> {
        let n_classes = encoding.n_classes();
        match self {
            Self::Uniform => vec![1.0; n_classes],
            Self::Balanced => class_counts(codes, n_classes)
                .iter()
                .map(|&count| codes.len() as f64 / (n_classes * count) as f64)
                .collect(),
            Self::ByLabel(weights) => encoding
                .labels()
                .iter()
                .map(|label| weights.get(label).copied().unwrap_or(1.0))
                .collect(),
        }
    }
}
