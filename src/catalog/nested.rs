//! Classifiers inside others: their canonical form and their cost.

use serde_json::Value;

use super::cost::{Cost, DataShape};
use super::family::Profile;
use super::params::Params;
use super::registry::find;
use super::spec::EstimatorSpec;
use crate::estimators::ParamError;
use crate::estimators::parameters::Kind;

/// Returns the canonical form of a value of `kind`, with all parameters of the classifiers in it at
/// the defaults of scikit-learn 1.5; nothing if it is of another form.
///
/// # Errors
/// [`ParamError`] for what a classifier in it refuses.
pub fn canonical_value(kind: Kind, given: &Value) -> Result<Option<Value>, ParamError> {
    match kind {
        Kind::Estimator => classifier(given),
        Kind::Estimators => {
            let Some(pairs) = given.as_array() else {
                return Ok(None);
            };
            let mut canonical = Vec::with_capacity(pairs.len());
            for pair in pairs {
                let Some([name @ Value::String(_), one]) = pair.as_array().map(Vec::as_slice)
                else {
                    return Ok(None);
                };
                let one = if one == "drop" {
                    Some(one.clone())
                } else {
                    classifier(one)?
                };
                let Some(one) = one else {
                    return Ok(None);
                };
                canonical.push(Value::Array(vec![name.clone(), one]));
            }
            Ok(Some(Value::Array(canonical)))
        }
        _ => Ok(None),
    }
}

fn classifier(given: &Value) -> Result<Option<Value>, ParamError> {
    let Some((spec, params)) = spec_of(given) else {
        return Ok(None);
    };
    let resolved = spec.resolve(params, Profile::Sklearn15)?;
    let named = Params::from_iter([(spec.name.to_owned(), Value::Object(resolved.params))]);
    Ok(Some(Value::Object(named)))
}

/// The classifier that an object with one key names, and its parameters; linfa's own cannot be in
/// others.
fn spec_of(given: &Value) -> Option<(&'static EstimatorSpec, &Params)> {
    let named = given.as_object().filter(|named| named.len() == 1)?;
    let (name, params) = named.iter().next()?;
    let spec = find(name).ok().filter(|spec| !spec.name.contains(':'))?;
    Some((spec, params.as_object()?))
}

/// Estimates the cost of all classifiers in `value`, or of `default` if there are none.
pub fn cost(value: Option<&Value>, default: &str, shape: &DataShape) -> Cost {
    let of_one = |one: &Value| {
        spec_of(one).map_or(Cost::default(), |(spec, params)| spec.cost(params, shape))
    };
    match value {
        Some(Value::Array(pairs)) => {
            let costs = pairs.iter().map(|pair| of_one(&pair[1]));
            costs.fold(Cost::default(), |sum, one| Cost {
                cpu_s: sum.cpu_s + one.cpu_s,
                memory_bytes: sum.memory_bytes + one.memory_bytes,
            })
        }
        Some(one @ Value::Object(_)) => of_one(one),
        _ => {
            let default = Value::Object(Params::from_iter([(
                default.to_owned(),
                Value::Object(Params::new()),
            )]));
            of_one(&default)
        }
    }
}
