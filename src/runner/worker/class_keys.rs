//! Labels of the data, which configs and people write, and codes, which classifiers know.

use std::borrow::Cow;

use fashion_bench_estimators::ClassLabel;
use fashion_bench_estimators::parameters::Parameter as _;
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
    coded_by(classifier, params, data.class_labels())
}

fn coded_by<'a>(
    classifier: &str,
    params: &'a Params,
    labels: &[String],
) -> Result<Cow<'a, Params>, Failure> {
    let weights = |weights: &Map<String, Value>| {
        let is_all_named = labels.iter().all(|label| weights.contains_key(label));
        if !is_all_named && !weights.keys().all(|key| labels.contains(key)) {
            let reason = format!(
                "the `class_weight` of {classifier} must be an object that names only classes of the \
                 data ({}), unless it names all of them, got {}",
                in_words(labels),
                Value::Object(weights.clone())
            );
            return Err(Failure::new(Status::Invalid, reason));
        }
        let codes = labels.iter().enumerate();
        Ok(codes
            .filter_map(|(code, label)| Some((code.to_string(), weights.get(label)?.clone())))
            .collect())
    };
    let label = |name: &str, label: &ClassLabel| {
        let text = label.to_string();
        let code = labels.iter().position(|known| *known == text);
        code.map(Value::from).ok_or_else(|| {
            let reason = format!(
                "the `{name}` of {classifier} must be a class of the data ({}), got {}",
                in_words(labels),
                label.write()
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

/// Returns the label of a code, for messages; of what is none, the code itself.
pub(super) fn name_of(labels: &[String]) -> impl Fn(usize) -> String {
    |code| {
        labels
            .get(code)
            .map_or_else(|| code.to_string(), Clone::clone)
    }
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

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|&label| label.to_owned()).collect()
    }

    fn coded_weights(weights: Value, labels: &[&str]) -> Result<Value, String> {
        let params = Params::from_iter([("class_weight".to_owned(), weights)]);
        let coded = coded_by("SVC", &params, &owned(labels)).map_err(|failure| failure.reason)?;
        Ok(coded["class_weight"].clone())
    }

    #[test]
    fn labels_from_one_with_holes_become_codes() {
        let coded = |weights| coded_weights(weights, &["1", "2", "5"]).unwrap();
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
        let coded =
            coded_by("Test", params, &owned(&["1", "2", "5"])).map_err(|failure| failure.reason);
        let expected = json!({
            "constant": 2,
            "estimator": {"SVC": {"class_weight": {"1": 3.0}, "C": 5}},
            "estimators": [["a", {"DummyClassifier": {"constant": 1}}], ["b", "drop"]],
        });
        assert_eq!(json!(coded.unwrap().into_owned()), expected);
        let other = json!({"outlier_label": 7});
        let error = coded_by("Test", other.as_object().unwrap(), &owned(&["1", "2"]))
            .unwrap_err()
            .reason;
        assert_eq!(
            error,
            "the `outlier_label` of Test must be a class of the data (1, 2), got 7"
        );
    }

    #[test]
    fn names_and_negative_labels_become_codes_and_codes_are_refused() {
        let names = ["cat", "cow", "most_frequent"];
        assert_eq!(
            coded_weights(json!({"cow": 2}), &names).unwrap(),
            json!({"1": 2})
        );
        let refused = coded_weights(json!({"1": 2}), &names).unwrap_err();
        assert!(refused.contains("(cat, cow, most_frequent)"), "{refused}");
        let coded = |params: Value, labels| {
            let coded = coded_by("Test", params.as_object().unwrap(), &owned(labels));
            coded
                .map(|params| json!(params.into_owned()))
                .map_err(|failure| failure.reason)
        };
        for (params, expected) in [
            (json!({"constant": "cow"}), json!({"constant": 1})),
            (json!({"outlier_label": "cat"}), json!({"outlier_label": 0})),
            (json!({"constant": "most_frequent"}), json!({"constant": 2})),
            // scikit-learn's word comes before a class of that name.
            (
                json!({"outlier_label": "most_frequent"}),
                json!({"outlier_label": "most_frequent"}),
            ),
        ] {
            assert_eq!(coded(params, &names), Ok(expected));
        }
        let negative = ["-1", "1", "5"];
        assert_eq!(
            coded(json!({"constant": -1}), &negative),
            Ok(json!({"constant": 0}))
        );
        assert_eq!(
            coded(json!({"outlier_label": 2}), &negative),
            Err("the `outlier_label` of Test must be a class of the data (-1, 1, 5), got 2".into())
        );
        assert_eq!(
            coded(json!({"constant": "dog"}), &names),
            Err(
                "the `constant` of Test must be a class of the data (cat, cow, most_frequent), got \
                 \"dog\""
                    .into()
            )
        );
    }

    #[test]
    fn a_code_that_is_no_label_is_refused_with_the_labels() {
        assert_eq!(
            coded_weights(json!({"0": 2}), &["1", "2", "5"]).unwrap_err(),
            "the `class_weight` of SVC must be an object that names only classes of the data \
             (1, 2, 5), unless it names all of them, got {\"0\":2}"
        );
        let many: Vec<String> = (1..=26).map(|label| label.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let error = coded_weights(json!({"27": 2}), &many).unwrap_err();
        assert!(error.contains("(1, 2, 3, 4, 5, 6, 7, 8, …, 26)"), "{error}");
    }
}
