//! Weights of classes, as scikit-learn's `class_weight`.

use std::collections::BTreeMap;

use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::{Interval, Kind, ParamValue, Parameter};
use crate::{ClassLabel, ParamError};

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
        ByLabel(BTreeMap<ClassLabel, f64>),
    }
}

impl ClassWeight {
    /// Returns the weight of each class of `encoding`, given the class code of each row.
    ///
    /// # Errors
    /// As [`Self::of_counts`].
    pub fn of_classes(
        &self,
        estimator: &'static str,
        encoding: &ClassEncoding,
        codes: &[usize],
    ) -> Result<Vec<f64>, ParamError> {
        let counts = class_counts(codes, encoding.n_classes());
        self.of_counts(estimator, encoding, &counts)
    }

    /// Returns the weight of each class of `encoding`, given how many rows each has; a balanced
    /// weight of a class without rows is 0.
    ///
    /// # Errors
    /// [`ParamError::Value`], as a parameter of `estimator`, if a label that is named is no class
    /// of the data, unless every class is named (scikit-learn's rule, by which one table serves
    /// data sets that lack a class); and if no class has any weight, where scikit-learn divides by
    /// zero or fits a model of nothing, from family to family.
    pub fn of_counts(
        &self,
        estimator: &'static str,
        encoding: &ClassEncoding,
        counts: &[usize],
    ) -> Result<Vec<f64>, ParamError> {
        let refused = |expected| {
            let expected: String = expected;
            Err(ParamError::value(
                estimator,
                "class_weight",
                expected,
                self.write(),
            ))
        };
        if let Self::ByLabel(weights) = self {
            let labels = encoding.labels();
            let is_all_named = labels
                .iter()
                .all(|&label| weights.contains_key(&label.into()));
            let is_class = |label: &ClassLabel| encoding.code_of(label).is_some();
            if !is_all_named && !weights.keys().all(is_class) {
                return refused(format!(
                    "an object that names only classes of the data ({}), unless it names all of them",
                    in_words(labels)
                ));
            }
        }
        let weights = self.of_bag(encoding, counts);
        if weights.iter().all(|&weight| weight == 0.0) {
            return refused(
                "weights of which at least one, of a class of the data, is not 0".into(),
            );
        }
        Ok(weights)
    }

    /// Returns the weights as [`Self::of_counts`] does, for the rows of a bag, unchecked: there may
    /// be no row of a class, or none with any weight.
    #[must_use]
    pub fn of_bag(&self, encoding: &ClassEncoding, counts: &[usize]) -> Vec<f64> {
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
                .map(|&label| weights.get(&label.into()).copied().unwrap_or(1.0))
                .collect(),
        }
    }
}

/// Returns `labels`, in the middle of a long list an ellipsis.
fn in_words(labels: &[usize]) -> String {
    const SHOWN: usize = 10;
    let words = |labels: &[usize]| -> Vec<String> { labels.iter().map(usize::to_string).collect() };
    if labels.len() <= SHOWN {
        return words(labels).join(", ");
    }
    let first = words(&labels[..SHOWN - 2]).join(", ");
    format!("{first}, …, {}", labels[labels.len() - 1])
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
            ParamValue::Map(weights) if weights.is_empty() => Some(Self::Uniform),
            ParamValue::Map(weights) => {
                let by_label = |(label, weight): (&String, &ParamValue)| {
                    Some((ClassLabel::from(label.as_str()), weight.as_f64()?))
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
                let pair = |(label, weight): (&ClassLabel, &f64)| {
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
        format!("an object from class label to weight in {range} or \"balanced\" or null")
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

    fn by_label(weights: &[(usize, f64)]) -> ClassWeight {
        ClassWeight::ByLabel(
            weights
                .iter()
                .map(|&(label, weight)| (label.into(), weight))
                .collect(),
        )
    }

    fn map(weights: &[(&str, f64)]) -> ParamValue {
        let pair = |&(label, weight): &(&str, f64)| (label.to_owned(), ParamValue::Float(weight));
        ParamValue::Map(weights.iter().map(pair).collect())
    }

    #[test]
    fn balanced_weights_make_the_classes_equal() {
        let (encoding, codes) = ClassEncoding::new([3_usize, 3, 3, 7]);
        let of = |weight: ClassWeight| weight.of_classes("SVC", &encoding, &codes).unwrap();
        assert_eq!(of(ClassWeight::Balanced), [4.0 / 6.0, 2.0]);
        assert_eq!(of(by_label(&[(7, 5.0)])), [1.0, 5.0]);
        assert_eq!(of(by_label(&[(3, 0.0), (7, 5.0)])), [0.0, 5.0]);
    }

    #[test]
    fn a_label_that_is_no_class_is_refused_unless_every_class_is_named() {
        let (encoding, codes) = ClassEncoding::new([3_usize, 3, 3, 7]);
        let of = |weight: ClassWeight| weight.of_classes("SVC", &encoding, &codes);
        assert_eq!(
            of(by_label(&[(3, 2.0), (7, 5.0), (9, 1.0)])),
            Ok(vec![2.0, 5.0])
        );
        for weights in [&[(10, 2.0)][..], &[(7, 5.0), (9, 2.0)]] {
            let refused = of(by_label(weights)).unwrap_err().to_string();
            let expected = "the `class_weight` of SVC must be an object that names only classes of the \
                            data (3, 7), unless it names all of them, got {";
            assert!(refused.starts_with(expected), "{refused}");
        }
    }

    #[test]
    fn weights_that_are_all_zero_are_refused() {
        let (encoding, codes) = ClassEncoding::new([3_usize, 3, 3, 7]);
        let of = |weight: ClassWeight| weight.of_classes("RidgeClassifier", &encoding, &codes);
        let refused = of(by_label(&[(3, 0.0), (7, 0.0), (8, 1.0)])).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the `class_weight` of RidgeClassifier must be weights of which at least one, of a \
             class of the data, is not 0, got {\"3\":0.0,\"7\":0.0,\"8\":1.0}"
        );
        assert_eq!(by_label(&[(3, 0.0)]).of_bag(&encoding, &[2, 0]), [0.0, 1.0]);
    }

    #[test]
    fn long_lists_of_classes_are_cut_in_the_middle() {
        let labels: Vec<usize> = (0..30).collect();
        assert_eq!(in_words(&labels), "0, 1, 2, 3, 4, 5, 6, 7, …, 29");
        assert_eq!(in_words(&labels[..3]), "0, 1, 2");
    }

    #[test]
    fn weights_survive_writing_and_reading() {
        let zero = by_label(&[(0, 0.0), (10, 2.5)]);
        for weight in [ClassWeight::Uniform, ClassWeight::Balanced, zero] {
            assert_eq!(ClassWeight::read(&weight.write()), Some(weight));
        }
        assert_eq!(ClassWeight::read(&map(&[])), Some(ClassWeight::Uniform));
    }

    #[test]
    fn a_name_is_no_class_of_numbered_data() {
        let (encoding, codes) = ClassEncoding::new([3_usize, 7]);
        for name in ["a", "03", "-1", "", "99999999999999999999999"] {
            let weight = ClassWeight::read(&map(&[(name, 2.0)])).unwrap();
            assert_eq!(ClassWeight::read(&weight.write()).as_ref(), Some(&weight));
            let refused = weight.of_classes("SVC", &encoding, &codes).unwrap_err();
            let refused = refused.to_string();
            assert!(
                refused.ends_with(&format!("got {{{name:?}:2.0}}")),
                "{refused}"
            );
        }
    }

    #[test]
    fn negative_weights_are_out_of_range_unless_a_declaration_allows_them() {
        let weight = |value| by_label(&[(0, value)]);
        assert!(weight(0.0).is_in(&Interval::default()));
        assert!(!weight(-1.0).is_in(&Interval::default()));
        assert!(!weight(0.0).is_in(&Interval::POSITIVE));
        assert!(weight(-1.0).is_in(&Interval::FINITE));
        assert!(!weight(f64::NAN).is_in(&Interval::FINITE));
    }
}
