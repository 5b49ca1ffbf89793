//! The parameters that speak of labels, wherever they stand: in a classifier or in one inside it.

use fashion_bench_estimators::ClassLabel;
use fashion_bench_estimators::neighbors::OutlierLabel;
use serde_json::Value;

use crate::catalog::Params;

/// The parameter whose keys are labels.
const WEIGHTS: &str = "class_weight";
/// Parameters whose numbers and texts are labels, and the text that is none.
const LABELS: [(&str, Option<&str>); 2] = [
    ("constant", None),
    ("outlier_label", Some(OutlierLabel::MOST_FREQUENT)),
];

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
    let label_param = LABELS.iter().find(|known| known.0 == name);
    match value {
        Value::Object(table) if name == WEIGHTS => Ok(weights(table)?.into()),
        Value::Object(inner) => Ok(map_labels(inner, weights, label)?.into()),
        Value::Array(values) => {
            let map = |value: &Value| map_value("", value, weights, label);
            values.iter().map(map).collect()
        }
        Value::Number(number) if label_param.is_some() => match number.as_i128() {
            Some(number) => label(name, &ClassLabel::Number(number)),
            None => Ok(value.clone()),
        },
        Value::String(text) if label_param.is_some_and(|known| known.1 != Some(text)) => {
            label(name, &ClassLabel::from(text.as_str()))
        }
        _ => Ok(value.clone()),
    }
}
