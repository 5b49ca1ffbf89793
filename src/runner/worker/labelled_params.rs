//! The parameters that speak of labels, wherever they stand: in a classifier or in one inside it.

use fashion_bench_estimators::ClassLabel;
use serde_json::Value;

use crate::catalog::Params;

/// The parameter whose keys are labels.
const WEIGHTS: &str = "class_weight";
/// Parameters whose numbers and texts are labels.
const LABELS: [&str; 2] = ["constant", "outlier_label"];
/// The text among them that is none.
const MOST_FREQUENT: &str = "most_frequent";

/// Replaces a table of weights by label.
type Weights<'a, E> = dyn Fn(&Params) -> Result<Params, E> + 'a;
/// Replaces a label, the value of the parameter of that name.
type Label<'a, E> = dyn Fn(&str, &ClassLabel) -> Result<Value, E> + 'a;

/// Returns `params` with each table of weights by label replaced by what `weights` returns, and each
/// label by what `label` returns.
///
/// # Errors
/// The first error of either.
pub(super) fn map_labels<E>(
    params: &Params,
    weights: &Weights<'_, E>,
    label: &Label<'_, E>,
) -> Result<Params, E> {
    let map = |(name, value): (&String, &Value)| {
        Ok((name.clone(), map_value(name, value, weights, label)?))
    };
    params.iter().map(map).collect()
}

fn map_value<E>(
    name: &str,
    value: &Value,
    weights: &Weights<'_, E>,
    label: &Label<'_, E>,
) -> Result<Value, E> {
    match value {
        Value::Object(table) if name == WEIGHTS => Ok(weights(table)?.into()),
        Value::Object(inner) => Ok(map_labels(inner, weights, label)?.into()),
        Value::Array(values) => {
            let map = |value: &Value| map_value("", value, weights, label);
            values.iter().map(map).collect()
        }
        Value::Number(number) if LABELS.contains(&name) => match number.as_i128() {
            Some(number) => label(name, &ClassLabel::Number(number)),
            None => Ok(value.clone()),
        },
        Value::String(text) if LABELS.contains(&name) && text != MOST_FREQUENT => {
            label(name, &ClassLabel::from(text.as_str()))
        }
        _ => Ok(value.clone()),
    }
}
