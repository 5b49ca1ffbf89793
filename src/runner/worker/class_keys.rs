//! Labels of the data in the parameters of a config, such as the keys of `class_weight`, for classifiers,
//! which know codes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::labelled_params::map_labels;
use crate::catalog::Params;
use crate::dataset::Prepared;
use crate::results::Status;
use crate::runner::protocol::Failure;

/// Classes that an error lists before it only counts.
const SHOWN: usize = 10;

/// Returns the parameters of `classifier`, and of those inside it, with labels replaced by codes.
///
/// # Errors
/// A [`Failure`] for keys that are no labels of the data, unless every label has a weight:
/// scikit-learn's rule, by which one table serves data sets that lack a class.
pub(super) fn coded<'a>(
    classifier: &str,
    params: &'a Params,
    data: &Prepared,
) -> Result<Cow<'a, Params>, Failure> {
    coded_by(classifier, params, &data.class_numbers())
}

fn coded_by<'a>(
    classifier: &str,
    params: &'a Params,
    labels: &[i64],
) -> Result<Cow<'a, Params>, Failure> {
    let keys: Vec<String> = labels.iter().map(ToString::to_string).collect();
    let weights = |weights: &Map<String, Value>| {
        let is_all_named = keys.iter().all(|key| weights.contains_key(key));
        if !is_all_named && !weights.keys().all(|key| keys.contains(key)) {
            let reason = format!(
                "the `class_weight` of {classifier} must be an object that names only classes of the \
                 data ({}), unless it names all of them, got {}",
                in_words(&keys),
                Value::Object(weights.clone())
            );
            return Err(Failure::new(Status::Invalid, reason));
        }
        let codes = keys.iter().enumerate();
        Ok(codes
            .filter_map(|(code, key)| Some((code.to_string(), weights.get(key)?.clone())))
            .collect())
    };
    let label = |name: &str, label: i64| {
        let code = labels.iter().position(|known| *known == label);
        code.map(Value::from).ok_or_else(|| {
            let reason = format!(
                "the `{name}` of {classifier} must be a class of the data ({}), got {label}",
                in_words(&keys)
            );
            Failure::new(Status::Invalid, reason)
        })
    };
    let coded = map_labels(params, &weights, &label)?;
    Ok(if coded == *params {
        Cow::Borrowed(params)
    } else {
        Cow::Owned(coded)
    })
}

fn in_words(keys: &[String]) -> String {
    match keys {
        [first @ .., last] if keys.len() > SHOWN => {
            format!("{}, …, {last}", first[..SHOWN - 2].join(", "))
        }
        _ => keys.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn coded_weights(weights: Value, labels: &[i64]) -> Result<Value, String> {
        let params = Params::from_iter([("class_weight".to_owned(), weights)]);
        let coded = coded_by("SVC", &params, labels).map_err(|failure| failure.reason)?;
        Ok(coded["class_weight"].clone())
    }

    #[test]
    fn labels_from_one_with_holes_become_codes() {
        let coded = |weights| coded_weights(weights, &[1, 2, 5]).unwrap();
        assert_eq!(coded(json!({"1": 2, "5": 0.5})), json!({"0": 2, "2": 0.5}));
        assert_eq!(coded(json!({})), json!({}));
        // Who names all classes may name others as well.
        assert_eq!(
            coded(json!({"1": 1, "2": 2, "3": 3, "5": 5})),
            json!({"0": 1, "1": 2, "2": 5})
        );
        assert_eq!(coded(json!("balanced")), json!("balanced"));
        assert_eq!(coded(Value::Null), Value::Null);
    }

    #[test]
    fn labels_are_replaced_in_classifiers_inside_others_as_well() {
        let params = json!({
            "constant": 5,
            "estimator": {"SVC": {"class_weight": {"2": 3.0}, "C": 5}},
            "estimators": [["a", {"DummyClassifier": {"constant": 2}}], ["b", "drop"]],
        });
        let params = params.as_object().unwrap();
        let coded = coded_by("Test", params, &[1, 2, 5]).map_err(|failure| failure.reason);
        let expected = json!({
            "constant": 2,
            "estimator": {"SVC": {"class_weight": {"1": 3.0}, "C": 5}},
            "estimators": [["a", {"DummyClassifier": {"constant": 1}}], ["b", "drop"]],
        });
        assert_eq!(json!(coded.unwrap().into_owned()), expected);
        let other = json!({"outlier_label": 7});
        let error = coded_by("Test", other.as_object().unwrap(), &[1, 2])
            .unwrap_err()
            .reason;
        assert_eq!(
            error,
            "the `outlier_label` of Test must be a class of the data (1, 2), got 7"
        );
    }

    #[test]
    fn a_code_that_is_no_label_is_refused_with_the_labels() {
        assert_eq!(
            coded_weights(json!({"0": 2}), &[1, 2, 5]).unwrap_err(),
            "the `class_weight` of SVC must be an object that names only classes of the data \
             (1, 2, 5), unless it names all of them, got {\"0\":2}"
        );
        let many: Vec<i64> = (1..=26).collect();
        let error = coded_weights(json!({"27": 2}), &many).unwrap_err();
        assert!(error.contains("(1, 2, 3, 4, 5, 6, 7, 8, …, 26)"), "{error}");
    }
}
