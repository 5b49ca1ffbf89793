//! Between JSON and the values of parameters.

use serde_json::{Number, Value};

use super::params::Params;
use super::tuple::parse_tuple;
use crate::estimators::parameters::{Kind, ParamValue};

/// Returns `value` as a parameter's.
pub fn to_param_value(value: &Value) -> ParamValue {
    match value {
        Value::Null => ParamValue::Null,
        Value::Bool(is_on) => ParamValue::Bool(*is_on),
        Value::Number(number) => match number.as_i128() {
            Some(whole) => ParamValue::Int(whole),
            None => ParamValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => ParamValue::Text(text.clone()),
        Value::Array(values) => ParamValue::List(values.iter().map(to_param_value).collect()),
        Value::Object(values) => ParamValue::Map(
            values
                .iter()
                .map(|(name, value)| (name.clone(), to_param_value(value)))
                .collect(),
        ),
    }
}

/// Returns a parameter's value as JSON; numbers that JSON does not have become `null`.
pub fn to_json(value: &ParamValue) -> Value {
    match value {
        ParamValue::Null => Value::Null,
        ParamValue::Bool(is_on) => Value::from(*is_on),
        ParamValue::Int(number) => Number::from_i128(*number).map_or(Value::Null, Value::Number),
        ParamValue::Float(number) => Value::from(*number),
        ParamValue::Text(text) => Value::from(text.as_str()),
        ParamValue::List(values) => values.iter().map(to_json).collect(),
        ParamValue::Map(values) => values
            .iter()
            .map(|(name, value)| (name.clone(), to_json(value)))
            .collect::<Params>()
            .into(),
    }
}

/// Returns `given` in the canonical form of `kind`; nothing if it is of another form.
pub fn canonical_value(kind: Kind, given: &Value) -> Option<Value> {
    match kind {
        Kind::Null => given.is_null().then_some(Value::Null),
        Kind::Bool => given.as_bool().map(Value::from),
        Kind::Int => whole_number(given),
        Kind::Float => float(given),
        Kind::Share => given.is_f64().then(|| given.clone()),
        Kind::Choice(names) => {
            let text = given.as_str()?;
            names.contains(&text).then(|| given.clone())
        }
        Kind::Text => given.is_string().then(|| given.clone()),
        Kind::Ints => {
            let given = match given.as_str() {
                Some(text) => parse_tuple(text)?,
                None => given.clone(),
            };
            // scikit-learn takes a single number for a list of one.
            let list = match given {
                Value::Array(list) => list,
                number => vec![number],
            };
            let numbers: Option<Vec<_>> = list.iter().map(whole_number).collect();
            numbers.map(Value::from)
        }
        Kind::IntLists => {
            let whole = |list: &Value| -> Option<Value> {
                let numbers: Option<Vec<_>> = list.as_array()?.iter().map(whole_number).collect();
                numbers.map(Value::from)
            };
            let lists: Option<Vec<_>> = given.as_array()?.iter().map(whole).collect();
            lists.map(Value::from)
        }
        Kind::Bools => {
            let is_flags = given.as_array()?.iter().all(Value::is_boolean);
            is_flags.then(|| given.clone())
        }
        Kind::Floats => {
            let numbers: Option<Vec<_>> = given.as_array()?.iter().map(float).collect();
            numbers.map(Value::from)
        }
        // These need the list of classifiers.
        Kind::Estimator | Kind::Estimators => None,
        Kind::Object => {
            let pairs = given.as_object()?.iter();
            let numbers: Option<Params> = pairs
                .map(|(key, value)| Some((key.clone(), float(value)?)))
                .collect();
            numbers.map(Value::from)
        }
    }
}

/// Returns a number as a double, without a negative zero.
fn float(given: &Value) -> Option<Value> {
    given.as_f64().map(|number| Value::from(number + 0.0))
}

fn whole_number(given: &Value) -> Option<Value> {
    if given.is_i64() {
        return Some(given.clone());
    }
    let number = given.as_f64()?;
    // 2^53: beyond it a double no longer tells whole numbers apart.
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
        .then(|| Value::from(number as i64))
}
