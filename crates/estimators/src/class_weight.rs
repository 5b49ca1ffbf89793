//! Weights of classes, as scikit-learn's `class_weight`.

use std::collections::BTreeMap;

use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::{Interval, Kind, ParamValue, Parameter};

with_serde! {
    /// How much the rows of each class count.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub enum ClassWeight {
        /// All the same.
        #[default]
        Uniform,
        /// Inversely to the frequency of the class: `n_samples / (n_classes · count)`.
        Balanced,
        /// By label; 1 for labels that are not named.
        ByLabel(BTreeMap<usize, f64>),
    }
}

impl ClassWeight {
    /// Returns the weight of each class of `encoding`, given the class code of each row.
    #[must_use]
    pub fn of_classes(&self, encoding: &ClassEncoding, codes: &[usize]) -> Vec<f64> {
        self.of_counts(encoding, &class_counts(codes, encoding.n_classes()))
    }

    /// Returns the weight of each class of `encoding`, given how many rows each has; a balanced
    /// weight of a class without rows is 0.
    #[must_use]
    pub fn of_counts(&self, encoding: &ClassEncoding, counts: &[usize]) -> Vec<f64> {
        let n_samples: usize = counts.iter().sum();
        let n_present = counts.iter().filter(|&&count| count > 0).count();
        let balanced = |&count: &usize| match count {
            0 => 0.0,
            _ => n_samples as f64 / (n_present * count) as f64,
        };
        match self {
            Self::Uniform => vec![1.0; counts.len()],
            Self::Balanced => counts.iter().map(balanced).collect(),
            Self::ByLabel(weights) => encoding
                .labels()
                .iter()
                .map(|label| weights.get(label).copied().unwrap_or(1.0))
                .collect(),
        }
    }
}

/// The range of the weights is [0, inf), unless a declaration says otherwise.
impl Parameter for ClassWeight {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Object, Kind::Choice(&["balanced"]), Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::Uniform),
            ParamValue::Text(name) => (name == "balanced").then_some(Self::Balanced),
            ParamValue::Map(weights) => {
                let by_label = |(label, weight): (&String, &ParamValue)| {
                    Some((label.parse().ok()?, weight.as_f64()?))
                };
                let weights: Option<_> = weights.iter().map(by_label).collect();
                weights.map(Self::ByLabel)
            }
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Uniform => ParamValue::Null,
            Self::Balanced => "balanced".into(),
            Self::ByLabel(weights) => {
                let pair = |(label, weight): (&usize, &f64)| {
                    (label.to_string(), ParamValue::Float(*weight))
                };
                ParamValue::Map(weights.iter().map(pair).collect())
            }
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Uniform | Self::Balanced => true,
            Self::ByLabel(weights) => {
                let range = of_weights(range);
                weights.values().all(|&weight| range.contains(weight))
            }
        }
    }

    fn expected(range: &Interval) -> String {
        let range = of_weights(range);
        format!(
            "an object from class label (a whole number) to weight in {range} or \"balanced\" or null"
        )
    }
}

/// Returns the range of weights whose declaration names none.
fn of_weights(range: &Interval) -> Interval {
    if range.is_all() {
        Interval::NOT_NEGATIVE
    } else {
        *range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_weights_make_the_classes_equal() {
        let (encoding, codes) = ClassEncoding::new([3_usize, 3, 3, 7]);
        let weights = ClassWeight::Balanced.of_classes(&encoding, &codes);
        assert_eq!(weights, [4.0 / 6.0, 2.0]);
        let by_label = ClassWeight::ByLabel(BTreeMap::from([(7, 5.0), (9, 2.0)]));
        assert_eq!(by_label.of_classes(&encoding, &codes), [1.0, 5.0]);
    }

    #[test]
    fn weights_survive_writing_and_reading() {
        let by_label = ClassWeight::ByLabel(BTreeMap::from([(0, 0.0), (10, 2.5)]));
        for weight in [ClassWeight::Uniform, ClassWeight::Balanced, by_label] {
            assert_eq!(ClassWeight::read(&weight.write()), Some(weight));
        }
        let no_label = ParamValue::Map(BTreeMap::from([("a".to_owned(), ParamValue::Int(1))]));
        assert_eq!(ClassWeight::read(&no_label), None);
    }

    #[test]
    fn negative_weights_are_out_of_range() {
        let weight = |value| ClassWeight::ByLabel(BTreeMap::from([(0, value)]));
        assert!(weight(0.0).is_in(&Interval::default()));
        assert!(!weight(-1.0).is_in(&Interval::default()));
        assert!(!weight(0.0).is_in(&Interval::POSITIVE));
    }
}
