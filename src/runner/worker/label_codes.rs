//! Labels of any whole number, as the class labels that classifiers take.

use std::borrow::Cow;
use std::convert::Infallible;

use fashion_bench_estimators::ClassLabel;
use serde_json::Value;

use super::labelled_params::map_labels;
use crate::catalog::Params;

/// Labels up to this one are passed on as they are.
const MAX_LABEL: i64 = 255;

/// The distinct labels of a train split, ascending, and what stands for each of them.
///
/// Labels from 0 to 255 stand for themselves. If there are others, each label is replaced by its
/// place in the list: the order, and so every tie, stays the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LabelCodes {
    labels: Vec<i64>,
    is_identity: bool,
}

impl LabelCodes {
    /// The codes of `labels`.
    pub(super) fn new(labels: &[i64]) -> Self {
        let mut labels = labels.to_vec();
        labels.sort_unstable();
        labels.dedup();
        let is_identity = labels.iter().all(|label| (0..=MAX_LABEL).contains(label));
        Self {
            labels,
            is_identity,
        }
    }

    /// Returns the code of each of `labels`, which are of the train split.
    pub(super) fn encode(&self, labels: &[i64]) -> Vec<usize> {
        labels
            .iter()
            .filter_map(|label| self.code(*label))
            .collect()
    }

    fn code(&self, label: i64) -> Option<usize> {
        let place = self.labels.binary_search(&label).ok()?;
        if self.is_identity {
            usize::try_from(label).ok()
        } else {
            Some(place)
        }
    }

    /// Returns the label that `code` stands for, or nothing if it stands for none.
    pub(super) fn label(&self, code: usize) -> Option<i64> {
        if self.is_identity {
            let label = i64::try_from(code).ok()?;
            self.labels.binary_search(&label).is_ok().then_some(label)
        } else {
            self.labels.get(code).copied()
        }
    }

    /// Returns `params` with labels, such as those of `class_weight`, replaced by codes. A key that is a whole
    /// number but no label gets a code that stands for none; what else is written there is left for
    /// the classifier to refuse.
    pub(super) fn encode_params<'a>(&self, params: &'a Params) -> Cow<'a, Params> {
        if self.is_identity {
            return Cow::Borrowed(params);
        }
        let weights = |weights: &Params| -> Result<Params, Infallible> {
            let mut coded = Params::new();
            let mut n_strangers = 0;
            for (key, weight) in weights {
                let label: Option<i64> = key
                    .parse()
                    .ok()
                    .filter(|label: &i64| label.to_string() == *key);
                let key = match label.map(|label| self.code(label)) {
                    Some(Some(code)) => code.to_string(),
                    Some(None) => {
                        n_strangers += 1;
                        (self.labels.len() + n_strangers).to_string()
                    }
                    // Not to be taken for a code.
                    None => format!("{key:?}"),
                };
                coded.insert(key, weight.clone());
            }
            Ok(coded)
        };
        let label = |_: &str, label: &ClassLabel| -> Result<Value, Infallible> {
            let code = match label {
                ClassLabel::Number(number) => i64::try_from(*number).ok(),
                ClassLabel::Name(_) => None,
            };
            // What is no label gets a code that stands for none.
            let code = code.and_then(|label| self.code(label));
            Ok(code.unwrap_or(self.labels.len()).into())
        };
        let Ok(coded) = map_labels(params, &weights, &label);
        Cow::Owned(coded)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weights(value: Value) -> Params {
        let mut params = Params::new();
        params.insert("class_weight".to_owned(), value);
        params
    }

    #[test]
    fn small_labels_stand_for_themselves() {
        let codes = LabelCodes::new(&[7, 0, 7, 255]);
        assert_eq!(codes.encode(&[255, 7]), [255, 7]);
        assert_eq!((codes.label(7), codes.label(8)), (Some(7), None));
        let params = weights(json!({"9": 2}));
        assert_eq!(*codes.encode_params(&params), params);
    }

    #[test]
    fn any_other_labels_are_replaced_by_their_places_and_so_are_their_weights() {
        let codes = LabelCodes::new(&[i64::MAX, -5, 3, -5]);
        assert_eq!(codes.encode(&[3, -5, i64::MAX]), [1, 0, 2]);
        assert_eq!((codes.label(2), codes.label(3)), (Some(i64::MAX), None));
        let params = weights(json!({"-5": 2, "3": 0.5}));
        let coded = weights(json!({"0": 2, "1": 0.5}));
        assert_eq!(*codes.encode_params(&params), coded);
        // 1 is a code, but no label.
        let params = weights(json!({"1": 2}));
        assert_eq!(*codes.encode_params(&params), weights(json!({"4": 2})));
        let params = weights(json!({"+3": 2}));
        assert_eq!(*codes.encode_params(&params), weights(json!({"\"+3\"": 2})));
        let balanced = weights(json!("balanced"));
        assert_eq!(*codes.encode_params(&balanced), balanced);
    }
}
